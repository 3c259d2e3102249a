//! Two tables, column by column: which have drifted, in whose terms, by how much, and which way.
//!
//! Owns the choice of the test, the verdicts, and what is told beside them: effect size, direction, quantiles, which
//! bins share in the PSI, what this many rows could have shown at all. Columns are looked at one after the other, so
//! that only one is ever held sorted. Must not know where tables come from.

mod decision;
mod names;
mod numbers;
mod texts;
mod vectors;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use decision::Decision;

use super::{Effect, Method, TextDrift, VectorDrift, Vectors};
use crate::drift::{Contribution, Direction, State, benjamini_hochberg};

/// Whose terms drift is told in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Definition {
    /// Evidently 0.7: the test is chosen by type, rows and distinct values; raw scores against fixed thresholds.
    #[default]
    #[serde(rename = "evidently")]
    Evidently,
    /// NannyML 0.13: Jensen-Shannon on the reference's bins against mean + 3 standard deviations over ten chunks
    /// of the reference.
    #[serde(rename = "nannyml")]
    NannyMl,
    /// scipy: Kolmogorov-Smirnov for numbers, chi-square of the contingency table for categories, p-values
    /// adjusted for the number of columns (Benjamini and Hochberg).
    #[serde(rename = "scipy")]
    Scipy,
}

/// One side of a column. Missing values are no evidence of drift here; how many there are is told.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    /// Numbers; NaN where missing, and infinities count as missing.
    Numeric(&'a [f64]),
    /// Numbers whose type is whole.
    Integer(&'a [f64]),
    /// Places in a list of names; a place beyond its end where missing. Names may be unused, or there twice.
    Categorical { codes: &'a [u32], names: &'a [String] },
    /// 0, 1, and anything else where missing.
    Boolean(&'a [u32]),
    /// Running text, as [`Values::Categorical`]; see [`reads_as_text`].
    Text { codes: &'a [u32], names: &'a [String] },
    /// Embeddings, images, tensors.
    Vectors(Vectors<'a>),
}

/// A column of both tables; `None` where a table does not have it.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    pub name: &'a str,
    pub reference: Option<Values<'a>>,
    pub current: Option<Values<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    Numeric,
    Integer,
    Categorical,
    Boolean,
    Text,
    Vector,
}

/// How a comparison is made.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub definition: Definition,
    /// Fewer values than this on either side are not enough data.
    pub min_rows: u64,
    /// Also compute every other test that applies.
    pub all_tests: bool,
}

impl Default for Options {
    /// As Evidently, which asks for one value a side.
    fn default() -> Self {
        Self { definition: Definition::Evidently, min_rows: 1, all_tests: false }
    }
}

/// How far one quantile moved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QuantileShift {
    pub q: f64,
    pub reference: f64,
    pub current: f64,
}

/// How likely a difference at least this large is without drift.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Significance {
    pub test: Method,
    pub statistic: Option<f64>,
    pub p: f64,
    /// Adjusted for the number of columns compared (Benjamini and Hochberg, 1995).
    pub p_adjusted: f64,
}

/// What was found of a column. Every number is finite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ColumnDrift)]
pub struct Comparison {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: ColumnKind,
    /// In whose terms the rest is told.
    #[serde(default)]
    pub definition: Definition,
    /// What decides; `None` when nothing could.
    pub test: Option<Method>,
    /// A p-value where the test has one, else its distance.
    pub score: Option<f64>,
    pub p_value: Option<f64>,
    /// What the score is compared with: drift at or below it for p-values, at or above it for distances.
    pub threshold: Option<f64>,
    pub drifted: bool,
    pub state: State,
    /// In words: what moved and which way, or why nothing can be said.
    pub sentence: String,
    pub direction: Option<Direction>,
    /// Difference of the means in standard deviations of the reference.
    pub shift: Option<f64>,
    /// Values that are there.
    pub n_reference: u64,
    pub n_current: u64,
    pub missing_reference: u64,
    pub missing_current: u64,
    /// At 5, 25, 50, 75 and 95%, for numbers.
    pub quantiles: Vec<QuantileShift>,
    /// On Evidently's bins.
    pub psi: Option<f64>,
    /// Bins or categories by their share of the PSI, the largest first. New categories have a reference of 0,
    /// disappeared ones a current of 0.
    pub contributions: Vec<Contribution>,
    pub effect: Effect,
    pub significance: Option<Significance>,
    /// The smallest difference that so many rows show four times of five at 5%: standard deviations for numbers,
    /// Cramér's V for categories.
    pub smallest_detectable: Option<f64>,
    /// What a column of running text, or of vectors, is told by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<TextDrift>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vectors: Option<VectorDrift>,
    /// Every test that applies by the names of scipy, Evidently and NannyML, where asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tests: BTreeMap<String, f64>,
}

