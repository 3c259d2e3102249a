//! One check: what is expected of a column, how bad it is when it fails, and what then happens to a row.

use serde::{Deserialize, Serialize};
use tidegate_core::{Error, Result, alert::Severity};

use crate::bins::short;

/// Most characters of a pattern: it is matched against every row.
const PATTERN_LIMIT: usize = 500;
/// Most values of an allowed set.
const ALLOWED_LIMIT: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = QualityCheck)]
pub struct Check {
    /// `age.range`: stays the same when the limits are edited, so that its history does too.
    pub id: String,
    /// `None` for what is asked of whole rows or of the traffic.
    pub column: Option<String>,
    pub expect: Expectation,
    pub severity: Severity,
    /// What happens to a row that fails; of a check on a window, always `warn`.
    pub action: Action,
    /// Share of rows that may fail a row check before the check itself counts as failed, 0 to 1.
    pub tolerance: f64,
    pub enabled: bool,
    /// Changed by hand: learning again leaves it alone.
    #[serde(default)]
    pub edited: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QualityAction)]
pub enum Action {
    /// Count it.
    Warn,
    /// Answer, say so in the answer, and keep the violation with the prediction.
    Tag,
    /// Refuse the request before the model runs.
    Reject,
}

/// What a check is put to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QualityLevel)]
pub enum Level {
    /// Each row, before the model runs.
    Row,
    /// The counters of a stretch of time.
    Window,
}

