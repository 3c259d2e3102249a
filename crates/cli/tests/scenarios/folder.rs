//! The data folder: one owner, everyone else its client.

use std::path::Path;

use crate::support::{Server, run, sample, text};

fn data(folder: &tempfile::TempDir) -> &str {
    folder.path().to_str().unwrap()
}

#[track_caller]
fn assert_fails(arguments: &[&str], said: &[&str]) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1));
    let told = text(&output.stderr);
    for words in ["error: ", "hint: "].iter().chain(said) {
        assert!(told.contains(words), "`{told}` does not say `{words}`");
    }
}

#[test]
fn a_second_server_learns_who_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    let owner = format!("process {}, which serves at {}", server.pid(), server.url);
    let busy = server.url.strip_prefix("http://").unwrap();
    for address in ["127.0.0.1:0", busy] {
        assert_fails(&["serve", "--http", address, "--data", data(&folder)], &["is in use by", &owner]);
    }
}

#[tokio::test]
async fn an_import_goes_through_the_folders_owner() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_in(folder.path(), &[]);
    let file = sample("diabetes");
    let import = ["import", file.to_str().unwrap(), "--name", "sugar", "--data", data(&folder)];
    let output = run(&import);
    assert_eq!(text(&output.stdout), "sugar version 1 is deployed\n", "{}", text(&output.stderr));
    server.get("/v2/models/sugar/ready").await.expect(200);
    let again = run(&import);
    assert_eq!(again.status.code(), Some(1));
    assert!(
        text(&again.stderr).starts_with("error: these bytes are already version 1"),
        "{}",
        text(&again.stderr)
    );
}

/// The columns of a sample's data but the last, which is what it predicts.
fn features(csv: &Path) -> String {
    let table = std::fs::read_to_string(csv).unwrap();
    table.lines().map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n").collect()
}

#[test]
fn commands_work_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = sample("diabetes");
    let output = run(&["import", file.to_str().unwrap(), "--name", "sugar", "--data", data(&folder)]);
    assert_eq!(text(&output.stdout), "sugar version 1 is deployed\n", "{}", text(&output.stderr));
    let listed = text(&run(&["models", "--data", data(&folder)]).stdout);
    assert!(listed.lines().nth(1).is_some_and(|line| line.starts_with("sugar")), "{listed}");
    let csv = folder.path().join("rows.csv");
    std::fs::write(&csv, features(&file.with_file_name("holdout.csv"))).unwrap();
    let output = run(&["predict", "sugar", "--csv", csv.to_str().unwrap(), "--data", data(&folder)]);
    let rows = std::fs::read_to_string(&csv).unwrap().lines().count() - 1;
    assert_eq!(text(&output.stdout).lines().count(), rows, "{}", text(&output.stderr));
    let missing = run(&["import", "/nowhere/model.onnx", "--data", data(&folder)]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(text(&missing.stderr).starts_with("error: /nowhere/model.onnx"), "{}", text(&missing.stderr));
}

/// `/sys` takes no folders, not even from root.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_can_not_be_written_is_told() {
    assert_fails(&["serve", "--http", "127.0.0.1:0", "--data", "/sys/tidegate"], &["can not be written"]);
}

#[test]
fn a_newer_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let newer = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/newer-database.sqlite");
    let database = folder.path().join("tidegate.db");
    std::fs::copy(newer, &database).unwrap();
    assert_fails(
        &["serve", "--http", "127.0.0.1:0", "--data", data(&folder)],
        &["has version 9000", "update tidegate"],
    );
}
