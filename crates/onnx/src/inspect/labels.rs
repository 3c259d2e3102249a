//! Class labels and feature names, from the graph or the metadata.

use std::collections::HashSet;

use super::outline::Outline;

const LABEL_KEYS: [&str; 6] = ["class_labels", "labels", "names", "classes", "class_names", "id2label"];
const FEATURE_KEYS: [&str; 4] = ["feature_names", "features", "feature_columns", "input_features"];

/// The labels and where they come from; those of the graph win.
pub(super) fn class_labels(outline: &mut Outline) -> (Vec<String>, Option<String>) {
    let graph = std::mem::take(&mut outline.labels);
    if !graph.names.is_empty() {
        return (graph.names, Some(graph.from));
    }
    if let Some((key, names)) = listed(&outline.metadata, &LABEL_KEYS) {
        return (names, Some(format!("metadata {key}")));
    }
    match picked(outline) {
        Some((list, names)) => (names, Some(format!("initializer {list}"))),
        None => (vec![], None),
    }
}

/// The list that the label is picked from, as skl2onnx writes networks, neighbours and naive Bayes.
fn picked(outline: &Outline) -> Option<(&str, Vec<String>)> {
    outline.picked_from.iter().rev().find_map(|list| {
        let names = outline.lists.get(list)?;
        let distinct: HashSet<&String> = names.iter().collect();
        (distinct.len() == names.len()).then(|| (list.as_str(), names.clone()))
    })
}

pub(super) fn feature_names(metadata: &[(String, String)]) -> Vec<String> {
    listed(metadata, &FEATURE_KEYS).map(|(_, names)| names).unwrap_or_default()
}

fn listed<'a>(metadata: &'a [(String, String)], keys: &[&str]) -> Option<(&'a str, Vec<String>)> {
    keys.iter().find_map(|wanted| {
        let (key, value) = metadata.iter().find(|(key, _)| key.eq_ignore_ascii_case(wanted))?;
        Some((key.as_str(), names(value)?))
    })
}

/// A JSON array or an object with numbered keys, the same as Python prints them, or names between commas.
fn names(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    let parsed = serde_json::from_str(text).ok().and_then(from_json);
    let parsed = parsed.or_else(|| from_python(text)).or_else(|| from_commas(text));
    parsed.filter(|names| !names.is_empty())
}

fn from_json(value: serde_json::Value) -> Option<Vec<String>> {
    match value {
        serde_json::Value::Array(items) => items.into_iter().map(scalar).collect(),
        serde_json::Value::Object(entries) => {
            let numbered = entries.into_iter().map(|(key, value)| Some((key.parse().ok()?, scalar(value)?)));
            in_order(numbered.collect::<Option<Vec<(i64, String)>>>()?)
        }
        _ => None,
    }
}

fn scalar(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

fn in_order(mut numbered: Vec<(i64, String)>) -> Option<Vec<String>> {
    numbered.sort_by_key(|(number, _)| *number);
    Some(numbered.into_iter().map(|(_, name)| name).collect())
}

/// `{0: 'person', 1: "driver's cab"}` (as Ultralytics writes it) or `['a', 'b']`.
fn from_python(text: &str) -> Option<Vec<String>> {
    if let Some(list) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        return entries(list)?.into_iter().map(|entry| quoted(&entry)).collect();
    }
    let dict = text.strip_prefix('{')?.strip_suffix('}')?;
    let numbered = entries(dict)?.into_iter().map(|entry| {
        let (key, value) = entry.split_once(':')?;
        Some((key.trim().parse().ok()?, quoted(value)?))
    });
    in_order(numbered.collect::<Option<Vec<(i64, String)>>>()?)
}

/// Splits at the commas that stand outside quotes.
fn entries(text: &str) -> Option<Vec<String>> {
    let (mut entries, mut entry, mut quote, mut escaped) = (vec![], String::new(), None, false);
    for letter in text.chars() {
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, ',') => {
                entries.push(std::mem::take(&mut entry));
                continue;
            }
            _ => {}
        }
        entry.push(letter);
    }
    if !entry.trim().is_empty() {
        entries.push(entry);
    }
    quote.is_none().then_some(entries)
}

fn quoted(text: &str) -> Option<String> {
    let text = text.trim();
    let inner = ['\'', '"'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))?;
    Some(inner.replace("\\'", "'").replace("\\\"", "\"").replace("\\\\", "\\"))
}

fn from_commas(text: &str) -> Option<Vec<String>> {
    let listed = text.contains(',') && !text.contains(['{', '[', '\'', '"']);
    listed.then(|| text.split(',').map(|name| name.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_list_is_read() {
        for text in [
            r#"["a", "b c"]"#,
            r#"{"0": "a", "1": "b c"}"#,
            "{1: 'b c', 0: 'a'}",
            "['a', \"b c\"]",
            " a, b c",
        ] {
            assert_eq!(names(text).unwrap(), ["a", "b c"], "{text}");
        }
        assert_eq!(names(r#"{0: 'it\'s, so', 1: "driver's"}"#).unwrap(), ["it's, so", "driver's"]);
        assert_eq!(names("[0, 1]").unwrap(), ["0", "1"]);
        let many = (0..12).map(|n| format!("\"{n}\": \"c{n}\"")).collect::<Vec<_>>().join(",");
        assert_eq!(names(&format!("{{{many}}}")).unwrap()[10], "c10");
    }

    #[test]
    fn what_is_no_list_gives_nothing() {
        for text in ["", "{}", "[]", "one", r#"{"a": "b"}"#, "{0: 'a", "[[1], [2]]"] {
            assert_eq!(names(text), None, "{text}");
        }
    }
}
