//! How text is cut into words, and when two words are the same.

/// Runs of letters and digits.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The same for a word however it is capitalised (Fowler, Noll and Vo's FNV-1a).
pub(crate) fn hash(word: &str) -> u64 {
    let lower = word.chars().flat_map(char::to_lowercase);
    lower.fold(0xcbf2_9ce4_8422_2325, |hash, character| {
        (hash ^ u64::from(u32::from(character))).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_punctuation_make_no_word() {
        assert_eq!(words("Don't panic!").collect::<Vec<_>>(), ["Don", "t", "panic"]);
        assert_eq!(hash("Refund"), hash("REFUND"));
    }
}
