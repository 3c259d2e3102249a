//! Damaged files end in an error or in findings, never in a panic; large ones need little memory.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod support;

use std::io::{Seek, SeekFrom, Write};

use proptest::prelude::*;
use support::*;
use tidegate_onnx::{encode, read};

#[test]
fn every_truncation_of_a_model_is_an_error_or_reported() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(sample("breast-cancer")).unwrap();
    for length in 0..bytes.len() {
        if let Ok(inspection) = inspect_bytes(&folder, &bytes[..length]) {
            assert!(inspection.refusal().is_some() || inspection.metadata.is_empty(), "cut at {length}");
        }
    }
}

#[test]
fn a_file_without_a_graph_is_no_model() {
    let error = inspect_bytes(&tempfile::tempdir().unwrap(), b"\x08\x0a").unwrap_err();
    assert!(error.message.contains("holds no graph"), "{error}");
}

/// A sparse file of 3 GB whose one tensor is nearly all of it.
#[test]
fn gigabytes_of_weights_are_passed_over() {
    const WEIGHTS: u64 = 3 << 30;
    let tensor = floats("w", &[(WEIGHTS / 4) as i64], 0);
    let tensor = tidegate_onnx::proto::TensorProto { raw_data: None, ..tensor };
    let mut tensor = prost::Message::encode_to_vec(&tensor);
    tensor.push(9 << 3 | 2);
    prost::encoding::encode_varint(WEIGHTS, &mut tensor);
    let mut graph = prost::Message::encode_to_vec(&identity().graph.unwrap());
    graph.push(5 << 3 | 2);
    prost::encoding::encode_varint(tensor.len() as u64 + WEIGHTS, &mut graph);
    graph.extend(tensor);
    let mut model = encode(&tidegate_onnx::proto::ModelProto { graph: None, ..identity() });
    model.push(7 << 3 | 2);
    prost::encoding::encode_varint(graph.len() as u64 + WEIGHTS, &mut model);
    model.extend(graph);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.onnx");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(&model).unwrap();
    file.seek(SeekFrom::Current(WEIGHTS as i64 - 1)).unwrap();
    file.write_all(&[0]).unwrap();
    drop(file);

    let before = peak_memory();
    let seen = tidegate_onnx::inspect(&path).unwrap();
    assert_eq!((seen.findings.len(), seen.initializer_bytes, seen.parameters), (0, WEIGHTS, WEIGHTS / 4));
    assert!(peak_memory() - before < 64 << 20);
}

/// Bytes; 0 where the system does not say.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), ir in 1_u8..14) {
        let folder = tempfile::tempdir().unwrap();
        let _ = inspect_bytes(&folder, &bytes);
        let _ = inspect_bytes(&folder, &[&[0x08, ir, 0x3a], bytes.as_slice()].concat());
        let _ = read(&folder.path().join("model.onnx"));
    }

    #[test]
    fn mutated_models_never_panic(
        name in prop::sample::select(vec!["breast-cancer", "diabetes", "digits-cnn"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = std::fs::read(sample(name)).unwrap();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let folder = tempfile::tempdir().unwrap();
        let _ = inspect_bytes(&folder, &bytes);
        let _ = read(&folder.path().join("model.onnx"));
    }
}
