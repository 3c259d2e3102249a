//! Checks from a reference: what held there, with room for what merely varies.
//!
//! Owns every margin. A check that the reference itself would fail is never learnt.

use std::collections::BTreeMap;

use tidegate_core::{alert::Severity, schema::FeatureKind};

use super::{
    Action, Check, CheckState, Cross, Evidence, Expectation, Plan, SchemaPart, ValueType, Window, evaluate,
    shape, window::text_bits,
};
use crate::{
    bins::{BINS, Bins},
    column::{Counts, Reference},
};

/// Fewer rows teach nothing about values.
pub const LEARN_ROWS: usize = 30;
/// Rows that correlations and patterns are learnt from, evenly taken.
const SAMPLED: usize = 10_000;
/// Columns among which pairs are looked for, and pairs kept, the strongest first.
const PAIR_COLUMNS: usize = 64;
const PAIRS: usize = 12;
/// A weaker correlation may come and go.
const STRONG: f64 = 0.5;
/// Most values of a set that is learnt.
const SET: usize = 50;
/// Rows a minute-long look may have: what a band must leave room for.
const SMALL_WINDOW: f64 = 200.0;
/// A range leaves this share of its width on either side.
const RANGE_MARGIN: f64 = 0.1;
/// A mean may move by this many standard deviations, a standard deviation by this factor.
const MEAN_MARGIN: f64 = 0.5;
const STD_FACTOR: f64 = 2.0;
/// A correlation may move this far after Fisher's transformation (its standard error at 200 rows is 0.07).
const FISHER_MARGIN: f64 = 0.5;

/// One column of the reference.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    pub name: &'a str,
    pub kind: FeatureKind,
    pub values: Values<'a>,
}

#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    /// NaN where missing.
    Numbers(&'a [f64]),
    /// Empty where missing.
    Texts(&'a [String]),
}

impl Values<'_> {
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bits of numbers, hashes of texts.
    pub(super) fn bits(&self) -> Vec<u64> {
        match self {
            Self::Numbers(values) => values.iter().map(|value| value.to_bits()).collect(),
            Self::Texts(values) => values.iter().map(|value| text_bits(value)).collect(),
        }
    }
}