/// Limits are inclusive; one that is left out does not limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Expectation {
    /// The request holds the columns the model takes.
    Schema {
        part: SchemaPart,
    },
    /// There is a value: neither null nor NaN nor, for text, nothing at all.
    NotNull,
    /// The number is not infinite.
    Finite,
    /// Of the values that are there.
    Type {
        of: ValueType,
    },
    Range {
        low: Option<f64>,
        high: Option<f64>,
    },
    /// The set of values; any other is unseen. Numbers are written as JSON writes them.
    Allowed {
        values: Vec<String>,
    },
    /// Characters of a text.
    Length {
        low: Option<u32>,
        high: Option<u32>,
    },
    /// A regular expression that the whole text matches.
    Pattern {
        regex: String,
    },

    /// Share of rows without a value, 0 to 1. NaN and the infinities are no values.
    NullShare {
        high: f64,
    },
    /// The most common value has at most this share of the rows.
    NotConstant {
        high: f64,
    },
    /// Share of rows that hold the most common value, whichever it is.
    MostCommon {
        low: Option<f64>,
        high: Option<f64>,
    },
    /// Share of distinct values among the rows with a value.
    Unique {
        low: f64,
    },
    /// Share of rows that repeat another one in every column.
    Duplicates {
        high: f64,
    },
    Mean {
        low: Option<f64>,
        high: Option<f64>,
    },
    /// Standard deviation of the population.
    Std {
        low: Option<f64>,
        high: Option<f64>,
    },
    /// `q` of the values lie below a value in this band; 0.5 is the median.
    Quantile {
        q: f64,
        low: Option<f64>,
        high: Option<f64>,
    },
    /// Pearson's correlation with another column.
    Correlation {
        with: String,
        low: Option<f64>,
        high: Option<f64>,
    },
    /// Rows a minute.
    RowRate {
        low: Option<f64>,
        high: Option<f64>,
    },
    /// Seconds since the newest row.
    Freshness {
        high: f64,
    },
    /// Share of rows whose value is lower than that of the row before, for times and counters.
    Monotonic {
        high: f64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SchemaPart {
    /// A column the model takes is not there.
    Missing,
    /// A column the model does not take.
    Extra,
    /// A value the model's input can't hold.
    Type,
    /// Inputs in another order than the model lists them.
    Order,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Numbers without a fraction.
    Whole,
    /// 0 or 1.
    Boolean,
    /// Text that reads as a number.
    Number,
}

impl Expectation {
    /// The last part of a check's id, and the name of its kind.
    pub fn kind(&self) -> &'static str {
        use Expectation::*;
        match self {
            Schema { .. } => "schema",
            NotNull => "not_null",
            Finite => "finite",
            Type { .. } => "type",
            Range { .. } => "range",
            Allowed { .. } => "allowed",
            Length { .. } => "length",
            Pattern { .. } => "pattern",
            NullShare { .. } => "null_share",
            NotConstant { .. } => "not_constant",
            MostCommon { .. } => "most_common",
            Unique { .. } => "unique",
            Duplicates { .. } => "duplicates",
            Mean { .. } => "mean",
            Std { .. } => "std",
            Quantile { .. } => "quantile",
            Correlation { .. } => "correlation",
            RowRate { .. } => "row_rate",
            Freshness { .. } => "freshness",
            Monotonic { .. } => "monotonic",
        }
    }

    pub fn level(&self) -> Level {
        use Expectation::*;
        match self {
            Schema { .. }
            | NotNull
            | Finite
            | Type { .. }
            | Range { .. }
            | Allowed { .. }
            | Length { .. }
            | Pattern { .. } => Level::Row,
            _ => Level::Window,
        }
    }

    /// Whether it can be asked of a column of text (or of numbers); `None` where it is about no column.
    pub fn suits(&self, text: bool) -> Option<bool> {
        use Expectation::*;
        match self {
            Schema { .. } | Duplicates { .. } | RowRate { .. } | Freshness { .. } => None,
            Length { .. } | Pattern { .. } | Type { of: ValueType::Number } => Some(text),
            NotNull
            | Allowed { .. }
            | NullShare { .. }
            | NotConstant { .. }
            | MostCommon { .. }
            | Unique { .. } => Some(true),
            _ => Some(!text),
        }
    }

    /// What is expected, in words: "0 to 120".
    pub fn words(&self) -> String {
        use Expectation::*;
        match self {
            Schema { part } => match part {
                SchemaPart::Missing => "every column the model takes",
                SchemaPart::Extra => "no other column",
                SchemaPart::Type => "values the model's inputs can hold",
                SchemaPart::Order => "inputs in the model's order",
            }
            .into(),
            NotNull => "a value in every row".into(),
            Finite => "no infinite number".into(),
            Type { of: ValueType::Whole } => "whole numbers".into(),
            Type { of: ValueType::Boolean } => "0 or 1".into(),
            Type { of: ValueType::Number } => "text that reads as a number".into(),
            Range { low, high }
            | Mean { low, high }
            | Std { low, high }
            | Quantile { low, high, .. }
            | Correlation { low, high, .. } => band(*low, *high, short),
            Allowed { values } => listed(values),
            Length { low, high } => {
                format!("{} characters", band(low.map(f64::from), high.map(f64::from), short))
            }
            Pattern { regex } => format!("like {regex}"),
            NullShare { high } => format!("at most {} missing", percent(*high)),
            NotConstant { high } => format!("no value in more than {} of rows", percent(*high)),
            MostCommon { low, high } => format!("{} of rows", band(*low, *high, percent)),
            Unique { low } => format!("at least {} distinct", percent(*low)),
            Duplicates { high } => format!("at most {} repeated", percent(*high)),
            RowRate { low, high } => format!("{} rows a minute", band(*low, *high, short)),
            Freshness { high } => format!("a row in the last {}", seconds(*high)),
            Monotonic { high } => format!("at most {} going back", percent(*high)),
        }
    }

    fn limits(&self) -> Vec<(&'static str, f64)> {
        use Expectation::*;
        let pair = |low: &Option<f64>, high: &Option<f64>| {
            [("low", *low), ("high", *high)]
                .into_iter()
                .filter_map(|(name, limit)| Some((name, limit?)))
                .collect()
        };
        match self {
            Range { low, high }
            | MostCommon { low, high }
            | Mean { low, high }
            | Std { low, high }
            | Quantile { low, high, .. }
            | Correlation { low, high, .. }
            | RowRate { low, high } => pair(low, high),
            Length { low, high } => pair(&low.map(f64::from), &high.map(f64::from)),
            NullShare { high }
            | NotConstant { high }
            | Duplicates { high }
            | Freshness { high }
            | Monotonic { high } => {
                vec![("high", *high)]
            }
            Unique { low } => vec![("low", *low)],
            _ => Vec::new(),
        }
    }

    /// Whether the limits are shares of rows, 0 to 1.
    fn is_share(&self) -> bool {
        use Expectation::*;
        matches!(
            self,
            NullShare { .. }
                | NotConstant { .. }
                | MostCommon { .. }
                | Unique { .. }
                | Duplicates { .. }
                | Monotonic { .. }
        )
    }
}

