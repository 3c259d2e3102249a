//! The score card: what was learnt from, how, and how good it is.

use serde::{Deserialize, Serialize};
use tidegate_core::schema::Task;
use tidegate_monitor::{
    evaluate::ConfusionMatrix,
    metric::{Metric, MetricName},
};
use tidegate_table::Table;

use super::{
    cells::{Cells, Chosen},
    divide,
    encode::Encoder,
    judge::Verdict,
    request::{Method, Request},
    search::Found,
    target::Target,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScoreCard)]
pub struct Card {
    pub target: String,
    pub task: Task,
    /// Classes in the order of the probabilities; empty for numbers.
    pub labels: Vec<String>,
    pub method: Method,
    pub parameters: Vec<(String, f64)>,
    /// The metric to look at first.
    pub primary: MetricName,
    /// Of the finished file on the rows held out, with 95% intervals: Wilson's for shares, else by bootstrap.
    pub metrics: Vec<Metric>,
    pub confusion: Option<ConfusionMatrix>,
    pub baseline: Baseline,
    pub rows: Parts,
    pub columns: Vec<Used>,
    pub left_out: Vec<LeftOut>,
    pub cross_validation: CrossValidation,
    pub warnings: Vec<String>,
    pub seed: u64,
    pub data_sha256: String,
}

/// How the rows were divided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScoreCardRows)]
pub struct Parts {
    /// Rows of the data.
    pub all: usize,
    pub learnt: usize,
    pub held_out: usize,
    pub how: String,
}

/// What can be answered without looking at a row, on the same rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScoreCardBaseline)]
pub struct Baseline {
    pub what: String,
    pub metrics: Vec<Metric>,
}

/// A column learnt from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScoreCardColumn)]
pub struct Used {
    pub name: String,
    pub kind: String,
    /// Rows learnt from that have no value.
    pub missing: usize,
    /// Texts that are told apart; the others count as none of them.
    pub categories: Option<usize>,
}

/// A column that nothing is learnt from, and why: "it ...".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScoreCardLeftOut)]
pub struct LeftOut {
    pub name: String,
    pub why: String,
}

/// Candidates on the same folds of the rows learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CrossValidation {
    pub folds: u32,
    pub rows: usize,
    /// What decides: the lowest mean.
    pub loss: MetricName,
    /// Shown beside it.
    pub score: MetricName,
    pub candidates: Vec<Candidate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Candidate {
    pub method: Method,
    pub parameters: Vec<(String, f64)>,
    /// Mean over the folds and its deviation; `None` where a fold could not be learnt.
    pub loss: Option<f64>,
    pub loss_sd: Option<f64>,
    pub score: Option<f64>,
    pub chosen: bool,
    /// Why there is no loss.
    pub why: Option<String>,
}

pub(super) struct Facts<'a> {
    pub request: &'a Request,
    pub table: &'a Table,
    pub target: &'a Target,
    pub columns: &'a [Chosen<'a>],
    pub encoder: &'a Encoder,
    pub left_out: Vec<LeftOut>,
    pub parts: &'a divide::Parts,
    pub found: Found,
    pub verdict: Verdict,
    pub warnings: Vec<String>,
}

pub(super) fn write(facts: Facts<'_>) -> Card {
    let Facts { request, target, parts, found, verdict, .. } = facts;
    let named = |(name, value): (&str, f64)| (name.to_owned(), value);
    let columns = facts.columns.iter().enumerate();
    Card {
        target: request.target.clone(),
        task: target.task,
        labels: target.labels(),
        method: found.recipe.method(),
        parameters: found.recipe.parameters().into_iter().map(named).collect(),
        primary: if target.is_classification() { MetricName::Accuracy } else { MetricName::Mae },
        metrics: verdict.evaluation.metrics,
        confusion: verdict.evaluation.confusion,
        baseline: verdict.baseline,
        rows: Parts {
            all: facts.table.rows,
            learnt: parts.learnt.len(),
            held_out: parts.held_out.len(),
            how: how(request, target),
        },
        columns: columns.map(|(place, column)| used(place, column, facts.encoder, parts)).collect(),
        left_out: facts.left_out,
        cross_validation: found.validation,
        warnings: facts.warnings,
        seed: request.seed,
        data_sha256: request.data_sha256.clone(),
    }
}

fn how(request: &Request, target: &Target) -> String {
    match (&request.time, target.is_classification()) {
        (Some(time), _) => format!("the newest by `{time}` are held out"),
        (None, true) => "held out by chance, alike in every class".to_owned(),
        (None, false) => "held out by chance, alike in every tenth of the numbers".to_owned(),
    }
}

fn used(place: usize, column: &Chosen<'_>, encoder: &Encoder, parts: &divide::Parts) -> Used {
    let category = encoder.categories.iter().find(|category| category.column == place);
    Used {
        name: column.name.to_owned(),
        kind: column.kind.to_owned(),
        missing: parts.learnt.iter().filter(|row| column.cells.is_missing(**row)).count(),
        categories: match column.cells {
            Cells::Texts(_) => category.map(|category| category.levels.len()),
            Cells::Numbers(_) => None,
        },
    }
}
