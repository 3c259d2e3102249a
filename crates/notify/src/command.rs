//! A program that gets the message's JSON on its standard input, and has so much time.

use std::{process::Stdio, time::Duration};

use tidegate_core::{Error, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

use crate::{Message, shortened};

/// Of what it says, so much is read, bytes.
const READ: u64 = 4_096;

pub(crate) async fn run(
    program: &str,
    args: &[String],
    timeout_s: u32,
    message: &Message<'_>,
) -> Result<String> {
    let json = message.json()?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // What it starts ends with it.
    #[cfg(unix)]
    command.process_group(0);
    let child = command.spawn().map_err(|error| {
        Error::unavailable(format!("`{program}` can't be started: {error}")).because(error)
    })?;
    let mut child = Group(child);
    match tokio::time::timeout(Duration::from_secs(timeout_s.into()), talk(&mut child.0, json)).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::unavailable(format!("it was ended after {timeout_s} seconds"))),
    }
}

async fn talk(child: &mut Child, json: String) -> Result<String> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let write = async {
        // One that does not read its input is nobody's loss.
        if let Some(mut stdin) = stdin {
            let _ = stdin.write_all(json.as_bytes()).await;
        }
    };
    let ((), said, complained, status) = tokio::join!(write, read(stdout), read(stderr), child.wait());
    let status = status.map_err(|error| Error::internal("the program can't be waited for").because(error))?;
    if status.success() {
        return Ok(said);
    }
    let why = if complained.trim().is_empty() { said } else { complained };
    Err(Error::unavailable(shortened(&format!("it ended with {status}: {why}"))))
}

/// The beginning of what it says; the rest is read too, or it would wait for us.
async fn read(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> String {
    let Some(mut pipe) = pipe else { return String::new() };
    let mut bytes = Vec::new();
    let _ = (&mut pipe).take(READ).read_to_end(&mut bytes).await;
    let _ = tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A child whose whole process group ends with it.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(pid) = self.0.id().and_then(|pid| rustix::process::Pid::from_raw(pid as i32)) {
            // It may have ended a moment ago.
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}