impl Check {
    /// Refuses limits that mean nothing; the message names the check and the field.
    pub fn validate(&self) -> Result<()> {
        let wrong =
            |field: &str, fix: &str| Err(Error::invalid(format!("check `{}`: `{field}` {fix}", self.id)));
        let limits = self.expect.limits();
        for (name, limit) in &limits {
            if !limit.is_finite() {
                return wrong(name, "must be a number");
            }
            if self.expect.is_share() && !(0.0..=1.0).contains(limit) {
                return wrong(name, "must be a share, 0 to 1");
            }
        }
        if let [("low", low), ("high", high)] = limits.as_slice()
            && low > high
        {
            return wrong("low", "must not be above `high`");
        }
        if !(0.0..=1.0).contains(&self.tolerance) {
            return wrong("tolerance", "must be a share, 0 to 1");
        }
        if self.action != Action::Warn && self.expect.level() == Level::Window {
            return wrong("action", "must be `warn`: it looks at a stretch of time, not at one row");
        }
        match &self.expect {
            Expectation::Quantile { q, .. } if !(*q > 0.0 && *q < 1.0) => {
                wrong("q", "must lie between 0 and 1")
            }
            Expectation::Allowed { values } if values.is_empty() => {
                wrong("values", "must name at least one value")
            }
            Expectation::Allowed { values } if values.len() > ALLOWED_LIMIT => {
                wrong("values", "must be at most 10000")
            }
            Expectation::Freshness { high } if *high <= 0.0 => wrong("high", "must be above 0 seconds"),
            Expectation::Schema { part: SchemaPart::Missing | SchemaPart::Type }
                if self.action != Action::Reject =>
            {
                wrong("action", "must be `reject`: the model can't run on such a row")
            }
            Expectation::Pattern { regex } if regex.len() > PATTERN_LIMIT => {
                wrong("regex", "must be at most 500 characters")
            }
            Expectation::Pattern { regex } => match super::row::pattern(regex) {
                Ok(_) => Ok(()),
                Err(error) => wrong("regex", &format!("is not a regular expression: {error}")),
            },
            _ => Ok(()),
        }
    }

    /// Whether at most the last digits of the limits differ, which writing them down and reading them can change.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let (mine, others) = (self.expect.limits(), other.expect.limits());
        let near = |((name, a), (other, b)): (&(&str, f64), &(&str, f64))| {
            name == other && (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
        };
        self == other
            || !mine.is_empty()
                && mine.len() == others.len()
                && mine.iter().zip(&others).all(near)
                && std::mem::discriminant(&self.expect) == std::mem::discriminant(&other.expect)
                && Self { expect: other.expect.clone(), ..self.clone() } == *other
    }

    /// "age range", for charts and lists.
    pub fn title(&self) -> String {
        let kind = self.expect.kind().replace('_', " ");
        match (&self.column, &self.expect) {
            (Some(column), Expectation::Correlation { with, .. }) => format!("{column} and {with}"),
            (Some(column), _) => format!("{column} {kind}"),
            (None, Expectation::Schema { part }) => format!("{part:?} columns").to_lowercase(),
            (None, _) => kind,
        }
    }
}

/// "0 to 120", "at least 0", "at most 120".
fn band(low: Option<f64>, high: Option<f64>, write: fn(f64) -> String) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{} to {}", write(low), write(high)),
        (Some(low), None) => format!("at least {}", write(low)),
        (None, Some(high)) => format!("at most {}", write(high)),
        (None, None) => "anything".into(),
    }
}

/// The first few of a set.
fn listed(values: &[String]) -> String {
    const SHOWN: usize = 6;
    let shown = values.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match values.len() {
        0..=SHOWN => shown,
        all => format!("{shown} and {} more", all - SHOWN),
    }
}

/// "3.2%", with as many digits as tell it from nothing.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent.abs() {
        0.0 => "0%".into(),
        p if p < 0.01 => format!("{percent:.4}%"),
        p if p < 1.0 => format!("{}%", short((percent * 100.0).round() / 100.0)),
        _ => format!("{}%", short((percent * 10.0).round() / 10.0)),
    }
}

pub(super) fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{} s", short(s)),
        s if s < 7_200.0 => format!("{} min", short((s / 6.0).round() / 10.0)),
        s if s < 172_800.0 => format!("{} h", short((s / 360.0).round() / 10.0)),
        s => format!("{} days", short((s / 8_640.0).round() / 10.0)),
    }
}
