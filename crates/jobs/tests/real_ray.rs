//! The Ray client against a real head: `make test-ray` starts one and sets `TIDEGATE_RAY`.

#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod common;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tidegate_core::{
    Code,
    runner::{RayRunner, Runner},
};
use tokio::net::{TcpListener, TcpStream};

use common::{Ear, job};

fn head() -> String {
    std::env::var("TIDEGATE_RAY").expect("run this by `make test-ray`")
}

/// Trains by the contract; its arguments: epochs, and the exit code.
const TRAIN: &str = r#"
import csv, json, os, sys, time
job = json.load(open(os.environ["TIDEGATE_JOB"]))
rows = list(csv.DictReader(open(job["data"]["path"])))
print("learning from", len(rows), "rows")
epochs = int(sys.argv[1])
for step in range(1, epochs + 1):
    print(json.dumps({"event": "progress", "step": step, "total": epochs, "metrics": {"loss": 1 / step}}), flush=True)
    time.sleep(0.3)
if sys.argv[2] != "0":
    sys.exit(int(sys.argv[2]))
parent = open(job["parent"]["path"], "rb").read()
open(job["output"]["model"], "wb").write(parent + b", trained")
json.dump({"rows": len(rows), "seed": job["seed"]}, open(job["output"]["metrics"], "w"))
"#;

fn ray(url: &str, entrypoint: &str, folder: &Path) -> Runner {
    let (code, shared) = (folder.join("code"), folder.join("shared"));
    std::fs::create_dir_all(&code).unwrap();
    std::fs::create_dir_all(&shared).unwrap();
    std::fs::write(code.join("train.py"), TRAIN).unwrap();
    Runner::Ray(
        serde_json::from_value::<RayRunner>(json!({
            "url": url, "entrypoint": entrypoint, "code": code, "folder": shared, "lost_after_s": 4, "timeout_s": 60,
        }))
        .unwrap(),
    )
}

/// What stands between this machine and the cluster, and may go away.
struct Wire {
    url: String,
    cut: Arc<AtomicBool>,
}

impl Wire {
    async fn to(head: &str) -> Self {
        let head = head.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cut = Arc::new(AtomicBool::new(false));
        let is_cut = cut.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (head, is_cut) = (head.clone(), is_cut.clone());
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(head).await else { return };
                    let broken = async {
                        while !is_cut.load(Ordering::Relaxed) {
                            tokio::time::sleep(Duration::from_millis(10)).await;
                        }
                    };
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        () = broken => {}
                    }
                });
            }
        });
        Self { url, cut }
    }
}

#[tokio::test]
#[ignore = "needs a Ray head: make test-ray"]
async fn a_job_is_submitted_once_followed_and_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let runner = ray(&head(), "python train.py 3 0", folder.path());
    let said = tidegate_jobs::test(&runner).await.unwrap();
    assert!(said.starts_with("Ray 2."), "{said}");
    let (ear, job) = (Ear::default(), job(folder.path(), &runner, 1));
    let made = ear.follow(&runner, &job).await.unwrap();
    assert_eq!(made.model, b"the champion, trained");
    assert_eq!(made.metrics, [("rows".to_owned(), 3.0), ("seed".to_owned(), 7.0)]);
    assert_eq!(ear.steps(), [1, 2, 3]);
    assert!(ear.lines().contains(&"learning from 3 rows".into()), "{:?}", ear.lines());

    // The key is taken: the job that is over is taken for it, and nothing runs again.
    std::fs::write(job.output.join("model.onnx"), b"of the first").unwrap();
    let again = Ear::default().follow(&runner, &job).await.unwrap();
    assert_eq!(again.model, b"of the first");
}

#[tokio::test]
#[ignore = "needs a Ray head: make test-ray"]
async fn a_failure_tells_the_code_and_the_last_lines() {
    let folder = tempfile::tempdir().unwrap();
    let runner = ray(&head(), "python train.py 1 3", folder.path());
    let error = Ear::default().follow(&runner, &job(folder.path(), &runner, 2)).await.unwrap_err();
    assert!(error.message.contains("ended with exit code 3; its last lines"), "{error}");
    assert!(error.message.contains("learning from 3 rows"), "{error}");
}

#[tokio::test]
#[ignore = "needs a Ray head: make test-ray"]
async fn a_cancelled_job_is_stopped_there() {
    let folder = tempfile::tempdir().unwrap();
    let runner = ray(&head(), "python train.py 1000 0", folder.path());
    let (ear, job) = (Ear::default(), job(folder.path(), &runner, 3));
    let (gone, ()) = tokio::join!(ear.follow(&runner, &job), async {
        ear.until("its second step", |ear| ear.steps().len() > 1).await;
        ear.stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(gone.unwrap_err().code, Code::Conflict);
    let url = format!("{}/api/jobs/{}", head(), job.key);
    let details: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(details["status"], "STOPPED");
}

#[tokio::test]
#[ignore = "needs a Ray head: make test-ray"]
async fn a_cluster_that_comes_back_goes_on_and_one_that_does_not_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let wire = Wire::to(&head()).await;
    let runner = ray(&wire.url, "python train.py 20 0", folder.path());
    let lost = |ear: &Ear| ear.states().iter().any(|state| state.starts_with("can't be reached"));
    let ear = Ear::default();
    let order = job(folder.path(), &runner, 4);
    let (made, ()) = tokio::join!(ear.follow(&runner, &order), async {
        ear.until("its second step", |ear| ear.steps().len() > 1).await;
        wire.cut.store(true, Ordering::Relaxed);
        ear.until("it is lost", lost).await;
        wire.cut.store(false, Ordering::Relaxed);
    });
    assert_eq!(made.unwrap().model, b"the champion, trained");
    assert_eq!(ear.steps(), (1..=20).collect::<Vec<_>>(), "nothing is heard twice, and nothing is missed");

    let ear = Ear::default();
    let job = job(folder.path(), &runner, 5);
    let (gone, ()) = tokio::join!(ear.follow(&runner, &job), async {
        ear.until("its first step", |ear| !ear.steps().is_empty()).await;
        wire.cut.store(true, Ordering::Relaxed);
    });
    let error = gone.unwrap_err();
    assert!(error.code == Code::Unavailable && error.message.contains("for 4 seconds"), "{error}");
}
