//! Telling an ONNX model from the other things people drop: by content first, by name second.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
};

use tidegate_core::{Error, Result};

use crate::file::unreadable;

const HEAD: u64 = 4 << 10;
const TAIL: u64 = 64 << 10;

const TORCH: (&str, &str) =
    ("a PyTorch file", "convert it with torch.onnx.export(model, inputs, \"model.onnx\")");
const PICKLE: (&str, &str) = (
    "a Python pickle",
    "convert a scikit-learn model with skl2onnx.to_onnx(model, X[:1].astype(\"float32\"))",
);
const KERAS: (&str, &str) =
    ("a Keras model", "convert it with model.export(\"model.onnx\", format=\"onnx\") or tf2onnx");
const TENSORFLOW: (&str, &str) = (
    "a TensorFlow model",
    "convert it with python -m tf2onnx.convert --saved-model FOLDER --output model.onnx",
);
const TFLITE: (&str, &str) = (
    "a TensorFlow Lite model",
    "convert it with python -m tf2onnx.convert --tflite FILE --output model.onnx",
);
const SAFETENSORS: (&str, &str) = (
    "a safetensors file: weights without the graph",
    "load the model in Python and use torch.onnx.export, or optimum-cli export onnx",
);
const BOOSTER: (&str, &str) = (
    "a boosted-tree model",
    "convert it with onnxmltools (convert_lightgbm, convert_xgboost) or CatBoost's save_model",
);
const GGUF: (&str, &str) =
    ("a GGUF file", "there is no conversion to ONNX: export the original model instead");
const ORT_FORMAT: (&str, &str) = ("a model in ORT format", "import the .onnx file it was made from");
const ARCHIVE: (&str, &str) = ("an archive", "unpack it and import the .onnx file inside");

/// Refuses what cannot be an ONNX model: missing, empty or special files and folders, and the formats of other
/// programs (`Code::Unsupported`, with how to convert them). What passes may still be no valid model.
pub fn recognise(path: &Path) -> Result<()> {
    let metadata = std::fs::metadata(path).map_err(|cause| unreadable(path, cause))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if metadata.is_dir() {
        return Err(folder(path, &name));
    }
    // Before opening: a pipe would wait for its writer, a device may never end.
    if !metadata.is_file() {
        return Err(Error::invalid(format!("`{name}` is not a regular file")));
    }
    if metadata.len() == 0 {
        return Err(Error::invalid(format!("`{name}` is empty")).hint("export or download it again"));
    }
    let (head, tail) = ends(path).map_err(|cause| unreadable(path, cause))?;
    if starts_like_onnx(&head) && !is_saved_model(&head, &name) {
        return Ok(());
    }
    Err(refusal(&name, &head, &tail))
}

fn folder(path: &Path, name: &str) -> Error {
    if path.join("saved_model.pb").exists() {
        return foreign(name, TENSORFLOW);
    }
    Error::invalid(format!("`{name}` is a folder")).hint("choose the .onnx file in it")
}

fn foreign(name: &str, (what, how): (&str, &str)) -> Error {
    Error::unsupported(format!("`{name}` is {what}, not an ONNX model")).hint(how)
}

/// The first and the last bytes of a file.
fn ends(path: &Path) -> std::io::Result<(Vec<u8>, Vec<u8>)> {
    let mut file = File::open(path)?;
    let (mut head, mut tail) = (vec![], vec![]);
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    file.take(TAIL).read_to_end(&mut tail)?;
    Ok((head, tail))
}

/// The first field must be one of a `ModelProto`, of the right type; and a version is a small number.
fn starts_like_onnx(head: &[u8]) -> bool {
    let second = head.get(1).copied().unwrap_or(0);
    match head[0] {
        // ir_version, model_version
        0x08 | 0x28 => (1..0x80).contains(&second),
        // producer_name, producer_version, domain, doc_string, graph, opset_import, metadata_props
        0x12 | 0x1a | 0x22 | 0x32 | 0x3a | 0x42 | 0x72 => head.len() > 1 && !is_text(head),
        _ => false,
    }
}

/// TensorFlow's `SavedModel` starts with the same two fields as a model of IR version 1, which nobody writes.
fn is_saved_model(head: &[u8], name: &str) -> bool {
    head.starts_with(b"\x08\x01\x12") && (name.ends_with(".pb") || contains(head, b"StatefulPartitionedCall"))
}

fn refusal(name: &str, head: &[u8], tail: &[u8]) -> Error {
    if let Some(format) = by_content(name, head, tail) {
        return foreign(name, format);
    }
    if head.starts_with(b"version https://git-lfs") {
        return Error::invalid(format!("`{name}` is a Git LFS pointer, not the model"))
            .hint("run git lfs pull");
    }
    if head[0] == b'<' && is_text(head) {
        return Error::invalid(format!("`{name}` is a web page or XML, not an ONNX model"))
            .hint("the download may have given an error page: look into the file");
    }
    if let Some(format) = by_extension(name) {
        return foreign(name, format);
    }
    let what = if is_text(head) { "a text file" } else { "no ONNX model" };
    Error::invalid(format!("`{name}` is {what}")).hint("choose a file that an ONNX exporter wrote")
}

