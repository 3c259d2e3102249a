//! The pattern that all texts of a column share: runs of letters, digits and other characters.

/// Runs of one pattern at most: beyond, it is free text.
const RUNS: usize = 12;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Upper,
    Lower,
    Digit,
    /// A character that stands for itself.
    Literal(char),
}

/// A run of one class, with the least and the most characters seen.
#[derive(Clone, Copy)]
struct Run {
    class: Class,
    least: usize,
    most: usize,
}

/// A regular expression for texts that all have the same runs; `None` where they differ or are free text.
pub(super) fn shared<'a>(mut texts: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut runs = runs(texts.next()?)?;
    for text in texts {
        let other = self::runs(text)?;
        if other.len() != runs.len() {
            return None;
        }
        for (run, other) in runs.iter_mut().zip(other) {
            if run.class != other.class {
                return None;
            }
            (run.least, run.most) = (run.least.min(other.least), run.most.max(other.most));
        }
    }
    Some(runs.iter().map(Run::regex).collect())
}

fn runs(text: &str) -> Option<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    for character in text.chars() {
        let class = match character {
            c if c.is_ascii_uppercase() => Class::Upper,
            c if c.is_ascii_lowercase() => Class::Lower,
            c if c.is_ascii_digit() => Class::Digit,
            c if c.is_alphanumeric() => return None,
            c => Class::Literal(c),
        };
        match runs.last_mut() {
            Some(run) if run.class == class => (run.least, run.most) = (run.least + 1, run.most + 1),
            _ => runs.push(Run { class, least: 1, most: 1 }),
        }
        if runs.len() > RUNS {
            return None;
        }
    }
    (!runs.is_empty()).then_some(runs)
}

impl Run {
    fn regex(&self) -> String {
        let class = match self.class {
            Class::Upper => "[A-Z]".to_owned(),
            Class::Lower => "[a-z]".to_owned(),
            Class::Digit => "[0-9]".to_owned(),
            Class::Literal(c) => regex::escape(&c.to_string()),
        };
        match (self.least, self.most) {
            (1, 1) => class,
            (least, most) if least == most => format!("{class}{{{least}}}"),
            // What varies in length may be longer still.
            _ => format!("{class}+"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::shared;

    #[test]
    fn codes_have_a_pattern_and_free_text_has_none() {
        assert_eq!(shared(["AB-12", "CD-7"].into_iter()).unwrap(), r"[A-Z]{2}\-[0-9]+");
        assert_eq!(shared(["a.b", "c.d"].into_iter()).unwrap(), r"[a-z]\.[a-z]");
        assert!(shared(["AB-12", "no code"].into_iter()).is_none());
        assert!(shared(["a long text of very many words, indeed"].into_iter()).is_none());
        assert!(shared([""].into_iter()).is_none());
    }
}
