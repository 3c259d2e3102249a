//! A program on this machine.
//!
//! Owns its process group: whatever way it ends, nothing that it started outlives it. Must not know what it trains.

use std::{
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use tidegate_core::{Error, Result, runner::CommandRunner};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, Command},
    sync::mpsc,
    time::timeout,
};

use crate::{
    folder::Job,
    follow::{Place, Status, Terms},
    line::Lines,
    processes::Family,
};

/// Between two looks at it.
const PAUSE: Duration = Duration::from_millis(100);
/// How long it may take to end by itself once it is told to.
const FAREWELL: Duration = Duration::from_secs(3);
/// What it started may hold its output open for so long after it ended.
const DRAIN: Duration = Duration::from_secs(1);
/// Pieces of its output in memory; it waits when nobody takes them.
const PIECES: usize = 64;
/// Of its output, one look takes so many pieces at most.
const TAKEN: usize = 1_024;

#[derive(Debug)]
pub struct Local<'a> {
    of: &'a CommandRunner,
    group: Option<Group>,
    output: Option<mpsc::Receiver<(bool, Vec<u8>)>>,
    /// Of its standard output, and of its standard error.
    lines: [Lines; 2],
    family: Family,
    /// Why it was killed, once it was.
    killed: Option<String>,
}

impl<'a> Local<'a> {
    pub fn new(of: &'a CommandRunner) -> Self {
        Self { of, group: None, output: None, lines: Default::default(), family: Family::new(), killed: None }
    }

    /// Kills it when it holds more memory than it may.
    fn watch_memory(&mut self) {
        let (Some(most), Some(group)) = (self.of.memory_mib, &self.group) else { return };
        let Some(pid) = group.child.id() else { return };
        let held = self.family.bytes(pid) >> 20;
        if held > u64::from(most) {
            group.signal(Ending::Kill);
            self.killed =
                Some(format!("was ended: it held {held} MiB of memory, it may have {most} (`memory_mib`)"));
        }
    }
}

impl Place for Local<'_> {
    fn terms(&self) -> Terms {
        let timeout = Duration::from_secs(self.of.timeout_s.into());
        Terms { timeout, lost_after: Duration::ZERO, pause: PAUSE, remote: false }
    }

    async fn submit(&mut self, job: &Job) -> Result<()> {
        let mut command = Command::new(&self.of.program);
        command.args(&self.of.args).envs(job.environment.iter().cloned()).envs(&self.of.env);
        command.current_dir(&job.folder).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn().map_err(|error| {
            Error::invalid(format!("`runner.program`: `{}` can't be started: {error}", self.of.program))
                .hint("give the whole path of a program that may be run, its arguments in `args`")
                .because(error)
        })?;
        let mut group = Group::of(child);
        let (to, output) = mpsc::channel(PIECES);
        if let Some(pipe) = group.child.stdout.take() {
            tokio::spawn(read(pipe, false, to.clone()));
        }
        if let Some(pipe) = group.child.stderr.take() {
            tokio::spawn(read(pipe, true, to));
        }
        (self.group, self.output) = (Some(group), Some(output));
        Ok(())
    }

    async fn status(&mut self) -> Result<Status> {
        self.watch_memory();
        let Some(group) = &mut self.group else { return Err(Error::internal("nothing was started")) };
        let ended = group.child.try_wait();
        let ended =
            ended.map_err(|error| Error::internal("the command can't be waited for").because(error))?;
        let Some(status) = ended else { return Ok(Status::Running) };
        group.end();
        Ok(match (self.killed.take(), status.success()) {
            (Some(why), _) => Status::Failed(why),
            (None, true) => Status::Succeeded,
            (None, false) => Status::Failed(how_it_ended(status)),
        })
    }

    async fn lines(&mut self, over: bool) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let Some(output) = &mut self.output else { return Ok(found) };
        let [told, complained] = &mut self.lines;
        for taken in 0.. {
            let piece = match over {
                _ if taken >= TAKEN => None,
                true => timeout(DRAIN, output.recv()).await.ok().flatten(),
                false => output.try_recv().ok(),
            };
            let Some((error, bytes)) = piece else { break };
            found.extend(if error { complained.take(&bytes) } else { told.take(&bytes) });
        }
        if over {
            found.extend([told.rest(), complained.rest()].into_iter().flatten());
        }
        Ok(found)
    }

    async fn cancel(&mut self) -> Result<()> {
        let (Some(group), Some(output)) = (&mut self.group, &mut self.output) else { return Ok(()) };
        group.signal(Ending::Ask);
        // What it still writes is read, or it might wait for that.
        let drained = async { while output.recv().await.is_some() {} };
        let ended = timeout(FAREWELL, async { tokio::join!(group.child.wait(), drained) }).await;
        group.signal(Ending::Kill);
        if ended.is_err() {
            let _ = group.child.wait().await;
        }
        group.end();
        Ok(())
    }
}

