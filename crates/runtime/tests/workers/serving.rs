//! Ordinary life: load, run, answer, unload.

use tidegate_core::Code;
use tidegate_runtime::{Deployment, Launcher, Request, Spec, State};

use crate::{deploy, launcher, limits, lives, models, row, spec};

#[tokio::test]
async fn a_model_is_loaded_answers_and_leaves_nothing() {
    let deployment = deploy(&models::plus_one()).await;
    let answer = deployment.run(row(&[1.0, 2.0, 3.0, 4.0])).await.unwrap();
    assert_eq!(answer.outputs[0].name, "y");
    assert_eq!(answer.outputs[0].value.as_tensor().unwrap().to_f64().unwrap(), [2.0, 3.0, 4.0, 5.0]);
    let status = deployment.status();
    assert_eq!(status.state, State::Ready);
    let pid = status.pid.unwrap();
    assert!(lives(pid) || !cfg!(target_os = "linux"));
    deployment.stop().await;
    assert_eq!(deployment.status().state, State::Stopped);
    assert!(!lives(pid));
    let error = deployment.run(row(&[0.0; 4])).await.unwrap_err();
    assert_eq!(error.code, Code::Unavailable);
}

#[tokio::test]
async fn a_trial_measures_and_describes() {
    let trial = launcher().trial(&models::plus_one().path, &limits()).await.unwrap();
    assert_eq!(trial.note, None);
    assert_eq!(trial.outputs[0].shape, Some(vec![1, 4]));
    assert!(trial.load_us > 0 && trial.peak_memory_bytes > 1 << 20, "{trial:?}");
}

#[tokio::test]
async fn wrong_inputs_never_reach_the_worker() {
    let deployment = deploy(&models::plus_one()).await;
    let error = deployment.run(Request::default()).await.unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (Code::Invalid, "input `x` is missing"));
    let request = Request { outputs: Some(vec!["z".into()]), ..row(&[0.0; 4]) };
    assert!(deployment.run(request).await.unwrap_err().message.contains("no output `z`"));
}

/// The files of the only model in a cache.
fn cached(cache: &std::path::Path) -> Vec<std::path::PathBuf> {
    let folders: Vec<_> = std::fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(folders.len(), 1, "one optimised model, nothing half made: {folders:?}");
    let files = std::fs::read_dir(&folders[0]).unwrap();
    files.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn the_optimised_model_is_kept_and_its_loss_does_no_harm() {
    let cache = tempfile::tempdir().unwrap();
    let launcher = Launcher { cache: cache.path().to_owned(), ..launcher() };
    // Half written by a worker that was killed.
    std::fs::create_dir(cache.path().join(format!("partial-{}-x", u32::MAX))).unwrap();
    let sample = models::heavy();
    let start = || Deployment::start(launcher.clone(), spec(&sample));
    let expected = start().await.unwrap().run(row(&[1.0; 4])).await.unwrap().outputs;
    let files = cached(cache.path());
    assert_eq!(files.len(), 2, "model and weights: {files:?}");
    assert_eq!(start().await.unwrap().run(row(&[1.0; 4])).await.unwrap().outputs, expected);
    for file in &files {
        // A damaged one was thrown away: it is made again.
        start().await.unwrap();
        std::fs::write(file, b"").unwrap();
        let deployment = start().await.unwrap();
        assert_eq!(deployment.run(row(&[1.0; 4])).await.unwrap().outputs, expected, "without {file:?}");
    }
}

/// What the process holds that it shares with nobody, bytes.
#[cfg(target_os = "linux")]
fn private_bytes(pid: u32) -> u64 {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Private_Dirty:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn weights_are_mapped_not_copied_for_each_session() {
    let (sample, weights) = models::wide();
    let spec = Spec { sessions: 3, ..spec(&sample) };
    let deployment = Deployment::start(launcher(), spec).await.unwrap();
    let private = private_bytes(deployment.status().pid.unwrap());
    assert!(private < weights, "{private} bytes of its own for {weights} bytes of weights in three sessions");
}
