//! Drift of columns of running text: lengths, words never seen, and whether the words tell the sides apart.
//!
//! Must not know how text is cut into words. Large columns are sampled, evenly spaced.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tidegate_trees::Matrix;

use super::{
    Sample, distance,
    domain::{self, DomainClassifier, spaced},
    smirnov,
};
use crate::{
    drift::Test,
    words::{hash, words},
};

/// Rows of a side whose words are looked at.
const MOST_ROWS: usize = 20_000;
/// Rows of a side that the classifier sees, and the columns that words are spread over.
const CLASSIFIED: usize = 2_000;
const BUCKETS: usize = 128;
/// New words told.
const TOLD: usize = 10;

/// How far the texts of two samples differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TextDrift {
    /// Mean length in characters.
    pub length_reference: f64,
    pub length_current: f64,
    /// Two-sample Kolmogorov-Smirnov of the lengths.
    pub length_test: Test,
    /// Share of the current words that the reference does not have.
    pub unknown: f64,
    /// The same of the reference's second half against its first: what is usual.
    pub unknown_usual: f64,
    /// The most common of them.
    pub new_words: Vec<String>,
    /// Boosted trees on how often words occur, by a hash of the word.
    pub classifier: Option<DomainClassifier>,
}

/// Two columns of texts, each not empty.
pub(super) fn compare(reference: &[&str], current: &[&str]) -> TextDrift {
    let (r, c) = (sampled(reference), sampled(current));
    let (lengths_r, lengths_c) = (lengths(&r), lengths(&c));
    let gap = distance::kolmogorov_smirnov(&lengths_r, &lengths_c);
    let (first, second) = r.split_at(r.len().div_ceil(2));
    let vocabulary = vocabulary(&r);
    TextDrift {
        length_reference: lengths_r.mean(),
        length_current: lengths_c.mean(),
        length_test: Test { statistic: gap, p: smirnov::p_value(gap, r.len(), c.len()) },
        unknown: unknown(&vocabulary, &c),
        unknown_usual: unknown(&self::vocabulary(first), second),
        new_words: new_words(&vocabulary, &c),
        classifier: classifier(&r, &c),
    }
}

fn sampled<'a>(texts: &[&'a str]) -> Vec<&'a str> {
    spaced(texts.len(), MOST_ROWS).map(|row| texts[row]).collect()
}

fn lengths(texts: &[&str]) -> Sample {
    Sample::new(&texts.iter().map(|text| text.chars().count() as f64).collect::<Vec<_>>())
}

/// How often each word occurs.
fn vocabulary(texts: &[&str]) -> HashMap<u64, u64> {
    let mut known = HashMap::new();
    texts.iter().flat_map(|text| words(text)).for_each(|word| *known.entry(hash(word)).or_default() += 1);
    known
}

fn unknown(known: &HashMap<u64, u64>, texts: &[&str]) -> f64 {
    let all = texts.iter().flat_map(|text| words(text));
    let (new, all) = all.fold((0_u64, 0_u64), |(new, all), word| {
        (new + u64::from(!known.contains_key(&hash(word))), all + 1)
    });
    new as f64 / all.max(1) as f64
}

fn new_words(known: &HashMap<u64, u64>, texts: &[&str]) -> Vec<String> {
    let mut new = HashMap::<u64, (u64, &str)>::new();
    for word in texts.iter().flat_map(|text| words(text)) {
        let hash = hash(word);
        if !known.contains_key(&hash) {
            new.entry(hash).or_insert((0, word)).0 += 1;
        }
    }
    let mut new: Vec<(u64, &str)> = new.into_values().collect();
    new.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    new.into_iter().take(TOLD).map(|(_, word)| word.to_owned()).collect()
}

fn classifier(r: &[&str], c: &[&str]) -> Option<DomainClassifier> {
    let taken =
        |texts: &[&str]| spaced(texts.len(), CLASSIFIED).map(|row| row_of(texts[row])).collect::<Vec<_>>();
    let (before, now) = (taken(r), taken(c));
    let data = before.iter().chain(&now).flatten().copied().collect();
    // Buckets have no names to tell.
    domain::classify(&Matrix { columns: BUCKETS + 1, data }, before.len(), &[])
}

/// How often words of each bucket occur, and how many there are.
fn row_of(text: &str) -> Vec<f32> {
    let mut row = vec![0.0; BUCKETS + 1];
    for word in words(text) {
        row[hash(word) as usize % BUCKETS] += 1.0;
        row[BUCKETS] += 1.0;
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::State;

    const WORDS: [&str; 8] = ["the", "service", "was", "quick", "and", "food", "quite", "good"];

    fn texts(n: usize, more: &[&str]) -> Vec<String> {
        let all: Vec<&str> = WORDS.iter().chain(more).copied().collect();
        let word = |i: usize, j: usize| all[(i * 31 + j * 17 + i * j) % all.len()];
        (0..n).map(|i| (0..5 + i % 7).map(|j| word(i, j)).collect::<Vec<_>>().join(" ")).collect()
    }

    fn between(a: &[String], b: &[String]) -> TextDrift {
        let [a, b] = [a, b].map(|texts| texts.iter().map(String::as_str).collect::<Vec<_>>());
        compare(&a, &b)
    }

    #[test]
    fn new_words_are_found_and_tell_the_sides_apart() {
        let found = between(&texts(400, &[]), &texts(300, &["Refund", "broken"]));
        assert!(found.unknown > 0.1 && found.unknown_usual == 0.0, "{found:?}");
        assert_eq!(found.new_words.len(), 2);
        assert_eq!(found.classifier.unwrap().state, State::Drifted);
    }

    #[test]
    fn a_text_is_no_drift_from_itself() {
        let found = between(&texts(400, &[]), &texts(400, &[]));
        assert_eq!((found.unknown, found.length_test.p), (0.0, 1.0));
        assert_eq!(found.classifier.unwrap().state, State::Stable);
    }

    #[test]
    fn a_text_without_words_is_no_news() {
        let found = between(&["a b".to_owned()], &["...".to_owned()]);
        assert_eq!((found.unknown, found.classifier), (0.0, None));
    }
}