async fn read(mut pipe: impl AsyncRead + Unpin, error: bool, to: mpsc::Sender<(bool, Vec<u8>)>) {
    let mut buffer = vec![0; 16 << 10];
    while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
        if to.send((error, buffer[..count].to_vec())).await.is_err() {
            return;
        }
    }
}

enum Ending {
    Ask,
    Kill,
}

/// A child that leads a process group, which ends with it.
#[derive(Debug)]
struct Group {
    child: Child,
    /// Kept, since a child that was waited for has no number: the group is named by it as long as it has members.
    #[cfg(unix)]
    leader: Option<i32>,
}

impl Group {
    fn of(child: Child) -> Self {
        #[cfg(unix)]
        let leader = child.id().map(|pid| pid as i32);
        Self {
            child,
            #[cfg(unix)]
            leader,
        }
    }

    /// What is left of it; after this its number may be somebody else's.
    fn end(&mut self) {
        self.signal(Ending::Kill);
        #[cfg(unix)]
        {
            self.leader = None;
        }
    }

    fn signal(&self, how: Ending) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let signal = match how {
                Ending::Ask => Signal::TERM,
                Ending::Kill => Signal::KILL,
            };
            // It may be empty by now.
            if let Some(pid) = self.leader.and_then(Pid::from_raw) {
                let _ = kill_process_group(pid, signal);
            }
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(unix)]
fn how_it_ended(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(9)) => "was killed (signal 9), perhaps because the machine ran out of memory".into(),
        (None, signal) => format!("was ended by signal {}", signal.unwrap_or(0)),
    }
}

#[cfg(not(unix))]
fn how_it_ended(status: ExitStatus) -> String {
    format!("ended with exit code {}", status.code().unwrap_or(-1))
}

pub fn check(of: &CommandRunner) -> Result<()> {
    let wrong = |field: &str, fix: &str| Err(Error::invalid(format!("`runner.{field}` {fix}")));
    if of.program.trim().is_empty() {
        return wrong("program", "must name a program");
    }
    if !(1..=604_800).contains(&of.timeout_s) {
        return wrong("timeout_s", "must be 1 second to a week (604800)");
    }
    if of.memory_mib.is_some_and(|most| most < 16) {
        return wrong("memory_mib", "must be at least 16");
    }
    crate::environment::check(&of.env)
}

/// Where the program was found.
pub fn test(of: &CommandRunner) -> Result<String> {
    let named = Path::new(&of.program);
    let found = match named.components().count() {
        1 => std::env::var_os("PATH")
            .iter()
            .flat_map(std::env::split_paths)
            .map(|dir| dir.join(named))
            .find(|path| runs(path)),
        _ => Some(named.to_owned()).filter(|path| runs(path)),
    };
    found.map(|path: PathBuf| format!("found {}", path.display())).ok_or_else(|| {
        Error::invalid(format!("`runner.program`: there is no program `{}`", of.program))
            .hint("give its whole path, and see that it may be run")
    })
}

fn runs(path: &Path) -> bool {
    let Ok(found) = path.metadata() else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        found.is_file() && found.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    found.is_file()
}