/// What was found of two tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = TableDrift)]
pub struct Compared {
    /// Of the columns that name no other.
    pub definition: Definition,
    /// In the order given.
    pub columns: Vec<Comparison>,
    /// Of the columns that could be judged.
    pub share_drifted: f64,
    /// Whether at least half of those have drifted.
    pub drifted: bool,
    pub columns_drifted: usize,
    pub columns_judged: usize,
}

/// Share of drifted columns from which the data set has drifted, Evidently's.
const DATASET_SHARE: f64 = 0.5;
/// Level of tests of significance.
const LEVEL: f64 = 0.05;
/// Bins told of a column.
const MOST_CONTRIBUTIONS: usize = 10;

/// Compares all columns of two tables.
pub fn compare<'a>(columns: impl IntoIterator<Item = Column<'a>>, options: Options) -> Compared {
    judge(columns.into_iter().map(|each| column(each, options)).collect(), options.definition)
}

/// Compares one column; [`judge`] takes them together, so that a table need not be held whole.
pub fn column(column: Column, options: Options) -> Comparison {
    let Column { name, reference, current } = column;
    let found = match (reference, current) {
        (Some(reference), Some(current)) => both(name, reference, current, options),
        (Some(only), None) => {
            one_sided(name, only, (only.present(), 0), "the current data does not have this column")
        }
        (None, Some(only)) => {
            one_sided(name, only, (0, only.present()), "the reference does not have this column")
        }
        (None, None) => one_sided(name, Values::Numeric(&[]), (0, 0), "neither side has this column"),
    };
    Comparison { definition: options.definition, ..found }
}

fn both(name: &str, reference: Values, current: Values, options: Options) -> Comparison {
    let whole = matches!((reference, current), (Values::Integer(_), Values::Integer(_)));
    match (reference, current) {
        (Values::Numeric(r) | Values::Integer(r), Values::Numeric(c) | Values::Integer(c)) => {
            numbers::compare(name, r, c, whole, options)
        }
        (Values::Categorical { codes: r, names: a }, Values::Categorical { codes: c, names: b }) => {
            names::compare(name, (r, a), (c, b), ColumnKind::Categorical, options)
        }
        (Values::Boolean(r), Values::Boolean(c)) => {
            let named = ["false".to_owned(), "true".to_owned()];
            names::compare(name, (r, &named), (c, &named), ColumnKind::Boolean, options)
        }
        (Values::Text { codes: r, names: a }, Values::Text { codes: c, names: b }) => {
            texts::compare(name, (r, a), (c, b), options)
        }
        (Values::Vectors(r), Values::Vectors(c)) => vectors::compare(name, r, c, options),
        _ => {
            let (was, is) = (reference.kind().name(), current.kind().name());
            let reason = format!("the type changed from {was} to {is}");
            one_sided(name, reference, (reference.present(), current.present()), &reason)
        }
    }
}

/// A column whose values can't be compared.
fn one_sided(name: &str, values: Values, (reference, current): (u64, u64), reason: &str) -> Comparison {
    let mut comparison = Comparison::new(name, values.kind());
    comparison.n_reference = reference;
    comparison.n_current = current;
    comparison.sentence = reason.to_owned();
    comparison
}

/// The verdict on a table from its columns: adjusts p-values for their number, and decides by them where a column's
/// definition says so.
pub fn judge(mut columns: Vec<Comparison>, definition: Definition) -> Compared {
    let p: Vec<f64> = columns.iter().filter_map(|column| Some(column.significance?.p)).collect();
    let tested = columns.iter_mut().filter(|column| column.significance.is_some());
    for (column, adjusted) in tested.zip(benjamini_hochberg(&p)) {
        if let Some(significance) = &mut column.significance {
            significance.p_adjusted = adjusted;
        }
        if column.definition == Definition::Scipy && column.state == State::Drifted && adjusted > LEVEL {
            column.become_stable(format!("p {:.3} after adjusting for {} columns", adjusted, p.len()));
        }
    }
    let count = |state: State| columns.iter().filter(|column| column.state == state).count();
    let (drifted, judged) = (count(State::Drifted), count(State::Drifted) + count(State::Stable));
    let share = drifted as f64 / judged.max(1) as f64;
    Compared {
        definition,
        columns,
        share_drifted: share,
        drifted: drifted > 0 && share >= DATASET_SHARE,
        columns_drifted: drifted,
        columns_judged: judged,
    }
}

