//! What a column looks like, as it is kept with a data set. Pure.

use tidegate_core::data::{CommonValue, DataColumn, NumberFacts};
use tidegate_monitor::profile::Numbers;
use tidegate_table::{Categories, Column, Data, Kind};

use super::personal;

/// Most frequent values kept.
const COMMON: usize = 12;
/// Longer texts are cut.
const LONGEST: usize = 80;
/// From this share of missing values on it is worth a word.
const MOSTLY_MISSING: f64 = 0.5;
/// From this share of one value on a column is nearly constant.
const NEARLY_CONSTANT: f64 = 0.99;

pub fn of(column: &Column) -> DataColumn {
    let missing = column.missing() as u64;
    let present = column.len() as u64 - missing;
    let (distinct, common, numbers) = match (&column.data, column.numbers()) {
        (Data::Text(texts), _) => {
            let (distinct, common) = texts_of(texts);
            (distinct, common, None)
        }
        (Data::Boolean(values), _) => {
            let common = booleans(values);
            (common.len() as u64, common, None)
        }
        (_, numbers) => numbers
            .and_then(|numbers| Numbers::of(&numbers, COMMON))
            .map_or((0, Vec::new(), None), |numbers| {
                (numbers.distinct, numbers_of(column.kind(), &numbers), facts(numbers))
            }),
    };
    DataColumn {
        name: column.name.clone(),
        kind: column.kind().name().into(),
        missing,
        distinct,
        notes: notes(column, present, distinct, &common),
        // Values that each stand once tell nothing but themselves.
        common: if distinct == present && distinct > 1 { Vec::new() } else { common },
        numbers,
        suggested: personal::suggested(column),
    }
}

/// `None` where a figure left the range of numbers.
fn facts(numbers: Numbers) -> Option<NumberFacts> {
    let facts = NumberFacts {
        min: numbers.min,
        max: numbers.max,
        mean: numbers.mean,
        std: numbers.std.filter(|std| std.is_finite()),
        median: numbers.quantiles[3],
        edges: numbers.edges,
        counts: numbers.counts,
    };
    let finite = facts.mean.is_finite() && facts.median.is_finite();
    (finite && facts.edges.iter().all(|edge| edge.is_finite())).then_some(facts)
}

fn numbers_of(kind: Kind, numbers: &Numbers) -> Vec<CommonValue> {
    let text = |value: f64| match kind {
        Kind::Timestamp => tidegate_table::written_time(value),
        _ => value.to_string(),
    };
    let common = numbers.most_common.iter();
    common.map(|(value, rows)| CommonValue { value: text(*value), rows: *rows }).collect()
}

fn booleans(values: &[Option<bool>]) -> Vec<CommonValue> {
    let count = |wanted: bool| values.iter().filter(|value| **value == Some(wanted)).count() as u64;
    let both = [true, false].map(|truth| CommonValue { value: truth.to_string(), rows: count(truth) });
    let mut common: Vec<CommonValue> = both.into_iter().filter(|value| value.rows > 0).collect();
    common.sort_by_key(|value| std::cmp::Reverse(value.rows));
    common
}

fn texts_of(texts: &Categories) -> (u64, Vec<CommonValue>) {
    let mut counts: Vec<(usize, u64)> = texts.counts().into_iter().enumerate().collect();
    counts.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    counts.truncate(COMMON);
    let value = |(code, rows)| {
        let text: String = texts.names.get(code).chars().take(LONGEST).collect();
        CommonValue { value: text, rows }
    };
    (texts.names.len() as u64, counts.into_iter().map(value).collect())
}

fn notes(column: &Column, present: u64, distinct: u64, common: &[CommonValue]) -> Vec<String> {
    let missing_share = 1.0 - present as f64 / column.len().max(1) as f64;
    let most = common.first().map_or(0, |value| value.rows) as f64;
    let mut notes = Vec::new();
    if present == 0 {
        notes.push("empty");
    } else if missing_share >= MOSTLY_MISSING {
        notes.push("mostly missing");
    }
    if distinct == 1 {
        notes.push("constant");
    } else if present > 0 && most / present as f64 >= NEARLY_CONSTANT {
        notes.push("nearly constant");
    }
    if matches!(&column.data, Data::Float(values) if values.iter().any(|value| value.is_infinite())) {
        notes.push("infinite values");
    }
    if column.kind() == Kind::Text && distinct == present {
        notes.push("unique in every row");
    }
    notes.into_iter().map(str::to_owned).collect()
}
