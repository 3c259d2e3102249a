//! A disk that is full or read-only, and folders that are none: told, and overcome where that is possible.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use crate::{
    dangers::plus,
    steps::{tensors, until, upload},
    support::{Server, program, run, sample, text},
};

/// `tidegate serve` where `mounts` has changed the file systems, for that process only. `None` where this user may not
/// do so.
#[cfg(target_os = "linux")]
fn serve_where(mounts: &str, data: &Path) -> Option<Command> {
    let unshare: &[&str] = if rustix::process::geteuid().is_root() { &["-m"] } else { &["-r", "-m"] };
    let allowed =
        Command::new("unshare").args(unshare).arg("true").status().is_ok_and(|status| status.success());
    if !allowed {
        eprintln!("not told: this user may not mount anything, not even for itself");
        return None;
    }
    let mut command = Command::new("unshare");
    let script = format!("set -e; {mounts}; shift; exec \"$@\"");
    command.args(unshare).args(["sh", "-c", &script, "sh"]).arg(data).arg(program().get_program());
    command.arg("serve").arg("--data").arg(data).args(["--http", "127.0.0.1:0"]);
    command.env_remove("TIDEGATE_DATA").env_remove("TIDEGATE_HTTP");
    Some(command)
}

/// Takes all the space there is.
fn fill(file: &Path) {
    let mut ballast = File::create(file).unwrap();
    for size in [1 << 20, 1 << 12, 1] {
        while ballast.write_all(&vec![7; size]).is_ok() {}
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn on_a_full_disk_predictions_are_answered_and_recorded_again_when_there_is_space() {
    let data = tempfile::tempdir().unwrap();
    let mounts = "mount -t tmpfs -o size=24m tidegate \"$1\"";
    let Some(command) = serve_where(mounts, data.path()) else { return };
    let server = Server::start_as(command);
    server.import("sum", plus(1.0)).await;
    let seen = PathBuf::from(format!("/proc/{}/root", server.pid()));
    let ballast = seen.join(data.path().strip_prefix("/").unwrap()).join("ballast");
    fill(&ballast);

    let refused = upload(&server, "more.onnx", fs::read(sample("digits-cnn")).unwrap()).await;
    refused.refused(503, "the disk is full");
    assert!(refused.json()["hint"].as_str().unwrap().contains("free some space"));

    // No pattern, so that it does not become small.
    let values: Vec<f64> = (0..4_000).map(|n| f64::from(n * 7_919 % 100_003).sin()).collect();
    let large = tensors(&[("x", "FP32", json!([values.len()]), json!(values))]);
    let dropped = async || server.get("/api/status").await.expect(200)["dropped_records"].as_u64().unwrap();
    until("predictions that could not be recorded", async || {
        for _ in 0..20 {
            server.post("/v2/models/sum/infer", large.clone()).await.expect(200);
        }
        (dropped().await > 0).then_some(())
    })
    .await;

    fs::remove_file(&ballast).unwrap();
    let recorded = async || {
        let answer =
            server.post("/api/models/sum/predict", json!({ "rows": [{ "x": 1 }] })).await.expect(200);
        let labels = json!({ "labels": [{ "id": answer["answers"][0]["id"], "label": 2 }] });
        let told = server.post("/api/labels", labels).await;
        (told.status == 200 && told.json()["matched"] == 1).then_some(())
    };
    until("a recorded prediction", recorded).await;
    let before = dropped().await;
    server.post("/v2/models/sum/infer", large).await.expect(200);
    recorded().await.unwrap();
    assert_eq!(dropped().await, before, "nothing is dropped any more");
    upload(&server, "more.onnx", fs::read(sample("digits-cnn")).unwrap()).await.expect(201);
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_told() {
    let (fresh, used) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = sample("diabetes");
    let import = run(&["import", file.to_str().unwrap(), "--data", used.path().to_str().unwrap()]);
    assert!(import.status.success(), "{}", text(&import.stderr));
    for data in [&fresh, &used] {
        let mounts = "mount --bind \"$1\" \"$1\"; mount -o remount,bind,ro \"$1\"";
        let Some(mut command) = serve_where(mounts, data.path()) else { return };
        let output = command.output().unwrap();
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(
            told.contains("can not be written") && told.contains("hint: make the data folder writable"),
            "{told}"
        );
    }
}

#[test]
fn a_data_folder_that_is_a_file_is_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let model = sample("diabetes");
    let data = ["--data", file.path().to_str().unwrap()];
    for command in
        [&["serve", "--http", "127.0.0.1:0"][..], &["import", model.to_str().unwrap()], &["models"]]
    {
        let output = run(&[command, &data].concat());
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(&format!("`{}` is not a folder", file.path().display())), "{told}");
    }
    assert_eq!(fs::metadata(file.path()).unwrap().len(), 0);
}
