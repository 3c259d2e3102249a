//! Files that are no models, models made to harm, and requests that make no sense: each is refused in words that name
//! the cause, and nothing stays.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    dangers,
    steps::{assert_nothing_of_it, tensors, upload},
    support::{Answer, Server, program, sample, text},
};

/// Numbers with no pattern, the same in each run.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

async fn assert_clean(server: &Server, data: &Path) {
    assert_nothing_of_it(&server.get("/api/models").await.expect(200), data, server.pid());
}

#[tokio::test]
async fn damaged_files_are_refused_wherever_they_are_damaged() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    for name in ["diabetes", "digits-cnn"] {
        let whole = fs::read(sample(name)).unwrap();
        for cut in [1, 2, 9, 100, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
            let answer = upload(&server, "cut.onnx", whole[..cut].to_vec()).await;
            let error = answer.expect(400)["error"].as_str().unwrap().to_owned();
            let causes = ["cut short", "holds no graph", "is no ONNX model"];
            assert!(causes.iter().any(|cause| error.contains(cause)), "{name} cut at {cut}: {error}");
        }
    }
    upload(&server, "nothing.onnx", "").await.refused(400, "`nothing.onnx` is empty");
    upload(&server, "text.onnx", "a model of a kind").await.refused(400, "is a text file");
    upload(&server, "page.onnx", "<html><body>404").await.refused(400, "is a web page");
    for seed in 0..20 {
        for head in [&b""[..], b"\x08\x0a", b"\x08\x0a\x3a"] {
            let bytes = [head, &noise(seed, 5_000)].concat();
            let answer = upload(&server, "noise.onnx", bytes).await;
            assert!(answer.status.is_client_error(), "seed {seed}: {}", answer.status);
            assert!(answer.json()["error"].as_str().unwrap().len() > 10);
        }
    }
    assert_clean(&server, data.path()).await;
}

#[tokio::test]
async fn models_of_other_programs_are_told_how_to_be_converted() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    let safetensors =
        [&60_u64.to_le_bytes()[..], br#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#].concat();
    for (file, bytes, what, how) in [
        ("net.pt", &b"PK\x03\x04\x14\0\0\0archive/data.pkl"[..], "a PyTorch file", "torch.onnx.export"),
        (
            "net.pth",
            b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.",
            "a PyTorch file",
            "torch.onnx.export",
        ),
        ("forest.pkl", b"\x80\x05\x95\x10\0\0\0\0\0\0\0csklearn.ensemble", "a Python pickle", "skl2onnx"),
        ("net.h5", b"\x89HDF\r\n\x1a\n\0\0\0\0", "a Keras model", "tf2onnx"),
        ("net.safetensors", &safetensors, "a safetensors file", "torch.onnx.export"),
        ("net.onnx", b"\x89HDF\r\n\x1a\n\0\0\0\0", "a Keras model", "tf2onnx"),
    ] {
        let answer = upload(&server, file, bytes.to_vec()).await;
        answer.refused(415, &format!("`{file}` is {what}"));
        assert!(answer.json()["hint"].as_str().unwrap().contains(how), "{}", answer.json());
    }
    assert_clean(&server, data.path()).await;
}

#[tokio::test]
async fn models_made_to_harm_are_refused_by_what_they_would_do() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &["--trial-seconds", "2"]);
    for (model, said) in [
        (dangers::endless(), "the model does not run within 2 s"),
        (dangers::constant_terabyte(), "ConstantOfShape makes 274877906944 elements from a constant shape"),
        (dangers::asked_terabyte(), "the model does not run within 4096 MiB of memory"),
        (dangers::external("../../../etc/passwd"), "outside the model's folder: `../../../etc/passwd`"),
        (dangers::external("/etc/passwd"), "outside the model's folder: `/etc/passwd`"),
        (dangers::external("weights.bin"), "in `weights.bin`, which is missing"),
        (dangers::custom_operator(), "operator Backdoor of domain evil.example needs a custom library"),
        (dangers::from_the_future(), "opset 99 of ai.onnx is newer than 26"),
    ] {
        upload(&server, "evil.onnx", model).await.refused(400, said);
        assert_clean(&server, data.path()).await;
    }
}

/// `tidegate import`, which must fail.
#[track_caller]
fn import_fails(file: &Path, data: &Path, said: &str) {
    let output = program().arg("import").arg(file).arg("--data").arg(data).output().unwrap();
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains(said), "`{told}` does not say `{said}`");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_and_links_that_lead_elsewhere_are_refused_from_the_command_line() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let linked = folder.path().join("linked.onnx");
    fs::write(&linked, dangers::external("weights.bin")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("weights.bin")).unwrap();
    let refuse_all = || {
        import_fails(folder.path(), data.path(), "is a folder");
        import_fails(&linked, data.path(), "behind a link out of the model's folder: `weights.bin`");
        import_fails(Path::new("/dev/zero"), data.path(), "is not a regular file");
    };
    refuse_all();
    assert_eq!(crate::steps::names(&data.path().join("staging")), [""; 0]);
    // The same when a server has the folder.
    let server = Server::start_in(data.path(), &[]);
    refuse_all();
    assert_clean(&server, data.path()).await;
}

