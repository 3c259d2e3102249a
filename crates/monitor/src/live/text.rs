//! A column of running text, watched live: how long texts are, and how many of their words were never seen.
//!
//! Owns the vocabulary and its counters. Unknown words are compared with their share in texts of the reference that
//! the vocabulary was not made from, since new texts always bring some; the test allows for words of one text being
//! more alike than words of different texts.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{
    halves,
    scalar::{Moved, Part, decide, moved, times},
};
use crate::{
    bins::short,
    column::{Counts, Reference},
    drift::{Direction, Drift, State, psi_terms},
    report::{compare, domain::spaced},
    special::normal_two_sided,
    words::{hash, words},
};

/// Words that are known: the most common ones of the reference.
const VOCABULARY: usize = 5_000;
/// Reference texts whose words are looked at.
const MOST_TEXTS: usize = 20_000;
/// Words looked at in one text.
const MOST_WORDS: usize = 2_000;
/// New words counted by name at a time, the longest name, and how many are told.
const NAMED: usize = 100;
const LONGEST: usize = 40;
const TOLD: usize = 10;
/// Normal quantile of 0.95, one-sided.
const Z95: f64 = 1.644_853_626_951_472_2;

/// What texts looked like when all was well; their length in characters is a [`Reference`] of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextReference {
    /// Words in a text.
    pub words: Reference,
    /// Hashes, ascending.
    vocabulary: Vec<u32>,
    /// In texts that a vocabulary of the others does not come from.
    pub usual: Unknown,
}

/// Sums over texts, from which the share of unknown words follows with its error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// With a word.
    pub texts: u64,
    pub words: u64,
    pub unknown: u64,
    words_sq: u64,
    unknown_sq: u64,
    product: u64,
}

/// What texts held in a span of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextCounts {
    pub words: Counts,
    pub unknown: Unknown,
    /// Texts of which no word is known.
    pub strange: u64,
    /// The most common unknown words, in lower case (Misra and Gries, 1982; merged as in Agarwal et al., 2012): each
    /// may have been there more often by one part in a hundred of the unknown words.
    new_words: BTreeMap<String, u64>,
}

/// How texts moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TextShift {
    /// Of a text.
    pub characters: Moved,
    pub words: Moved,
    /// Share of the words that the reference's 5,000 most common ones lack.
    pub unknown: f64,
    /// The same of reference texts that are as new to a vocabulary.
    pub unknown_usual: f64,
    /// PSI of known against unknown words; 0 where there are no more unknown ones than usual.
    pub unknown_psi: f64,
    /// How likely so many more are without drift: one-sided, with the variance between texts.
    pub unknown_p: f64,
    pub unknown_drifted: bool,
    /// Share of the texts of which no word is known.
    pub strange: f64,
    /// The most common unknown words.
    pub new_words: Vec<String>,
    /// Texts and words looked at.
    pub texts: u64,
    pub looked_at: u64,
}

/// Whether texts are running text and no categories.
pub fn reads_as_text(texts: &[String]) -> bool {
    let present = || texts.iter().filter(|text| !text.is_empty()).map(String::as_str);
    let distinct = present().collect::<std::collections::HashSet<_>>().len();
    distinct > 0 && compare::reads_as_text(distinct, present().count())
}

/// Characters of a text; NaN, as it is missing, of an empty one.
pub fn length(text: &str) -> f64 {
    if text.is_empty() { f64::NAN } else { text.chars().count() as f64 }
}

fn key(word: &str) -> u32 {
    let hash = hash(word);
    (hash ^ (hash >> 32)) as u32
}

fn looked_at(text: &str) -> impl Iterator<Item = &str> {
    words(text).take(MOST_WORDS)
}

impl TextReference {
    pub fn new(texts: &[String]) -> Self {
        let texts: Vec<&str> = spaced(texts.len(), MOST_TEXTS).map(|row| texts[row].as_str()).collect();
        let (learnt, held_out) = halves(&texts);
        let known = vocabulary(learnt.copied());
        let mut usual = Unknown::default();
        for text in held_out {
            usual.add(text, |word| known.binary_search(&key(word)).is_ok());
        }
        let counts: Vec<f64> = texts.iter().map(|text| count(text)).collect();
        Self {
            words: Reference::numeric("words", &counts),
            vocabulary: vocabulary(texts.iter().copied()),
            usual,
        }
    }

    fn knows(&self, word: &str) -> bool {
        self.vocabulary.binary_search(&key(word)).is_ok()
    }

