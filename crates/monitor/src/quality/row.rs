//! Row checks made ready to be put to every request: a value that is well costs a few comparisons and nothing
//! is allocated.

use std::collections::HashSet;

use regex::Regex;

use super::{Check, Expectation, Level, ValueType};

/// The enabled row checks of each column, in the order of the columns.
#[derive(Debug, Clone, Default)]
pub struct RowChecks {
    columns: Vec<ColumnChecks>,
    any: bool,
}

/// The row checks of one column.
#[derive(Debug, Clone)]
pub struct ColumnChecks {
    /// Numbers in here that `exact` and `allowed` agree with are well; all others are looked at closely.
    low: f64,
    high: f64,
    whole: bool,
    allowed: Option<Vec<f64>>,
    /// With the place of each in the list of checks.
    tests: Vec<(usize, Test)>,
}

#[derive(Debug, Clone)]
enum Test {
    NotNull,
    Finite,
    Whole,
    Boolean,
    Number,
    Range(f64, f64),
    AllowedNumbers(Vec<f64>),
    AllowedTexts(HashSet<String>),
    Length(usize, usize),
    Pattern(Regex),
}

impl RowChecks {
    /// Of checks that were validated; `columns` names the columns and says which hold text.
    pub fn new(checks: &[Check], columns: &[(&str, bool)]) -> Self {
        let wanted = |check: &Check| check.enabled && check.expect.level() == Level::Row;
        let enabled: Vec<_> = checks.iter().enumerate().filter(|(_, check)| wanted(check)).collect();
        let columns: Vec<_> = columns
            .iter()
            .map(|(name, text)| {
                let own = enabled.iter().filter(|(_, check)| check.column.as_deref() == Some(*name));
                ColumnChecks::new(
                    own.filter_map(|(at, check)| Some((*at, test(&check.expect, *text)?))).collect(),
                )
            })
            .collect();
        Self { any: columns.iter().any(|column| !column.tests.is_empty()), columns }
    }

    /// Whether there is anything to look at.
    pub fn any(&self) -> bool {
        self.any
    }

    pub fn columns(&self) -> &[ColumnChecks] {
        &self.columns
    }
}

/// Matches whole texts.
pub(super) fn pattern(regex: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?:{regex})$"))
}

/// `None` for what isn't asked of such a column.
fn test(expect: &Expectation, text: bool) -> Option<Test> {
    let numbers = |values: &[String]| values.iter().filter_map(|value| value.parse().ok()).collect();
    Some(match (expect, text) {
        (Expectation::NotNull, _) => Test::NotNull,
        (Expectation::Finite, false) => Test::Finite,
        (Expectation::Type { of: ValueType::Whole }, false) => Test::Whole,
        (Expectation::Type { of: ValueType::Boolean }, false) => Test::Boolean,
        (Expectation::Type { of: ValueType::Number }, true) => Test::Number,
        (Expectation::Range { low, high }, false) => {
            Test::Range(low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY))
        }
        (Expectation::Allowed { values }, false) => Test::AllowedNumbers(numbers(values)),
        (Expectation::Allowed { values }, true) => Test::AllowedTexts(values.iter().cloned().collect()),
        (Expectation::Length { low, high }, true) => {
            Test::Length(low.unwrap_or(0) as usize, high.map_or(usize::MAX, |high| high as usize))
        }
        (Expectation::Pattern { regex }, true) => Test::Pattern(pattern(regex).ok()?),
        _ => return None,
    })
}

impl ColumnChecks {
    fn new(tests: Vec<(usize, Test)>) -> Self {
        let (mut low, mut high, mut whole, mut allowed) = (f64::NEG_INFINITY, f64::INFINITY, false, None);
        for (_, test) in &tests {
            match test {
                Test::Finite => (low, high) = (low.max(f64::MIN), high.min(f64::MAX)),
                Test::Whole => whole = true,
                Test::Boolean => (low, high, whole) = (low.max(0.0), high.min(1.0), true),
                Test::Range(least, most) => (low, high) = (low.max(*least), high.min(*most)),
                Test::AllowedNumbers(values) => allowed = Some(values.clone()),
                _ => {}
            }
        }
        Self { low, high, whole, allowed, tests }
    }

    pub fn is_empty(&self) -> bool {
        self.tests.is_empty()
    }

    /// Whether a number is well beyond doubt; NaN never is.
    #[inline]
    pub fn passes(&self, value: f64) -> bool {
        value >= self.low
            && value <= self.high
            && (!self.whole || value.fract() == 0.0)
            && self.allowed.as_ref().is_none_or(|allowed| allowed.contains(&value))
    }

    /// Tells the place of each check that a number fails, and whether it lies above the limits.
    pub fn number(&self, value: f64, mut failed: impl FnMut(usize, bool)) {
        for (at, test) in &self.tests {
            let well = match test {
                Test::NotNull => !value.is_nan(),
                _ if value.is_nan() => true,
                Test::Finite => value.is_finite(),
                Test::Whole => value.is_infinite() || value.fract() == 0.0,
                Test::Boolean => value == 0.0 || value == 1.0,
                Test::Range(low, high) => (*low..=*high).contains(&value),
                Test::AllowedNumbers(values) => values.contains(&value),
                _ => true,
            };
            if !well {
                failed(*at, matches!(test, Test::Range(_, high) if value > *high));
            }
        }
    }

    /// The same for a text; an empty one is no value, and only fails where one must be there.
    pub fn text(&self, value: &str, mut failed: impl FnMut(usize, bool)) {
        for (at, test) in &self.tests {
            let mut above = false;
            let well = match test {
                Test::NotNull => !value.is_empty(),
                Test::AllowedTexts(values) => values.contains(value),
                _ if value.is_empty() => true,
                Test::Number => value.trim().parse::<f64>().is_ok(),
                Test::Length(low, high) => {
                    let length = value.chars().count();
                    above = length > *high;
                    (*low..=*high).contains(&length)
                }
                Test::Pattern(regex) => regex.is_match(value),
                _ => true,
            };
            if !well {
                failed(*at, above);
            }
        }
    }
}