/// Whether texts are running text and no categories: more than half of those there are differ, as Evidently tells
/// them apart.
pub fn reads_as_text(distinct: usize, present: usize) -> bool {
    distinct * 2 > present
}

impl Values<'_> {
    fn kind(&self) -> ColumnKind {
        match self {
            Self::Numeric(_) => ColumnKind::Numeric,
            Self::Integer(_) => ColumnKind::Integer,
            Self::Categorical { .. } => ColumnKind::Categorical,
            Self::Boolean(_) => ColumnKind::Boolean,
            Self::Text { .. } => ColumnKind::Text,
            Self::Vectors(_) => ColumnKind::Vector,
        }
    }
    /// Values that are there.
    fn present(&self) -> u64 {
        let below = |codes: &[u32], end: usize| codes.iter().filter(|code| (**code as usize) < end).count();
        let present = match self {
            Self::Numeric(values) | Self::Integer(values) => values.iter().filter(|v| v.is_finite()).count(),
            Self::Categorical { codes, names } | Self::Text { codes, names } => below(codes, names.len()),
            Self::Boolean(codes) => below(codes, 2),
            Self::Vectors(vectors) => vectors.values.len().checked_div(vectors.width).unwrap_or(0),
        };
        present as u64
    }
}

impl ColumnKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Numeric => "numeric",
            Self::Integer => "integer",
            Self::Categorical => "categorical",
            Self::Boolean => "boolean",
            Self::Text => "text",
            Self::Vector => "vector",
        }
    }
}

impl Comparison {
    fn new(name: &str, kind: ColumnKind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            definition: Definition::default(),
            test: None,
            score: None,
            p_value: None,
            threshold: None,
            drifted: false,
            state: State::NotEnough,
            sentence: String::new(),
            direction: None,
            shift: None,
            n_reference: 0,
            n_current: 0,
            missing_reference: 0,
            missing_current: 0,
            quantiles: vec![],
            psi: None,
            contributions: vec![],
            effect: Effect::default(),
            significance: None,
            smallest_detectable: None,
            text: None,
            vectors: None,
            tests: BTreeMap::new(),
        }
    }

    /// How many values each side has, of how many rows.
    fn count(&mut self, present: (usize, usize), rows: (usize, usize)) {
        self.n_reference = present.0 as u64;
        self.n_current = present.1 as u64;
        self.missing_reference = (rows.0 - present.0) as u64;
        self.missing_current = (rows.1 - present.1) as u64;
    }

    /// Takes a test's word for it, unless there is too little to say.
    fn decide(&mut self, decision: &Decision, min_rows: u64) {
        self.test = Some(decision.test);
        let score = decision.score.filter(|score| score.is_finite());
        self.score = score;
        self.p_value = score.filter(|_| decision.test.is_p_value());
        self.threshold = Some(decision.threshold);
        let enough = self.n_reference.min(self.n_current) >= min_rows.max(1);
        self.state = match score {
            Some(_) if enough && decision.drifted => State::Drifted,
            Some(_) if enough => State::Stable,
            _ => State::NotEnough,
        };
        self.drifted = self.state == State::Drifted;
    }

    fn become_stable(&mut self, sentence: String) {
        (self.state, self.drifted, self.direction, self.sentence) = (State::Stable, false, None, sentence);
    }

    /// Bins by their share of the PSI; the label of a bin is only made for those told.
    fn blame(&mut self, reference: &[u64], current: &[u64], label: impl Fn(usize) -> String) {
        let (r, c) = (crate::drift::shares(reference), crate::drift::shares(current));
        let terms = crate::drift::psi_terms(&r, &c);
        let psi: f64 = terms.iter().sum();
        let mut order: Vec<usize> = (0..terms.len()).filter(|bin| terms[*bin] > 0.0).collect();
        order.sort_by(|a, b| terms[*b].total_cmp(&terms[*a]));
        order.truncate(MOST_CONTRIBUTIONS);
        let part = |bin: usize| Contribution {
            bin: label(bin),
            share: terms[bin] / psi,
            reference: r[bin],
            current: c[bin],
        };
        self.contributions = order.into_iter().map(part).collect();
        self.psi = Some(psi);
    }
}

#[cfg(test)]
mod tests;
