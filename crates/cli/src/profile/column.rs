//! One column's part of a profile.

use serde_json::{Map, Value, json};
use tidegate_core::Time;
use tidegate_monitor::profile::{Numbers, QUANTILES};
use tidegate_table::{Categories, Column, Data, Kind};

use crate::aligned::significant;

/// Most frequent values told.
const COMMON: usize = 5;
/// Categories of a distribution told.
const CATEGORIES: usize = 20;
/// From this share of missing values on it is worth a word.
const MOSTLY_MISSING: f64 = 0.5;
/// From this share of one value on a column is nearly constant.
const NEARLY_CONSTANT: f64 = 0.99;

pub struct Profile {
    name: String,
    kind: Kind,
    rows: usize,
    missing: usize,
    infinite: usize,
    values: Values,
}

enum Values {
    None,
    Numbers(Box<Numbers>),
    /// Distinct values, the most frequent ones of them, and the lengths of the shortest and longest.
    Texts {
        distinct: usize,
        common: Vec<(String, u64)>,
        lengths: (usize, usize),
    },
}

impl Profile {
    pub fn of(column: &Column) -> Self {
        let infinite = match &column.data {
            Data::Float(values) => values.iter().filter(|value| value.is_infinite()).count(),
            _ => 0,
        };
        let values = match (&column.data, column.numbers()) {
            (Data::Boolean(values), _) => booleans(values),
            (Data::Text(texts), _) => categories(texts),
            (_, numbers) => numbers
                .and_then(|numbers| Numbers::of(&numbers, COMMON))
                .map_or(Values::None, |numbers| Values::Numbers(Box::new(numbers))),
        };
        let (name, kind) = (column.name.clone(), column.kind());
        Self { name, kind, rows: column.len(), missing: column.missing(), infinite, values }
    }

    fn present(&self) -> usize {
        self.rows - self.missing
    }

    fn distinct(&self) -> u64 {
        match &self.values {
            Values::None => 0,
            Values::Numbers(numbers) => numbers.distinct,
            Values::Texts { distinct, .. } => *distinct as u64,
        }
    }

    /// Values with their rows, the most frequent first.
    fn common(&self) -> Vec<(Value, u64)> {
        match &self.values {
            Values::None => vec![],
            Values::Numbers(numbers) => {
                numbers.most_common.iter().map(|(value, rows)| (self.number(*value), *rows)).collect()
            }
            Values::Texts { common, .. } => {
                common.iter().take(COMMON).map(|(text, rows)| (json!(text), *rows)).collect()
            }
        }
    }

    /// A time as text, whole numbers without a fraction.
    fn number(&self, value: f64) -> Value {
        match self.kind {
            Kind::Timestamp => json!(moment(value)),
            Kind::Integer => json!(value as i64),
            _ => json!(value),
        }
    }