/// Checks for these columns; `references` are theirs, in the same order. All on by default but those that a data
/// set can't tell; all only warn, but for rows the model can't run on.
pub fn learn(columns: &[Sample<'_>], references: &[Reference]) -> Vec<Check> {
    let mut checks = schema_checks();
    for (column, reference) in columns.iter().zip(references) {
        if column.values.len() >= LEARN_ROWS {
            match column.values {
                Values::Numbers(values) => number_checks(column, values, reference, &mut checks),
                Values::Texts(values) => text_checks(column.name, values, reference, &mut checks),
            }
        }
    }
    correlations(columns, &mut checks);
    checks.extend(traffic_checks());
    let failing = failing_on(columns, references, &checks);
    let mut at = 0;
    checks.retain(|_| {
        at += 1;
        !failing[at - 1]
    });
    checks
}

fn check(column: Option<&str>, expect: Expectation, severity: Severity, tolerance: f64) -> Check {
    let kind = expect.kind();
    let id = match (&expect, column) {
        (Expectation::Correlation { with, .. }, Some(column)) => format!("{column}.{kind}.{with}"),
        (_, Some(column)) => format!("{column}.{kind}"),
        (_, None) => kind.into(),
    };
    // How many rows come, and how often the same one is asked again, a data set doesn't tell.
    let enabled = !matches!(
        expect,
        Expectation::Unique { .. }
            | Expectation::Duplicates { .. }
            | Expectation::RowRate { .. }
            | Expectation::Freshness { .. }
    );
    let action = Action::Warn;
    Check {
        id,
        column: column.map(str::to_owned),
        expect,
        severity,
        action,
        tolerance,
        enabled,
        edited: false,
    }
}

fn schema_checks() -> Vec<Check> {
    let part = |part, name: &str, action| {
        let check = check(None, Expectation::Schema { part }, Severity::Act, 0.01);
        Check { id: format!("schema.{name}"), action, ..check }
    };
    vec![
        part(SchemaPart::Missing, "missing", Action::Reject),
        part(SchemaPart::Extra, "extra", Action::Reject),
        part(SchemaPart::Type, "type", Action::Reject),
        Check { severity: Severity::Watch, enabled: false, ..part(SchemaPart::Order, "order", Action::Warn) },
    ]
}

fn traffic_checks() -> [Check; 2] {
    let off = |expect| check(None, expect, Severity::Watch, 0.0);
    [off(Expectation::RowRate { low: Some(1.0), high: None }), off(Expectation::Freshness { high: 3_600.0 })]
}

fn number_checks(column: &Sample<'_>, values: &[f64], reference: &Reference, checks: &mut Vec<Check>) {
    use Severity::{Act, Watch};
    let mut push =
        |expect, severity, tolerance| checks.push(check(Some(column.name), expect, severity, tolerance));
    let missing = values.iter().filter(|value| value.is_nan()).count();
    match missing {
        0 => push(Expectation::NotNull, Act, 0.01),
        _ => push(null_share(missing, values.len()), Watch, 0.0),
    }
    let bounded = !values.iter().any(|value| value.is_infinite());
    if bounded {
        push(Expectation::Finite, Act, 0.0);
    }
    let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    if finite.len() < LEARN_ROWS {
        return;
    }
    let whole = finite.iter().all(|value| value.fract() == 0.0 && value.abs() < 9e15);
    let set = numeric_set(&finite).filter(|_| whole);
    let is_time = looks_like_time(column.name, &finite);
    // An integer input can hold nothing else.
    if whole && column.kind == FeatureKind::Numeric {
        push(Expectation::Type { of: ValueType::Whole }, Watch, 0.01);
    }
    match &set {
        _ if is_time || !bounded => {}
        Some(values) => push(Expectation::Allowed { values: values.clone() }, Watch, 0.01),
        None => push(range(reference.min, reference.max), Watch, 0.01),
    }
    spread_checks(reference, set.is_some(), is_time, &mut push);
    if is_time && finite.is_sorted() {
        push(Expectation::Monotonic { high: 0.01 }, Watch, 0.0);
    }
    if whole && finite.len() >= 100 && all_distinct(finite.iter().map(|value| value.to_bits())) {
        push(Expectation::Unique { low: 0.95 }, Watch, 0.0);
    }
}

/// Checks on what a window's values look like as a whole.
fn spread_checks(
    reference: &Reference,
    discrete: bool,
    is_time: bool,
    push: &mut impl FnMut(Expectation, Severity, f64),
) {
    let common = reference.counts.iter().copied().max().unwrap_or(0) as f64 / reference.n.max(1) as f64;
    let separate = reference.bins.len() <= BINS && discrete;
    if reference.min < reference.max && !(separate && common >= 0.9) {
        push(Expectation::NotConstant { high: 0.99 }, Severity::Act, 0.0);
    }
    if separate {
        push(most_common(common), Severity::Watch, 0.0);
    } else if reference.std > 0.0 && !is_time {
        let (mean, std) = (reference.mean, reference.std);
        let band = |low, high| (Some(low), Some(high));
        let (low, high) = band(mean - MEAN_MARGIN * std, mean + MEAN_MARGIN * std);
        push(Expectation::Mean { low, high }, Severity::Watch, 0.0);
        let (low, high) = band(std / STD_FACTOR, std * STD_FACTOR);
        push(Expectation::Std { low, high }, Severity::Watch, 0.0);
        if let Bins::Numeric { edges } = &reference.bins
            && edges.len() == BINS + 1
        {
            // The third and the seventh decile.
            let (low, high) = band(edges[3], edges[7]);
            push(Expectation::Quantile { q: 0.5, low, high }, Severity::Watch, 0.0);
        }
    }
}

fn text_checks(name: &str, values: &[String], reference: &Reference, checks: &mut Vec<Check>) {
    use Severity::Watch;
    let mut push = |expect, severity, tolerance| checks.push(check(Some(name), expect, severity, tolerance));
    let present: Vec<&str> = values.iter().map(String::as_str).filter(|value| !value.is_empty()).collect();
    match values.len() - present.len() {
        0 => push(Expectation::NotNull, Severity::Act, 0.01),
        missing => push(null_share(missing, values.len()), Watch, 0.0),
    }
    if present.len() < LEARN_ROWS {
        return;
    }
    let mut seen = BTreeMap::<&str, u64>::new();
    present.iter().for_each(|value| *seen.entry(value).or_default() += 1);
    if seen.len() <= SET && seen.len() * 5 <= present.len() {
        // An empty text is a value like any other to a set.
        let known = seen.keys().copied().chain((present.len() < values.len()).then_some(""));
        push(Expectation::Allowed { values: known.map(str::to_owned).collect() }, Watch, 0.01);
        let common = seen.values().copied().max().unwrap_or(0) as f64 / values.len() as f64;
        if seen.len() > 1 && common < 0.9 {
            push(Expectation::NotConstant { high: 0.99 }, Severity::Act, 0.0);
        }
        push(most_common(common), Watch, 0.0);
        return;
    }
    let lengths = || present.iter().map(|value| value.chars().count() as u32);
    if let Some(regex) = shape::shared(evenly(&present).copied()).filter(|regex| all_match(regex, &present)) {
        push(Expectation::Pattern { regex }, Watch, 0.01);
    }
    let (least, most) = (lengths().min().unwrap_or(0), lengths().max().unwrap_or(0));
    push(Expectation::Length { low: Some(least / 2), high: Some(most + most.div_ceil(2)) }, Watch, 0.01);
    if present.iter().all(|value| value.trim().parse::<f64>().is_ok()) {
        push(Expectation::Type { of: ValueType::Number }, Watch, 0.01);
    }
    if reference.bins.len() > 1 {
        push(Expectation::NotConstant { high: 0.99 }, Severity::Act, 0.0);
    }
    if seen.len() == present.len() && present.len() >= 100 {
        push(Expectation::Unique { low: 0.95 }, Watch, 0.0);
    }
}

fn all_match(regex: &str, values: &[&str]) -> bool {
    super::row::pattern(regex).is_ok_and(|regex| values.iter().all(|value| regex.is_match(value)))
}

/// Room for two points, or for chance in a small window.
fn null_share(missing: usize, rows: usize) -> Expectation {
    let share = missing as f64 / rows as f64;
    Expectation::NullShare { high: (share + chance(share).max(0.02)).min(1.0) }
}

/// Room for 15 points, or for chance in a small window.
fn most_common(share: f64) -> Expectation {
    let margin = chance(share).max(0.15);
    Expectation::MostCommon { low: Some((share - margin).max(0.0)), high: Some((share + margin).min(1.0)) }
}

/// Four standard errors of a share in a small window.
fn chance(share: f64) -> f64 {
    4.0 * (share * (1.0 - share) / SMALL_WINDOW).sqrt()
}

/// A tenth of the width is added on both sides; what is never negative (or positive) stays so.
fn range(min: f64, max: f64) -> Expectation {
    let margin = if min < max { RANGE_MARGIN * (max - min) } else { RANGE_MARGIN * min.abs() };
    let (low, high) = (min - margin, max + margin);
    let low = if min >= 0.0 { low.max(0.0) } else { low };
    let high = if max <= 0.0 { high.min(0.0) } else { high };
    Expectation::Range {
        low: Some(low).filter(|l| l.is_finite()),
        high: Some(high).filter(|h| h.is_finite()),
    }
}

/// The distinct numbers, where they are few and each has many rows.
fn numeric_set(values: &[f64]) -> Option<Vec<String>> {
    let mut distinct: Vec<f64> = Vec::new();
    for value in values {
        // 0 and -0 are one value.
        if !distinct.contains(value) {
            distinct.push(*value);
        }
        if distinct.len() > BINS {
            return None;
        }
    }
    distinct.sort_unstable_by(f64::total_cmp);
    (distinct.len() * 10 <= values.len()).then(|| distinct.iter().map(f64::to_string).collect())
}

/// By its name, or as seconds or milliseconds since 1970 that lie after 2001 and before 2100.
fn looks_like_time(name: &str, values: &[f64]) -> bool {
    let name = name.to_lowercase();
    let named =
        ["time", "date"].iter().any(|part| name.contains(part)) || name.ends_with("_ts") || name == "ts";
    let within = |low: f64, high: f64| values.iter().all(|value| (low..high).contains(value));
    let spread = values.iter().any(|value| *value != values[0]);
    spread && (within(1e12, 4.1e12) || within(1e9, 4.1e9) || (named && values.is_sorted()))
}

fn all_distinct(bits: impl Iterator<Item = u64>) -> bool {
    let mut bits: Vec<u64> = bits.collect();
    bits.sort_unstable();
    bits.windows(2).all(|pair| pair[0] != pair[1])
}

/// At most [`SAMPLED`] of many, evenly spread.
fn evenly<T>(values: &[T]) -> impl Iterator<Item = &T> {
    values.iter().step_by(values.len().div_ceil(SAMPLED).max(1))
}

/// The strongest correlations among the numbers, and the rule about repeated rows.
fn correlations(columns: &[Sample<'_>], checks: &mut Vec<Check>) {
    let numeric: Vec<(&str, &[f64])> = columns
        .iter()
        .filter_map(|column| match column.values {
            Values::Numbers(values) if values.len() >= LEARN_ROWS => Some((column.name, values)),
            _ => None,
        })
        .take(PAIR_COLUMNS)
        .collect();
    let mut found = Vec::new();
    for (at, (name, values)) in numeric.iter().enumerate() {
        for (with, others) in &numeric[at + 1..] {
            let mut cross = Cross::default();
            evenly(values).zip(evenly(others)).for_each(|(a, b)| cross.add(*a, *b));
            let strong = cross.correlation().filter(|r| r.abs() >= STRONG && cross.n() >= LEARN_ROWS as u64);
            found.extend(strong.map(|r| (r, *name, *with)));
        }
    }
    found.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    for (r, name, with) in found.into_iter().take(PAIRS) {
        let middle = r.clamp(-0.999_999, 0.999_999).atanh();
        let (low, high) = ((middle - FISHER_MARGIN).tanh(), (middle + FISHER_MARGIN).tanh());
        // No correlation is too strong when it was all but perfect.
        let low = if r < -0.99 { -1.0 } else { low };
        let high = if r > 0.99 { 1.0 } else { high };
        let expect = Expectation::Correlation { with: with.into(), low: Some(low), high: Some(high) };
        checks.push(check(Some(name), expect, Severity::Watch, 0.0));
    }
    checks.extend(duplicates(columns));
}

/// Five points more repeated rows than the reference has; `None` where rows repeat all the time.
fn duplicates(columns: &[Sample<'_>]) -> Option<Check> {
    let rows = columns.first()?.values.len();
    if rows < LEARN_ROWS {
        return None;
    }
    let everywhere =
        Check { enabled: true, ..check(None, Expectation::Duplicates { high: 1.0 }, Severity::Watch, 0.0) };
    let (window, _) = count(columns, &[], std::slice::from_ref(&everywhere));
    let (distinct, ..) = window.distinct_rows.as_ref()?.count();
    let share = (1.0 - distinct / rows as f64).max(0.0);
    (share <= 0.2).then_some(Check {
        enabled: false,
        expect: Expectation::Duplicates { high: share + 0.05 },
        ..everywhere
    })
}

/// The reference's own rows, counted as a window is.
fn count(columns: &[Sample<'_>], references: &[Reference], checks: &[Check]) -> (Window, Vec<Counts>) {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let values: Vec<Values<'_>> = columns.iter().map(|column| column.values).collect();
    let plan = Plan::new(checks, &names);
    let rows = values.first().map_or(0, Values::len);
    let mut window = Window::default();
    window.add(&plan, &values, rows);
    let counts = references.iter().zip(&values).map(|(reference, values)| {
        let mut counts = Counts::new(reference);
        match values {
            Values::Numbers(values) => values.iter().for_each(|value| counts.add_number(reference, *value)),
            Values::Texts(values) => values.iter().for_each(|value| counts.add_category(reference, value)),
        }
        counts
    });
    let counts = counts.collect();
    (window, counts)
}

/// Which of the checks the reference itself fails.
fn failing_on(columns: &[Sample<'_>], references: &[Reference], checks: &[Check]) -> Vec<bool> {
    let (window, counts) = count(columns, references, checks);
    let evidence =
        Evidence { references, counts: &counts, window: &window, min_rows: 1, seconds: 60.0, age_s: None };
    checks.iter().map(|check| evaluate(check, &evidence).state == CheckState::Failed).collect()
}
