//! What a worker may not do: outlive its parent, speak to the network, write where it has no business.
#![cfg(target_os = "linux")]

use std::{
    io::BufRead,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tidegate_runtime::{Deployment, Launcher, library};

use crate::{CACHE, launcher, limits, lives, models, row, spec};

#[test]
fn a_worker_ends_with_its_parent_even_in_the_middle_of_a_run() {
    let sample = models::counter();
    let mut parent = Command::new(env!("CARGO_BIN_EXE_tidegate-worker-test"))
        .arg("hold")
        .args([&library::find().unwrap(), &sample.path])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufReader::new(parent.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let worker: u32 = line.trim().parse().unwrap();
    assert!(lives(worker));
    std::thread::sleep(Duration::from_millis(200));
    // SIGKILL: the parent can do nothing about its workers any more.
    parent.kill().unwrap();
    parent.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    while lives(worker) {
        assert!(Instant::now() < deadline, "worker {worker} lives on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// ONNX Runtime reports the names of models unless it is told not to, and does so in ways no setting of ours
/// shows. The system's own record of what the process asked it for does.
#[tokio::test]
async fn a_worker_opens_no_socket_and_writes_only_its_own_files() {
    let strace = Path::new("/usr/bin/strace");
    assert!(strace.exists(), "strace is needed: apt-get install strace");
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let traced = launcher();
    let mut args: Vec<std::ffi::OsString> =
        ["-f", "-qq", "-e", "trace=network,open,openat,openat2,creat,mkdir,rename,execve", "-o"]
            .map(Into::into)
            .into();
    args.extend([trace.clone().into_os_string(), traced.program.clone().into_os_string(), "worker".into()]);
    let traced = Launcher { program: strace.into(), args, ..traced };

    let sample = models::plus_one();
    traced.trial(&sample.path, &limits()).await.unwrap();
    let deployment = Deployment::start(traced, spec(&sample)).await.unwrap();
    deployment.run(row(&[0.0; 4])).await.unwrap();
    let scratch = std::fs::read_link(format!("/proc/{}/cwd", deployment.status().pid.unwrap())).unwrap();
    deployment.stop().await;

    let trace = std::fs::read_to_string(trace).unwrap();
    assert!(trace.contains("libonnxruntime"), "the trace shows the worker at work");
    let network: Vec<&str> =
        trace.lines().filter(|line| line.contains("socket(") || line.contains("connect(")).collect();
    assert!(network.is_empty(), "{network:?}");
    let own = [CACHE.path(), &scratch].map(|path| path.display().to_string());
    let writes = |line: &&str| {
        ["O_WRONLY", "O_RDWR", "O_CREAT", "creat(", "mkdir("].iter().any(|sign| line.contains(sign))
    };
    let foreign: Vec<&str> = trace
        .lines()
        .filter(writes)
        .filter(|line| !own.iter().any(|own| line.contains(own.as_str())) && !line.contains("/dev/null"))
        .collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
}
