//! A folder whose models are deployed as they appear: whole, once, and whatever lies beside them.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    dangers::{external, plus},
    steps::{Happenings, until},
    support::{Server, sample},
};

struct Watched {
    server: Server,
    models: TempDir,
    told: Happenings,
    _data: TempDir,
}

impl Watched {
    /// A server that watches a folder; `fill` puts something there before it starts.
    async fn start(fill: impl FnOnce(&Path)) -> Self {
        let (data, models) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fill(models.path());
        let server = Server::start_in(data.path(), &["--models", models.path().to_str().unwrap()]);
        let told = Happenings::of(&server).await;
        Self { server, models, told, _data: data }
    }

    fn path(&self, inside: &str) -> std::path::PathBuf {
        self.models.path().join(inside)
    }

    async fn model(&self, name: &str) -> Option<Value> {
        let answer = self.server.get(&format!("/api/models/{name}")).await;
        (answer.status == 200).then(|| answer.json())
    }

    async fn deployed(&self, name: &str, versions: usize) -> Value {
        let enough = |detail: &Value| detail["versions"].as_array().unwrap().len() == versions;
        until(name, async || self.model(name).await.filter(enough)).await
    }

    /// The watcher takes files one after the other: once this one is through, so is what came before.
    async fn through(&self) {
        fs::write(self.path("last.onnx"), plus(9.0)).unwrap();
        self.deployed("last", 1).await;
    }
}

#[tokio::test]
async fn both_layouts_are_deployed_and_a_new_folder_is_a_new_version() {
    let watched = Watched::start(|models| {
        fs::create_dir_all(models.join("triton/1")).unwrap();
        fs::write(models.join("triton/1/model.onnx"), plus(1.0)).unwrap();
        fs::write(models.join("flat.onnx"), plus(2.0)).unwrap();
        fs::write(models.join("README.md"), "not a model").unwrap();
    })
    .await;
    // What was there is deployed before the server says that it listens.
    let models = watched.server.get("/api/models").await.expect(200);
    let names: Vec<_> = models.as_array().unwrap().iter().map(|model| &model["name"]).collect();
    assert_eq!(names, ["flat", "triton"]);

    fs::create_dir(watched.path("triton/2")).unwrap();
    fs::write(watched.path("triton/2/model.onnx"), plus(3.0)).unwrap();
    let detail = watched.deployed("triton", 2).await;
    let newest = &detail["versions"][0];
    assert_eq!((&newest["number"], &newest["champion"]), (&json!(2), &json!(true)));
    let audit = watched.server.get("/api/models/triton/audit").await.expect(200);
    assert!(audit.to_string().contains("watched folder"), "{audit}");
    watched.through().await;
    assert_eq!(watched.told.that_say("was not deployed"), 0);
}

#[tokio::test]
async fn a_file_that_comes_slowly_is_left_until_it_is_whole() {
    let watched = Watched::start(|_| ()).await;
    let bytes = fs::read(sample("digits-cnn")).unwrap();
    let mut file = File::create(watched.path("slow.onnx")).unwrap();
    let chunks: Vec<_> = bytes.chunks(bytes.len().div_ceil(8)).collect();
    for (index, chunk) in chunks.iter().enumerate() {
        // A slow line; in the middle, one that hangs for longer than a file usually needs to settle.
        let pause = if index == 4 { 2_000 } else { 200 };
        tokio::time::sleep(Duration::from_millis(pause)).await;
        assert!(watched.model("slow").await.is_none(), "deployed after {index} of {} chunks", chunks.len());
        file.write_all(chunk).unwrap();
        file.flush().unwrap();
    }
    drop(file);
    watched.deployed("slow", 1).await;
    watched.through().await;
    watched.told.wait_for("last version 1 is deployed").await;
    assert_eq!(watched.told.that_say("slow version"), 1);
    assert_eq!(watched.told.that_say("was not deployed"), 0);
}

#[tokio::test]
async fn a_broken_file_is_told_once_and_stops_nothing() {
    let watched = Watched::start(|models| {
        fs::write(models.join("text.onnx"), "this is not a model").unwrap();
    })
    .await;
    let whole = fs::read(sample("diabetes")).unwrap();
    fs::write(watched.path("half.onnx"), &whole[..whole.len() / 2]).unwrap();
    fs::write(watched.path("passwords.onnx"), external("../../../etc/passwd")).unwrap();
    fs::write(watched.path("good.onnx"), plus(1.0)).unwrap();
    watched.deployed("good", 1).await;
    watched.told.wait_for("text.onnx was not deployed: `text.onnx` is a text file").await;
    watched.told.wait_for("half.onnx was not deployed: ").await;
    watched.told.wait_for("outside the model's folder: `../../../etc/passwd`").await;
    watched.through().await;
    assert_eq!(watched.told.that_say("was not deployed"), 3, "each is told once");

    // The rest of it arrives after all.
    fs::write(watched.path("half.onnx"), &whole).unwrap();
    watched.deployed("half", 1).await;
}
