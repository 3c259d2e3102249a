//! Text columns: each distinct text once, and a code for each row.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Distinct texts one after the other in one buffer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Strings {
    text: String,
    ends: Vec<usize>,
}

impl Strings {
    pub fn len(&self) -> usize {
        self.ends.len()
    }
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
    /// Panics unless `index` is below [`Self::len`].
    pub fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }
}

/// A column of texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Categories {
    /// For each row the index of its text in `names`, or [`Categories::MISSING`].
    pub codes: Vec<u32>,
    /// In the order of their first row.
    pub names: Strings,
}

impl Categories {
    pub const MISSING: u32 = u32::MAX;

    /// The text of a row, `None` where missing.
    pub fn get(&self, row: usize) -> Option<&str> {
        let code = self.codes[row];
        (code != Self::MISSING).then(|| self.names.get(code as usize))
    }
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        (0..self.codes.len()).map(|row| self.get(row))
    }
    /// Rows of each name, in the order of `names`.
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.names.len()];
        self.codes.iter().filter(|code| **code != Self::MISSING).for_each(|code| counts[*code as usize] += 1);
        counts
    }
    pub(crate) fn missing(&self) -> usize {
        self.codes.iter().filter(|code| **code == Self::MISSING).count()
    }
}

impl<'a> FromIterator<Option<&'a str>> for Categories {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(texts: I) -> Self {
        let mut interner = Interner::default();
        for text in texts {
            match text {
                Some(text) => interner.push(text),
                None => interner.push_missing(),
            }
        }
        interner.finish()
    }
}

/// [`Categories`] that take more rows.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    categories: Categories,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    pub(crate) fn push(&mut self, text: &str) {
        let names = &mut self.categories.names;
        let known = self.index.entry(
            self.hasher.hash_one(text),
            |code| names.get(*code as usize) == text,
            |code| self.hasher.hash_one(names.get(*code as usize)),
        );
        let code = *known.or_insert(names.len() as u32).get();
        if code as usize == names.len() {
            names.push(text);
        }
        self.categories.codes.push(code);
    }
    pub(crate) fn push_missing(&mut self) {
        self.categories.codes.push(Categories::MISSING);
    }
    pub(crate) fn finish(mut self) -> Categories {
        self.categories.codes.shrink_to_fit();
        self.categories
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_kept_once() {
        let mut interner = Interner::default();
        ["b", "", "b", "a"].into_iter().for_each(|text| interner.push(text));
        interner.push_missing();
        let categories = interner.finish();
        assert_eq!(categories.codes, [0, 1, 0, 2, Categories::MISSING]);
        assert_eq!(categories.names.iter().collect::<Vec<_>>(), ["b", "", "a"]);
        assert_eq!(categories.iter().collect::<Vec<_>>(), [Some("b"), Some(""), Some("b"), Some("a"), None]);
        assert_eq!((categories.counts(), categories.missing()), (vec![2, 1, 1], 1));
    }

    #[test]
    fn codes_survive_growth() {
        let mut interner = Interner::default();
        (0..20_000).for_each(|i| interner.push(&format!("name {}", i % 5_000)));
        let categories = interner.finish();
        assert_eq!((categories.names.len(), categories.get(12_345)), (5_000, Some("name 2345")));
    }
}