fn by_content(name: &str, head: &[u8], tail: &[u8]) -> Option<(&'static str, &'static str)> {
    let at_4 = head.get(4..8).unwrap_or_default();
    Some(match head {
        [b'P', b'K', 3, 4, ..] => in_zip(head, tail),
        [0x80, 2..=5, ..] if contains(head, b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") => TORCH,
        [0x80, 2..=5, ..] => PICKLE,
        [0x89, b'H', b'D', b'F', ..] => KERAS,
        [b'G', b'G', b'U', b'F', ..] => GGUF,
        [b'C', b'B', b'M', b'1', ..] => BOOSTER,
        [0x1f, 0x8b, ..] | [0xfd, b'7', b'z', ..] | [b'B', b'Z', b'h', ..]
            if by_extension(name).is_none() =>
        {
            ARCHIVE
        }
        _ if at_4 == b"TFL3" => TFLITE,
        _ if at_4 == b"ORTM" => ORT_FORMAT,
        _ if is_safetensors(head) => SAFETENSORS,
        _ if head.starts_with(b"tree\nversion=") || contains(head, b"\"learner\"") => BOOSTER,
        _ if is_saved_model(head, name) => TENSORFLOW,
        _ => return None,
    })
}

/// A zip archive by the names in it, most of which stand in its directory at the end.
fn in_zip(head: &[u8], tail: &[u8]) -> (&'static str, &'static str) {
    let holds = |name: &[u8]| contains(head, name) || contains(tail, name);
    if holds(b"data.pkl") {
        TORCH
    } else if holds(b"model.weights.h5") {
        KERAS
    } else {
        ARCHIVE
    }
}

/// The length of the header as u64, then the header: a JSON object.
fn is_safetensors(head: &[u8]) -> bool {
    let Some((length, rest)) = head.split_first_chunk::<8>() else { return false };
    (2..100 << 20).contains(&u64::from_le_bytes(*length)) && rest.first() == Some(&b'{')
}

fn by_extension(name: &str) -> Option<(&'static str, &'static str)> {
    let extension = Path::new(name).extension()?.to_str()?.to_ascii_lowercase();
    Some(match extension.as_str() {
        "pt" | "pth" | "ckpt" => TORCH,
        "pkl" | "pickle" | "joblib" => PICKLE,
        "h5" | "hdf5" | "keras" => KERAS,
        "pb" => TENSORFLOW,
        "tflite" => TFLITE,
        "safetensors" => SAFETENSORS,
        "cbm" | "ubj" => BOOSTER,
        "gguf" => GGUF,
        "ort" => ORT_FORMAT,
        _ => return None,
    })
}

fn is_text(head: &[u8]) -> bool {
    let printable = |byte: &u8| *byte >= 0x20 && *byte != 0x7f || matches!(byte, b'\n' | b'\r' | b'\t');
    head.iter().all(printable) && std::str::from_utf8(&head[..head.len().min(512)]).is_ok()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use tidegate_core::Code;

    use super::*;

    fn refused(name: &str, bytes: &[u8]) -> Error {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        recognise(&path).unwrap_err()
    }

    #[test]
    fn other_formats_are_named_with_how_to_convert_them() {
        let safetensors = [&60_u64.to_le_bytes()[..], b"{\"w\":{}}"].concat();
        for (name, bytes, hint) in [
            ("m.bin", &b"PK\x03\x04....archive/data.pkl"[..], "torch.onnx.export"),
            ("m.bin", b"PK\x03\x04....model.weights.h5", "tf2onnx"),
            ("m.zip", b"PK\x03\x04....model.onnx", "unpack"),
            ("m.onnx", b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", "torch.onnx.export"),
            ("m.onnx", b"\x80\x05\x95csklearn", "skl2onnx"),
            ("m", b"\x89HDF\r\n\x1a\n", "tf2onnx"),
            ("m", b"\x1c\0\0\0TFL3", "tflite"),
            ("m", b"\x1c\0\0\0ORTM", ".onnx file it was made from"),
            ("m", &safetensors, "torch.onnx.export"),
            ("m.txt", b"tree\nversion=v4\n", "onnxmltools"),
            ("saved_model.pb", b"\x08\x01\x12\x05abcde", "tf2onnx"),
            ("frozen.pb", b"\x0a\x05abcde", "tf2onnx"),
            ("m.joblib", b"\x1f\x8b\x08", "skl2onnx"),
            ("m.pth", b"\xff\xfe\xfd", "torch.onnx.export"),
        ] {
            let error = refused(name, bytes);
            assert_eq!(error.code, Code::Unsupported, "{name}: {error}");
            assert!(error.hint.as_deref().unwrap_or("").contains(hint), "{name}: {error}");
        }
    }

    #[test]
    fn what_is_no_model_at_all_is_invalid() {
        for (name, bytes, message) in [
            ("m.onnx", &b""[..], "is empty"),
            ("m.onnx", b"hello, world\n", "is a text file"),
            ("m.onnx", b"<!DOCTYPE html><html>", "is a web page"),
            ("m.onnx", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
            ("m.onnx", b"\xff\xfe\xfd\xfc", "is no ONNX model"),
        ] {
            let error = refused(name, bytes);
            assert!(error.code == Code::Invalid && error.message.contains(message), "{error}");
        }
    }

    #[test]
    fn folders_and_special_files_are_refused_unopened() {
        let folder = tempfile::tempdir().unwrap();
        assert!(recognise(folder.path()).unwrap_err().message.ends_with("is a folder"));
        std::fs::write(folder.path().join("saved_model.pb"), b"\x08\x01").unwrap();
        assert_eq!(recognise(folder.path()).unwrap_err().code, Code::Unsupported);
        assert_eq!(recognise(&folder.path().join("gone.onnx")).unwrap_err().code, Code::NotFound);
        #[cfg(unix)]
        assert!(recognise(Path::new("/dev/zero")).unwrap_err().message.contains("not a regular file"));
    }
}