    /// The usual share of unknown words, and what it stays below in 95 of 100 windows with so many words and texts as
    /// `counts`.
    pub fn usual_up_to(&self, counts: &TextCounts) -> (f64, f64) {
        let usual = self.usual.share();
        (usual, (usual + Z95 * self.usual.error_beside(&counts.unknown)).min(1.0))
    }
}

fn count(text: &str) -> f64 {
    if text.is_empty() { f64::NAN } else { looked_at(text).count() as f64 }
}

/// The most common words, by their hashes.
fn vocabulary<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<u32> {
    let mut seen = HashMap::<u32, u64>::new();
    texts.flat_map(looked_at).for_each(|word| *seen.entry(key(word)).or_default() += 1);
    let mut common: Vec<(u32, u64)> = seen.into_iter().collect();
    common.sort_unstable_by_key(|(word, times)| (std::cmp::Reverse(*times), *word));
    common.truncate(VOCABULARY);
    let mut known: Vec<u32> = common.into_iter().map(|(word, _)| word).collect();
    known.sort_unstable();
    known
}

impl Unknown {
    /// Counts a text; gives its words and how many of them are unknown.
    fn add(&mut self, text: &str, known: impl Fn(&str) -> bool) -> (u64, u64) {
        let (mut all, mut unknown) = (0, 0);
        for word in looked_at(text) {
            all += 1;
            unknown += u64::from(!known(word));
        }
        if all > 0 {
            self.merge(&Self {
                texts: 1,
                words: all,
                unknown,
                words_sq: all * all,
                unknown_sq: unknown * unknown,
                product: all * unknown,
            });
        }
        (all, unknown)
    }

    fn merge(&mut self, other: &Self) {
        self.texts += other.texts;
        self.words += other.words;
        self.unknown += other.unknown;
        self.words_sq += other.words_sq;
        self.unknown_sq += other.unknown_sq;
        self.product += other.product;
    }

    /// Of unknown words; 0 without any.
    pub fn share(&self) -> f64 {
        self.unknown as f64 / self.words.max(1) as f64
    }

    /// Variance of the share: that of a ratio of sums over texts (Cochran, 1977, 2.11).
    fn variance(&self) -> f64 {
        let ratio = self.share();
        let squares =
            self.unknown_sq as f64 - 2.0 * ratio * self.product as f64 + ratio * ratio * self.words_sq as f64;
        squares.max(0.0) / (self.words.max(1) as f64).powi(2)
    }

    /// Standard error of the difference to another share: between texts, and at least that of single words.
    fn error_beside(&self, other: &Self) -> f64 {
        let words = |of: &Self| of.words.max(1) as f64;
        let pooled = (self.unknown + other.unknown) as f64 / (words(self) + words(other));
        let single = pooled * (1.0 - pooled) * (1.0 / words(self) + 1.0 / words(other));
        (self.variance() + other.variance()).max(single).sqrt()
    }
}

impl TextCounts {
    pub fn new(reference: &TextReference) -> Self {
        Self {
            words: Counts::new(&reference.words),
            unknown: Unknown::default(),
            strange: 0,
            new_words: BTreeMap::new(),
        }
    }

    pub fn add(&mut self, reference: &TextReference, text: &str) {
        self.words.add_number(&reference.words, count(text));
        let (words, unknown) = self.unknown.add(text, |word| reference.knows(word));
        self.strange += u64::from(words > 0 && words == unknown);
        if unknown > 0 {
            let new = looked_at(text).filter(|word| !reference.knows(word));
            new.for_each(|word| self.name(word));
        }
    }

    fn name(&mut self, word: &str) {
        let word: String = word.chars().take(LONGEST).flat_map(char::to_lowercase).collect();
        if let Some(times) = self.new_words.get_mut(&word) {
            *times += 1;
        } else if self.new_words.len() < NAMED {
            self.new_words.insert(word, 1);
        } else {
            self.take_away(1);
        }
    }

    fn take_away(&mut self, times: u64) {
        self.new_words.retain(|_, count| {
            *count = count.saturating_sub(times);
            *count > 0
        });
    }

    /// Both must have been counted against the same reference.
    pub fn merge(&mut self, other: &Self) {
        self.words.merge(&other.words);
        self.unknown.merge(&other.unknown);
        self.strange += other.strange;
        for (word, times) in &other.new_words {
            *self.new_words.entry(word.clone()).or_default() += times;
        }
        if self.new_words.len() > NAMED {
            let mut times: Vec<u64> = self.new_words.values().copied().collect();
            times.sort_unstable_by(|a, b| b.cmp(a));
            self.take_away(times[NAMED]);
        }
    }

