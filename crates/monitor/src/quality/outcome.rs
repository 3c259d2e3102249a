//! A check put to what was counted: what was seen, what was expected, and a sentence.

use serde::{Deserialize, Serialize};

use super::{
    Check, Expectation, Level, Window,
    check::{percent, seconds},
    window::pair,
};
use crate::{
    bins::{Bins, short},
    column::{Counts, Reference},
};

/// A row check has failed only when chance (3 standard errors) can't explain the share of rows.
const Z: f64 = 3.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    Passed,
    Failed,
    /// Too few rows to say.
    NotEnough,
    /// Switched off.
    Off,
}

/// What one check shows over a stretch of time. Every number is finite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = QualityOutcome)]
pub struct Outcome {
    pub state: CheckState,
    /// Share of rows that failed a row check; for a window check the number that its limits are for.
    pub observed: Option<f64>,
    /// The same in words, "–" without any.
    pub seen: String,
    /// "0 to 120".
    pub expected: String,
    /// Rows (or values, or steps) it was put to.
    pub n: u64,
    /// "age: 3.2% of rows above 120 (64 of 2000), reference never".
    pub sentence: String,
}

/// What was counted in a stretch of time.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// In the order of the columns.
    pub references: &'a [Reference],
    /// On the bins of the references; empty where they were counted against others.
    pub counts: &'a [Counts],
    pub window: &'a Window,
    /// Fewer rows say nothing about a window check.
    pub min_rows: u64,
    /// Length of the stretch, seconds.
    pub seconds: f64,
    /// Since the newest row, seconds; `None` if there never was one.
    pub age_s: Option<f64>,
}

/// A number that a window check is about: its value (between bounds where it comes from a sketch) over n rows.
struct Seen {
    value: f64,
    low: f64,
    high: f64,
    n: u64,
}

impl Seen {
    fn exact(value: f64, n: u64) -> Self {
        Self { value, low: value, high: value, n }
    }
}

pub fn evaluate(check: &Check, evidence: &Evidence<'_>) -> Outcome {
    let outcome = |state, observed: Option<f64>, seen: String, n, sentence| Outcome {
        state,
        observed: observed.filter(|value| value.is_finite()),
        seen,
        expected: check.expect.words(),
        n,
        sentence,
    };
    if !check.enabled {
        return outcome(CheckState::Off, None, "–".into(), 0, format!("{}: switched off", subject(check)));
    }
    if check.expect.level() == Level::Row {
        let (state, share, n, sentence) = row_check(check, evidence);
        return outcome(state, share, share.map_or("–".into(), percent), n, sentence);
    }
    let Some(seen) = seen(check, evidence).filter(|seen| seen.value.is_finite()) else {
        return outcome(
            CheckState::NotEnough,
            None,
            "–".into(),
            0,
            format!("{}: not enough data", subject(check)),
        );
    };
    let needed = match check.expect {
        Expectation::Freshness { .. } | Expectation::RowRate { .. } => 0,
        _ => evidence.min_rows.max(2),
    };
    let written = written(&check.expect, seen.value);
    if seen.n < needed {
        let sentence = format!("{}: not enough data ({} rows of {needed})", subject(check), seen.n);
        return outcome(CheckState::NotEnough, Some(seen.value), written, seen.n, sentence);
    }
    let (low, high) = limits(&check.expect);
    let failed = low.is_some_and(|low| seen.high < low) || high.is_some_and(|high| seen.low > high);
    let state = if failed { CheckState::Failed } else { CheckState::Passed };
    let sentence = sentence(check, &written, failed, evidence);
    outcome(state, Some(seen.value), written, seen.n, sentence)
}

/// "age", or what a check without a column is about.
fn subject(check: &Check) -> String {
    check.column.clone().unwrap_or_else(|| check.title())
}

fn row_check(check: &Check, evidence: &Evidence<'_>) -> (CheckState, Option<f64>, u64, String) {
    let n = evidence.window.looked_at();
    let broken = evidence.window.violations.get(&check.id).copied().unwrap_or_default();
    let subject = subject(check);
    if n == 0 && broken.rows == 0 {
        return (CheckState::NotEnough, None, 0, format!("{subject}: not enough data (no rows yet)"));
    }
    let n = n.max(broken.rows);
    let share = broken.rows as f64 / n as f64;
    let (state, sentence) = if broken.rows > 0 {
        let failed = least_share(share, n as f64) > check.tolerance;
        let what = broken_words(check, broken.above, broken.rows);
        let aside = match (failed, check.edited || matches!(check.expect, Expectation::Schema { .. })) {
            (false, _) => format!(", within the {} that may", percent(check.tolerance)),
            (true, true) => String::new(),
            (true, false) => ", reference never".into(),
        };
        let sentence =
            format!("{subject}: {} of rows {what} ({} of {n}){aside}", percent(share), broken.rows);
        (if failed { CheckState::Failed } else { CheckState::Passed }, sentence)
    } else if n < evidence.min_rows {
        (CheckState::NotEnough, format!("{subject}: not enough data ({n} rows of {})", evidence.min_rows))
    } else {
        (CheckState::Passed, format!("{subject}: {} in all {n} rows", check.expect.words()))
    };
    (state, Some(share), n, sentence)
}

