//! What a job writes, line by line: progress where it is progress, else its log.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A longer line is cut: one without an end must not fill the memory.
const LONGEST: usize = 16 << 10;
/// Of a line of the log, characters.
const KEPT: usize = 2_000;

/// One line `{"event":"progress","step":3,"total":10,"metrics":{"loss":0.2}}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub step: u32,
    pub total: u32,
    /// Finite numbers only.
    pub metrics: Vec<(String, f64)>,
}

impl Progress {
    pub fn metric(&self, name: &str) -> Option<f64> {
        self.metrics.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }
}

#[derive(Deserialize)]
struct Told {
    event: String,
    step: u32,
    total: u32,
    #[serde(default)]
    metrics: Map<String, Value>,
}

/// The finite numbers of an object by name, in its order.
pub fn numbers(object: &Map<String, Value>) -> Vec<(String, f64)> {
    let finite = |value: &Value| value.as_f64().filter(|number| number.is_finite());
    object.iter().filter_map(|(name, value)| Some((name.clone(), finite(value)?))).collect()
}

/// Progress, if a line is that.
pub fn progress(line: &str) -> Option<Progress> {
    let line = line.trim();
    if !line.starts_with('{') {
        return None;
    }
    let told: Told = serde_json::from_str(line).ok().filter(|told: &Told| told.event == "progress")?;
    Some(Progress { step: told.step, total: told.total, metrics: numbers(&told.metrics) })
}

/// Puts bytes together to lines.
#[derive(Debug, Default)]
pub struct Lines {
    begun: Vec<u8>,
    cut: bool,
}

impl Lines {
    /// The lines that end within these bytes.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST - self.begun.len();
            self.cut |= piece.len() > room;
            self.begun.extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.ends_with(b"\n") {
                lines.extend(self.rest());
            }
        }
        lines
    }

    /// What was begun and not ended.
    pub fn rest(&mut self) -> Option<String> {
        let bytes = std::mem::take(&mut self.begun);
        let cut = std::mem::take(&mut self.cut);
        let text = String::from_utf8_lossy(&bytes);
        // A bar of progress overwrites its line: what it showed last is what it says.
        let text = text.trim_end().rsplit('\r').next().unwrap_or_default();
        let end = text.char_indices().nth(KEPT).filter(|_| progress(text).is_none());
        match (text.is_empty(), end, cut) {
            (true, ..) => None,
            (_, Some((end, _)), _) => Some(format!("{}...", &text[..end])),
            (_, None, true) => Some(format!("{text}...")),
            (_, None, false) => Some(text.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_from_what_only_looks_like_it() {
        let line = r#"{"event":"progress","step":2,"total":5,"metrics":{"loss":0.5,"note":"x","bad":null}}"#;
        let told = progress(line).unwrap();
        assert_eq!((told.step, told.total, told.metric("loss")), (2, 5, Some(0.5)));
        assert_eq!(told.metrics.len(), 1);
        assert!(progress(r#"{"event":"progress","step":1,"total":2}"#).unwrap().metrics.is_empty());
        for other in [
            "step 1",
            r#"{"event":"done","step":1,"total":2}"#,
            r#"{"event":"progress","step":-1,"total":2}"#,
            r#"{"event":"progress","step":1,"total":2,"metrics":{"loss":NaN}}"#,
            "{",
        ] {
            assert_eq!(progress(other), None, "{other}");
        }
    }

    #[test]
    fn lines_come_whole_however_their_bytes_come() {
        let mut lines = Lines::default();
        assert_eq!(lines.take(b"one\ntw"), ["one"]);
        assert_eq!(lines.take("o \u{e9}\n\nthree".as_bytes()), ["two \u{e9}"]);
        assert_eq!(lines.rest().unwrap(), "three");
        assert_eq!(lines.rest(), None);
        assert_eq!(lines.take(b" 10%\r 20%\r100%\n"), ["100%"]);
        assert_eq!(lines.take(b"\xff\xfe\n"), ["\u{fffd}\u{fffd}"]);
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let mut lines = Lines::default();
        for _ in 0..100 {
            assert!(lines.take(&[b'x'; 4_096]).is_empty());
        }
        let line = lines.take(b"\nnext\n");
        assert_eq!((line[0].len(), &line[1][..]), (KEPT + 3, "next"));
    }
}