    /// The most common unknown words first.
    pub fn new_words(&self) -> Vec<String> {
        let mut words: Vec<_> = self.new_words.iter().collect();
        words.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        words.into_iter().take(TOLD).map(|(word, _)| word.clone()).collect()
    }
}

/// Takes the drift of a text column's lengths (`characters`, with means) on to its words: the column has drifted
/// where one of lengths, numbers of words, and share of unknown words has.
pub fn judge(
    mut characters: Drift,
    means: (f64, f64),
    reference: &TextReference,
    counts: &TextCounts,
    min_rows: u64,
    threshold: f64,
) -> Drift {
    let own = Moved {
        reference: means.0,
        current: means.1,
        psi: characters.psi,
        drifted: characters.state == State::Drifted,
    };
    let (words, of_words) = moved(&reference.words, &counts.words, min_rows, threshold);
    let vocabulary = of_vocabulary(reference, counts, min_rows, threshold);
    let parts = [Part::of(&characters), of_words, vocabulary];
    let decided = decide(&mut characters, &parts);
    let shift = TextShift {
        characters: own,
        words,
        unknown: counts.unknown.share(),
        unknown_usual: reference.usual.share(),
        unknown_psi: vocabulary.psi,
        unknown_p: vocabulary.p,
        unknown_drifted: vocabulary.state == State::Drifted,
        strange: counts.strange as f64 / counts.unknown.texts.max(1) as f64,
        new_words: counts.new_words(),
        texts: counts.unknown.texts,
        looked_at: counts.unknown.words,
    };
    match characters.state {
        State::Drifted => {
            characters.direction = Some(direction(&shift, characters.direction, decided));
            characters.sentence = sentence(&shift);
        }
        State::Stable => {
            characters.sentence = format!(
                "no drift (PSI {}): {} of the words never seen, usually {}",
                short(characters.psi),
                percent(shift.unknown),
                percent(shift.unknown_usual)
            );
        }
        State::Undecided | State::NotEnough => {}
    }
    characters.text = Some(shift);
    characters
}

/// Only more unknown words than usual are drift: the usual share is of a vocabulary of half the texts, so that windows
/// have fewer.
fn of_vocabulary(reference: &TextReference, counts: &TextCounts, min_rows: u64, threshold: f64) -> Part {
    let (usual, up_to) = reference.usual_up_to(counts);
    let share = counts.unknown.share();
    let psi = |share: f64| -> f64 { psi_terms(&[1.0 - usual, usual], &[1.0 - share, share]).iter().sum() };
    let enough = counts.unknown.texts.min(reference.usual.texts * 2) >= min_rows.max(1);
    let error = reference.usual.error_beside(&counts.unknown);
    let z = if error > 0.0 { (share - usual) / error } else { 0.0 };
    let p = if z > 0.0 { normal_two_sided(z) / 2.0 } else { 1.0 };
    let own = if share > usual { psi(share) } else { 0.0 };
    let state = match enough {
        false => State::NotEnough,
        true if own >= threshold && z > Z95 => State::Drifted,
        true if own >= threshold => State::Undecided,
        true => State::Stable,
    };
    Part { psi: own, psi_noise: psi(up_to), p, state }
}

fn direction(shift: &TextShift, of_lengths: Option<Direction>, decided: usize) -> Direction {
    match decided {
        2 => Direction::NewCategories,
        _ => of_lengths.unwrap_or(if shift.words.current > shift.words.reference {
            Direction::Higher
        } else {
            Direction::Lower
        }),
    }
}

/// "texts are 2.1x longer (mean 41 -> 86 characters); 18% of the words never seen (usually 2%): foo, bar".
fn sentence(shift: &TextShift) -> String {
    let mut said = Vec::new();
    let Moved { reference, current, .. } = shift.characters;
    if shift.characters.drifted || shift.words.drifted {
        let means = format!("(mean {} -> {} characters)", short(reference), short(current));
        said.push(match current / reference {
            ratio if ratio >= 1.1 => format!("texts are {} longer {means}", times(current, reference)),
            ratio if ratio <= 0.9 => format!("texts are {} as long {means}", times(current, reference)),
            _ => format!("lengths of texts are mixed differently {means}"),
        });
    }
    if shift.unknown_drifted {
        let new: Vec<_> = shift.new_words.iter().take(3).map(String::as_str).collect();
        let (unknown, usual) = (percent(shift.unknown), percent(shift.unknown_usual));
        said.push(format!("{unknown} of the words never seen (usually {usual}): {}", new.join(", ")));
    }
    said.join("; ")
}

fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 {
        format!("{:.1}%", share * 100.0)
    } else {
        format!("{:.0}%", share * 100.0)
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