/// The lower end of Wilson's interval for a share of n.
fn least_share(share: f64, n: f64) -> f64 {
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle - spread) / (1.0 + Z * Z / n)).max(0.0)
}

fn broken_words(check: &Check, above: u64, rows: u64) -> String {
    use super::{SchemaPart, ValueType};
    match &check.expect {
        Expectation::Schema { part: SchemaPart::Missing } => "lack a column".into(),
        Expectation::Schema { part: SchemaPart::Extra } => "have a column the model does not take".into(),
        Expectation::Schema { part: SchemaPart::Type } => "hold a value the model can't take".into(),
        Expectation::Schema { part: SchemaPart::Order } => "have their inputs in another order".into(),
        Expectation::NotNull => "without a value".into(),
        Expectation::Finite => "infinite".into(),
        Expectation::Type { of: ValueType::Whole } => "not a whole number".into(),
        Expectation::Type { .. } => format!("not {}", check.expect.words()),
        Expectation::Range { high: Some(high), .. } if above == rows => format!("above {}", short(*high)),
        Expectation::Range { low: Some(low), .. } if above == 0 => format!("below {}", short(*low)),
        Expectation::Range { .. } => format!("outside {}", check.expect.words()),
        Expectation::Allowed { .. } => "not among the values allowed".into(),
        Expectation::Length { .. } => format!("not {} long", check.expect.words()),
        _ => format!("not {}", check.expect.words()),
    }
}

fn limits(expect: &Expectation) -> (Option<f64>, Option<f64>) {
    use Expectation::*;
    match expect {
        MostCommon { low, high }
        | Mean { low, high }
        | Std { low, high }
        | Quantile { low, high, .. }
        | Correlation { low, high, .. }
        | RowRate { low, high } => (*low, *high),
        NullShare { high }
        | NotConstant { high }
        | Duplicates { high }
        | Freshness { high }
        | Monotonic { high } => (None, Some(*high)),
        Unique { low } => (Some(*low), None),
        _ => (None, None),
    }
}

fn seen(check: &Check, evidence: &Evidence<'_>) -> Option<Seen> {
    match &check.expect {
        Expectation::RowRate { .. } => {
            let rows = evidence.window.looked_at();
            return Some(Seen::exact(rows as f64 * 60.0 / evidence.seconds.max(1e-3), rows));
        }
        Expectation::Freshness { .. } => return evidence.age_s.map(|age| Seen::exact(age, 1)),
        Expectation::Duplicates { .. } => {
            let n = evidence.window.distinct_of;
            let (middle, low, high) = evidence.window.distinct_rows.as_ref().filter(|_| n > 0)?.count();
            let repeated = |distinct: f64| (1.0 - distinct / n as f64).clamp(0.0, 1.0);
            return Some(Seen { value: repeated(middle), low: repeated(high), high: repeated(low), n });
        }
        _ => {}
    }
    let name = check.column.as_deref()?;
    let at = evidence.references.iter().position(|reference| reference.name == name)?;
    let sums = evidence.window.columns.get(at);
    match &check.expect {
        Expectation::NotConstant { .. } | Expectation::MostCommon { .. } => {
            let common = sums?.common.as_ref()?;
            let (low, high) = common.share()?;
            Some(Seen { value: low, low, high, n: common.n() })
        }
        Expectation::Unique { .. } => {
            let n = sums?.distinct_of;
            let (middle, low, high) = sums?.distinct.as_ref().filter(|_| n > 0)?.count();
            let share = |distinct: f64| (distinct / n as f64).min(1.0);
            Some(Seen { value: share(middle), low: share(low), high: share(high), n })
        }
        Expectation::Monotonic { .. } => {
            let order = sums?.order.filter(|order| order.steps > 0)?;
            Some(Seen::exact(order.back as f64 / order.steps as f64, order.steps))
        }
        Expectation::Correlation { with, .. } => {
            let other = evidence.references.iter().position(|reference| reference.name == *with)?;
            let key = pair(at, other)?;
            let (_, cross) = evidence.window.pairs.iter().find(|(known, _)| *known == key)?;
            Some(Seen::exact(cross.correlation()?, cross.n()))
        }
        expect => counted(expect, &evidence.references[at], evidence.counts.get(at)?),
    }
}