/// What the refusals above are to be told from.
#[tokio::test]
async fn data_beside_a_model_comes_along_where_it_can() {
    let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let model = folder.path().join("sum.onnx");
    fs::write(&model, dangers::external("weights.bin")).unwrap();
    fs::write(folder.path().join("weights.bin"), [1.0_f32, 2.0, 3.0, 4.0].map(f32::to_le_bytes).concat())
        .unwrap();
    let import = program().arg("import").arg(&model).arg("--data").arg(data.path()).output().unwrap();
    assert_eq!(text(&import.stdout), "sum version 1 is deployed\n", "{}", text(&import.stderr));

    let server = Server::start_in(data.path(), &[]);
    let request = tensors(&[("x", "FP32", json!([4]), json!([10, 20, 30, 40]))]);
    let answer = server.post("/v2/models/sum/infer", request).await.expect(200);
    assert_eq!(answer["outputs"][0]["data"], json!([11.0, 22.0, 33.0, 44.0]));
    import_fails(&model, data.path(), "keeps data in `weights.bin`, which can't be sent to a running server");
}

#[tokio::test]
async fn names_that_can_not_be_names_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start_in(data.path(), &[]);
    let long = "n".repeat(101);
    let names = ["", "a%20b", "..", "../../up", "a/b", "gr%C3%BCn", "a%00b", "%3Cb%3E", &long];
    for name in names {
        let answer = upload(&server, &format!("m.onnx&name={name}"), dangers::plus(1.0)).await;
        answer.refused(400, "can not be the name of a model");
        assert!(answer.json()["hint"].as_str().unwrap().contains("letters, digits"));
    }
    assert_clean(&server, data.path()).await;

    // A wrong name does not cost the file that was looked at already.
    let path = "/api/imports?filename=m.onnx";
    let staged = server.send(path, "application/octet-stream", dangers::plus(1.0)).await.expect(201);
    let deploy = format!("/api/imports/{}/deploy", staged["token"].as_str().unwrap());
    server.post(&deploy, json!({ "name": "a b" })).await.refused(400, "can not be the name of a model");
    server.post(&deploy, json!({ "name": "right" })).await.expect(201);
    let rename =
        server.request(reqwest::Method::PATCH, "/api/models/right").json(&json!({ "name": "no way" }));
    Answer::read(rename.send().await.unwrap()).await.refused(400, "can not be the name of a model");
    upload(&server, "..", dangers::plus(2.0)).await.refused(400, "`filename` is not a name of a file");
}

#[tokio::test]
async fn rows_that_make_no_sense_are_refused_and_named() {
    let server = Server::start();
    server.send("/api/samples/diabetes", "application/json", "").await.expect(201);
    let path = "/api/models/diabetes/predict";
    let example = server.get("/api/models/diabetes").await.expect(200)["example"].clone();
    let with = |name: &str, value: Value| {
        let mut row = example.clone();
        row[name] = value;
        json!({ "rows": [row] })
    };
    let mut without = example.clone();
    without.as_object_mut().unwrap().remove("bmi");
    for (request, said) in [
        (json!({ "rows": [without] }), "`bmi`"),
        (with("height", json!(7)), "`height`"),
        (with("bmi", json!("heavy")), "`bmi`"),
        (with("bmi", json!([1, 2])), "`bmi`"),
        (with("bmi", json!({ "kg": 1 })), "JSON"),
        (json!({ "rows": [] }), "rows"),
        (json!({ "rows": 7 }), "expected a sequence"),
        (json!({}), "rows"),
    ] {
        server.post(path, request).await.refused(400, said);
    }
    let text = json!({ "rows": [example] }).to_string();
    for (number, said) in
        [("NaN", "JSON"), ("Infinity", "JSON"), ("1e999", "JSON"), ("1,", "JSON"), ("+1", "JSON")]
    {
        let broken = text.replacen("\"bmi\":", &format!("\"bmi\":{number},\"was\":"), 1);
        server.send(path, "application/json", broken).await.refused(400, said);
    }
    let deep = "[".repeat(100_000);
    server.send(path, "application/json", deep).await.refused(400, "JSON");
    server.send(path, "application/json", vec![0xff, 0xfe, b'{']).await.refused(400, "JSON");
    server.post(path, json!({ "rows": [example] })).await.expect(200);
}
