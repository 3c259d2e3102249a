//! External data: what may be read, and the known ways of reading more than that.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod support;

use support::*;
use tempfile::TempDir;

/// The inspection's refusal of a model whose float32 `[4]` has these entries; the folder holds 64 bytes in
/// `weights.bin`.
fn refusal(folder: &TempDir, entries: &[(&str, &str)]) -> String {
    std::fs::write(folder.path().join("weights.bin"), [0; 64]).unwrap();
    let model = with_graph(|graph| graph.initializer.push(external(entries)));
    let inspection = inspect_in(folder, &model).unwrap();
    inspection.refusal().map_or_else(String::new, |finding| finding.message.clone())
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn data_beside_the_model_is_counted_and_listed() {
    let folder = folder();
    std::fs::write(folder.path().join("weights.bin"), [0; 64]).unwrap();
    let entries = [("location", "weights.bin"), ("offset", "48"), ("length", "16"), ("checksum", "x")];
    let model = with_graph(|graph| graph.initializer.push(external(&entries)));
    let seen = inspect_in(&folder, &model).unwrap();
    assert_eq!(seen.findings, []);
    assert_eq!(
        (seen.external_files.as_slice(), seen.initializer_bytes),
        (&["weights.bin".to_owned()][..], 16)
    );
}

#[test]
fn places_outside_the_folder_are_refused() {
    for location in ["../weights.bin", "a/../../w", "/etc/passwd", "C:\\w", "..\\w", "\\\\host\\w", "", "w\0"]
    {
        let reason = refusal(&folder(), &[("location", location)]);
        assert!(reason.contains("outside the model's folder"), "{location}: {reason}");
    }
    let reason = refusal(&folder(), &[("location", "*/_ORT_MEM_ADDR_/*"), ("offset", "140000000")]);
    assert!(reason.contains("address in memory"), "{reason}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_folder_only() {
    use std::os::unix::fs::symlink;
    let (inside, outside) = (folder(), folder());
    std::fs::write(outside.path().join("secret"), [0; 64]).unwrap();
    symlink("weights.bin", inside.path().join("good")).unwrap();
    symlink(outside.path().join("secret"), inside.path().join("bad")).unwrap();
    symlink(outside.path(), inside.path().join("dir")).unwrap();
    symlink("/dev/zero", inside.path().join("zero")).unwrap();
    assert_eq!(refusal(&inside, &[("location", "good")]), "");
    for location in ["bad", "dir/secret", "zero"] {
        let reason = refusal(&inside, &[("location", location)]);
        assert!(reason.contains("link out of the model's folder"), "{location}: {reason}");
    }
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("dir")).unwrap();
    assert!(refusal(&folder, &[("location", "dir")]).contains("not a regular file"));
    assert!(refusal(&folder, &[("location", "gone.bin")]).contains("is missing"));
}

#[test]
fn ranges_must_lie_in_the_file_and_fit_the_shape() {
    let at = |offset, length| {
        refusal(&folder(), &[("location", "weights.bin"), ("offset", offset), ("length", length)])
    };
    assert_eq!(at("0", "16"), "");
    assert!(at("49", "16").contains("past the end"));
    assert!(at("18446744073709551615", "16").contains("past the end"));
    assert!(at("0", "20").contains("takes 16 bytes by its shape but 20"));
    assert!(at("-1", "16").contains("bad offset `-1`"));
    assert!(at("0", "many").contains("bad length"));
}

#[test]
fn unexpected_keys_are_refused() {
    let good = ("location", "weights.bin");
    assert!(refusal(&folder(), &[good, ("__class__", "x")]).contains("unexpected key `__class__`"));
    assert!(refusal(&folder(), &[good, good]).contains("`location` twice"));
    assert!(refusal(&folder(), &[("offset", "0")]).contains("without a location"));
}

#[test]
fn data_in_two_places_is_refused() {
    let mut tensor = external(&[("location", "weights.bin")]);
    tensor.raw_data = Some(vec![0; 16]);
    let both = with_graph(|graph| graph.initializer.push(tensor.clone()));
    assert!(inspect(&both).unwrap().refusal().unwrap().message.contains("both in the file and outside"));
    tensor.data_location = None;
    let hidden = with_graph(|graph| graph.initializer.push(tensor));
    assert!(inspect(&hidden).unwrap().refusal().unwrap().message.contains("says its data is in the file"));
}