/// What the column's own counters say.
fn counted(expect: &Expectation, reference: &Reference, counts: &Counts) -> Option<Seen> {
    match expect {
        Expectation::NullShare { .. } if counts.rows() > 0 => {
            // An empty text is a category of its own.
            let empty = match reference.bins.of_category("") {
                Some(bin) => counts.bins[bin],
                None => counts.unseen.get("").copied().unwrap_or(0),
            };
            Some(Seen::exact((counts.missing + empty) as f64 / counts.rows() as f64, counts.rows()))
        }
        Expectation::Mean { .. } => Some(Seen::exact(counts.mean()?, counts.n)),
        Expectation::Std { .. } => Some(Seen::exact(counts.std(reference)?, counts.n)),
        Expectation::Quantile { q, .. } => quantile(*q, reference, counts),
        _ => None,
    }
}

/// Of the values: exact to the bin of the reference that it falls in, which gives the bounds; between them,
/// linear. The outer bins end with the window's own range.
fn quantile(q: f64, reference: &Reference, counts: &Counts) -> Option<Seen> {
    let Bins::Numeric { edges } = &reference.bins else { return None };
    let (least, most) = counts.min.zip(counts.max)?;
    let rank = q * counts.n as f64;
    let mut below = 0.0;
    let last = counts.bins.len().checked_sub(1)?;
    for (bin, count) in counts.bins.iter().enumerate() {
        let count = *count as f64;
        if count > 0.0 && (below + count >= rank || bin == last) {
            let low = if bin == 0 { least } else { edges[bin].max(least) };
            let high = if bin == last { most } else { edges[bin + 1].min(most) };
            let value = low + (high - low) * ((rank - below) / count).clamp(0.0, 1.0);
            return Some(Seen { value, low: low.min(value), high: high.max(value), n: counts.n });
        }
        below += count;
    }
    None
}

/// A window check's number in the unit of its limits.
fn written(expect: &Expectation, value: f64) -> String {
    use Expectation::*;
    match expect {
        NullShare { .. }
        | NotConstant { .. }
        | MostCommon { .. }
        | Unique { .. }
        | Duplicates { .. }
        | Monotonic { .. } => percent(value),
        Freshness { .. } => seconds(value),
        RowRate { .. } => format!("{} a minute", short(value)),
        _ => short(value),
    }
}

fn sentence(check: &Check, seen: &str, failed: bool, evidence: &Evidence<'_>) -> String {
    let subject = subject(check);
    let what = match &check.expect {
        Expectation::NullShare { .. } => format!("{seen} of rows have no value"),
        Expectation::NotConstant { .. } => {
            format!("one value{} fills {seen} of rows", common_value(check, evidence))
        }
        Expectation::MostCommon { .. } => format!("the most common value fills {seen} of rows"),
        Expectation::Unique { .. } => format!("{seen} of values are distinct"),
        Expectation::Duplicates { .. } => format!("{seen} of rows repeat another"),
        Expectation::Mean { .. } => format!("mean {seen}"),
        Expectation::Std { .. } => format!("standard deviation {seen}"),
        Expectation::Quantile { q, .. } if *q == 0.5 => format!("median {seen}"),
        Expectation::Quantile { q, .. } => format!("{} quantile {seen}", short(*q)),
        Expectation::Correlation { with, .. } => format!("correlation with {with} {seen}"),
        Expectation::RowRate { .. } => format!("{seen} rows").replace(" a minute rows", " rows a minute"),
        Expectation::Freshness { .. } => format!("the newest row is {seen} old"),
        Expectation::Monotonic { .. } => format!("{seen} of values go back"),
        _ => seen.to_owned(),
    };
    let expected = check.expect.words();
    match failed {
        true => format!("{subject}: {what}, expected {expected}"),
        false => format!("{subject}: {what}, as expected ({expected})"),
    }
}

/// " (37)": the value that fills a column of numbers.
fn common_value(check: &Check, evidence: &Evidence<'_>) -> String {
    let at = evidence.references.iter().position(|reference| Some(&reference.name) == check.column.as_ref());
    let at = at.filter(|at| matches!(evidence.references[*at].bins, Bins::Numeric { .. }));
    let common = at.and_then(|at| evidence.window.columns.get(at)?.common.as_ref()?.value());
    common
        .map(f64::from_bits)
        .filter(|value| value.is_finite())
        .map_or_else(String::new, |v| format!(" ({})", short(v)))
}