    fn issues(&self) -> Vec<&'static str> {
        let share = |rows: f64| rows / self.rows.max(1) as f64;
        let most_common = self.common().first().map_or(0, |(_, rows)| *rows) as f64;
        let mut issues = vec![];
        if self.present() == 0 {
            issues.push("empty");
        } else if share(self.missing as f64) >= MOSTLY_MISSING {
            issues.push("mostly missing");
        }
        if self.distinct() == 1 {
            issues.push("constant");
        } else if most_common / self.present().max(1) as f64 >= NEARLY_CONSTANT {
            issues.push("nearly constant");
        }
        if self.infinite > 0 {
            issues.push("infinite values");
        }
        if self.kind == Kind::Text && self.distinct() as usize == self.present() {
            issues.push("unique in every row");
        }
        issues
    }

    pub fn json(&self) -> Value {
        let mut column = Map::new();
        let mut put = |name: &str, value: Value| {
            column.insert(name.into(), value);
        };
        put("name", json!(self.name));
        put("type", json!(self.kind.name()));
        put("rows", json!(self.rows));
        put("missing", json!(self.missing));
        put("missing_share", json!(self.missing as f64 / self.rows.max(1) as f64));
        put("infinite", json!(self.infinite));
        put("distinct", json!(self.distinct()));
        put("issues", json!(self.issues()));
        let common = self.common().into_iter().map(|(value, rows)| {
            json!({ "value": value, "count": rows, "share": rows as f64 / self.present() as f64 })
        });
        put("most_common", Value::Array(common.collect()));
        match &self.values {
            Values::None => {}
            Values::Numbers(numbers) => {
                let quantiles = QUANTILES.iter().zip(numbers.quantiles);
                let quantiles = quantiles.map(|(share, value)| (share.to_string(), self.number_at(value)));
                put("min", self.number(numbers.min));
                put("max", self.number(numbers.max));
                put("mean", self.number_at(numbers.mean));
                if self.kind != Kind::Timestamp {
                    put("std", json!(numbers.std));
                }
                put("quantiles", Value::Object(quantiles.collect()));
                let edges: Vec<Value> = numbers.edges.iter().map(|edge| self.number_at(*edge)).collect();
                put("distribution", json!({ "edges": edges, "counts": numbers.counts }));
            }
            Values::Texts { common, lengths, .. } => {
                let (names, counts): (Vec<_>, Vec<_>) = common.iter().cloned().unzip();
                put("distribution", json!({ "categories": names, "counts": counts }));
                put("length", json!({ "min": lengths.0, "max": lengths.1 }));
            }
        }
        Value::Object(column)
    }

    /// Between values: never rounded to whole numbers.
    fn number_at(&self, value: f64) -> Value {
        if self.kind == Kind::Timestamp { json!(moment(value)) } else { json!(value) }
    }

    /// Column, type, missing, distinct, min, median, max, distribution, notes.
    pub fn row(&self) -> Vec<String> {
        let missing = match self.missing {
            0 => "0".into(),
            _ => format!("{:.1}%", 100.0 * self.missing as f64 / self.rows as f64),
        };
        let shown = |value: f64| match self.kind {
            Kind::Timestamp => moment(value),
            _ => significant(value),
        };
        let [min, median, max, distribution] = match &self.values {
            Values::None => ["-", "-", "-", ""].map(str::to_owned),
            Values::Numbers(numbers) => {
                [shown(numbers.min), shown(numbers.quantiles[3]), shown(numbers.max), bars(&numbers.counts)]
            }
            Values::Texts { common, .. } => {
                ["-".into(), "-".into(), "-".into(), shares(common, self.present())]
            }
        };
        let (name, kind) = (self.name.clone(), self.kind.name().to_owned());
        vec![
            name,
            kind,
            missing,
            self.distinct().to_string(),
            min,
            median,
            max,
            distribution,
            self.issues().join(", "),
        ]
    }
}

fn booleans(values: &[Option<bool>]) -> Values {
    let count = |wanted: bool| values.iter().filter(|value| **value == Some(wanted)).count() as u64;
    let mut common = vec![("true".to_owned(), count(true)), ("false".to_owned(), count(false))];
    common.retain(|(_, rows)| *rows > 0);
    common.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    match common.len() {
        0 => Values::None,
        distinct => Values::Texts { distinct, common, lengths: (4, 5) },
    }
}

fn categories(texts: &Categories) -> Values {
    let mut counts: Vec<(usize, u64)> = texts.counts().into_iter().enumerate().collect();
    counts.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    counts.truncate(CATEGORIES);
    let common = counts.into_iter().map(|(code, rows)| (texts.names.get(code).to_owned(), rows)).collect();
    let lengths: Vec<usize> = texts.names.iter().map(|name| name.chars().count()).collect();
    match lengths.iter().min().zip(lengths.iter().max()) {
        None => Values::None,
        Some((min, max)) => Values::Texts { distinct: lengths.len(), common, lengths: (*min, *max) },
    }
}

fn moment(value: f64) -> String {
    crate::when::shown(Time(value.round() as i64))
}

/// A histogram in one line.
fn bars(counts: &[u64]) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    // Two bins a character: the line stays short.
    let pairs: Vec<u64> = counts.chunks(2).map(|pair| pair.iter().copied().max().unwrap_or(0)).collect();
    let bar = |count: &u64| match count {
        0 => ' ',
        _ => LEVELS[((count * 8).div_ceil(most) as usize).clamp(1, 8) - 1],
    };
    pairs.iter().map(bar).collect()
}

fn shares(common: &[(String, u64)], present: usize) -> String {
    let shown = common.iter().take(3).map(|(name, rows)| {
        let name: String = match name.chars().count() {
            0..=16 => name.clone(),
            _ => name.chars().take(15).chain(['…']).collect(),
        };
        format!("{name} {:.0}%", 100.0 * *rows as f64 / present.max(1) as f64)
    });
    shown.collect::<Vec<_>>().join(", ")
}
