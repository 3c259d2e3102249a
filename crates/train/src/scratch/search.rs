//! The best method and settings by cross-validation on the rows learnt from.

use tidegate_core::{
    Error, Result,
    schema::{Answered, Schema, Task, Truth},
};
use tidegate_monitor::{
    evaluate::evaluate,
    metric::{Metric, MetricName},
};

use super::{
    Stage, Told,
    card::{Candidate, CrossValidation},
    descent::Shape,
    divide::{self, Parts},
    learn::{Lesson, Recipe, Watch, best},
    request::{Method, Request},
    target::Target,
    tell,
};
use crate::train::cancelled;

/// Folds, and those of small data.
const FOLDS: usize = 5;
const FEW_FOLDS: usize = 3;
const SMALL: usize = 60;
/// Cross-validation takes so many rows at most: more would only take longer to tell the same.
const MOST_ROWS: usize = 20_000;
/// Rounds of boosting at most; how many is told by the folds.
const ROUNDS: u32 = 300;
const TREES: u32 = 100;
/// Leaves of a tree of a forest at most, so that the file of large data stays small.
const MOST_LEAVES: usize = 2_000;
const PENALTIES: [f64; 5] = [0.01, 0.1, 1.0, 10.0, 100.0];

pub(super) struct Found {
    pub recipe: Recipe,
    pub validation: CrossValidation,
}

/// What is tried for a method; of boosting, the rounds are found on the way. `rows` are those the model learns from.
fn recipes(method: Method, rows: usize) -> Vec<Recipe> {
    let linear = || PENALTIES.map(|l2| Recipe::Linear { l2 }).to_vec();
    let gbdt = || [31, 7].map(|leaves| Recipe::Gbdt { rounds: ROUNDS, leaves, learning_rate: 0.1 }).to_vec();
    let least = (rows / MOST_LEAVES).max(1) as u32;
    let forest = || [1, 5].map(|times| Recipe::Forest { trees: TREES, min_rows: least * times }).to_vec();
    let mlp = || [false, true].map(|second| Recipe::Mlp(Shape::of(second, rows))).to_vec();
    match method {
        Method::Auto => [linear(), gbdt(), forest(), mlp()].concat(),
        Method::Linear => linear(),
        Method::Gbdt => gbdt(),
        Method::Forest => forest(),
        Method::Mlp => mlp(),
    }
}

/// Tries every candidate on the same folds; the lowest mean loss wins, of equals the first.
pub(super) fn search(
    lesson: &Lesson<'_>,
    parts: &Parts,
    request: &Request,
    progress: Told<'_>,
) -> Result<Found> {
    let rows = divide::sample(&parts.learnt, MOST_ROWS, request.seed);
    let count = if rows.len() < SMALL { FEW_FOLDS } else { FOLDS };
    let folds = divide::folds(&rows, lesson.target, request, count);
    let recipes = recipes(request.method, parts.learnt.len());
    let mut tried = Vec::with_capacity(recipes.len());
    for (step, recipe) in (0..).zip(&recipes) {
        let stage = Stage::of("comparing by cross-validation", step, recipes.len() as u32);
        tell(progress, stage)?;
        tried.push(try_out(lesson, *recipe, &folds, &mut |_| progress(stage))?);
    }
    let losses =
        tried.iter().enumerate().filter_map(|(place, (_, candidate))| Some((place, candidate.loss?)));
    let winner = losses.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(place, _)| place);
    let Some(winner) = winner else {
        let why = tried.into_iter().find_map(|(_, candidate)| candidate.why).unwrap_or_default();
        return Err(Error::invalid(format!("nothing could be learnt: {why}"))
            .hint("add rows, or try another method with --method"));
    };
    let recipe = tried[winner].0;
    let mut candidates: Vec<Candidate> = tried.into_iter().map(|(_, candidate)| candidate).collect();
    candidates[winner].chosen = true;
    let (loss, score) = names(lesson.target);
    let validation = CrossValidation { folds: count as u32, rows: rows.len(), loss, score, candidates };
    Ok(Found { recipe, validation })
}

/// The loss that decides and the score that is shown beside it.
fn names(target: &Target) -> (MetricName, MetricName) {
    match target.is_classification() {
        true => (MetricName::LogLoss, MetricName::Accuracy),
        false => (MetricName::Rmse, MetricName::R2),
    }
}

/// What cannot be learnt is told in the candidate.
///
/// # Errors
/// `Conflict` where `watch` breaks off.
fn try_out(
    lesson: &Lesson<'_>,
    recipe: Recipe,
    folds: &[Parts],
    watch: Watch<'_>,
) -> Result<(Recipe, Candidate)> {
    let recipe = with_rounds(lesson, recipe, folds);
    let (loss, score) = names(lesson.target);
    let (mut losses, mut scores, mut why) = (Vec::new(), Vec::new(), None);
    for fold in folds {
        let mut stopped = false;
        let measured = measured(lesson, recipe, fold, &mut |fit| {
            let flow = watch(fit);
            stopped = flow.is_break();
            flow
        });
        match measured {
            _ if stopped => return Err(cancelled()),
            Ok(metrics) => {
                let of = |name| {
                    metrics.iter().find(|metric: &&Metric| metric.name == name).map(|found| found.value)
                };
                losses.extend(of(loss));
                scores.extend(of(score));
            }
            Err(error) => why = Some(error.message),
        }
    }
    if losses.len() < folds.len() && why.is_none() {
        why = Some("a fold has nothing to judge by".to_owned());
    }
    let whole = why.is_none();
    let mean = |values: &[f64]| whole.then(|| values.iter().sum::<f64>() / values.len() as f64);
    let candidate = Candidate {
        method: recipe.method(),
        parameters: recipe.parameters().into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        loss: mean(&losses),
        loss_sd: mean(&losses).map(|mean| deviation(&losses, mean)),
        score: if scores.len() == folds.len() { mean(&scores) } else { None },
        chosen: false,
        why,
    };
    Ok((recipe, candidate))
}

/// Boosting with as many rounds as the folds gain by on average.
fn with_rounds(lesson: &Lesson<'_>, recipe: Recipe, folds: &[Parts]) -> Recipe {
    let Recipe::Gbdt { leaves, learning_rate, .. } = recipe else { return recipe };
    let curves: Vec<Vec<f64>> = folds
        .iter()
        .map(|fold| lesson.curve(recipe, &fold.learnt, &fold.held_out))
        .filter(|curve| !curve.is_empty())
        .collect();
    let longest = curves.iter().map(Vec::len).max().unwrap_or(0);
    // A fold that ended early would have gained nothing more, so its last loss stands for what followed.
    let at = |round: usize| curves.iter().filter_map(|curve| curve.get(round).or(curve.last())).sum::<f64>();
    let mean: Vec<f64> = (0..longest).map(at).collect();
    Recipe::Gbdt { rounds: best(&mean).0, leaves, learning_rate }
}

fn measured(lesson: &Lesson<'_>, recipe: Recipe, fold: &Parts, watch: Watch<'_>) -> Result<Vec<Metric>> {
    let (encoder, learnt) = lesson.learn(recipe, &fold.learnt, watch)?;
    let numbers = lesson.predict(&encoder, &learnt, &fold.held_out);
    let truth: Vec<Truth> = fold.held_out.iter().map(|row| lesson.target.truth(*row)).collect();
    Ok(evaluate(&schema(lesson.target), &truth, &answers(lesson.target, &numbers)).metrics)
}

/// What `evaluate` has to know of the model.
pub(super) fn schema(target: &Target) -> Schema {
    Schema { task: target.task, labels: target.labels(), ..Schema::default() }
}

/// Probabilities of each class, or one number, a row.
pub(super) fn answers(target: &Target, numbers: &[f64]) -> Vec<Answered> {
    let none = Answered { label: None, probabilities: None, value: None };
    match target.task {
        Task::Classification => numbers
            .chunks_exact(target.classes)
            .map(|row| Answered { probabilities: Some(row.to_vec()), ..none.clone() })
            .collect(),
        _ => numbers.iter().map(|value| Answered { value: Some(*value), ..none.clone() }).collect(),
    }
}

/// Of a sample (ddof 1).
fn deviation(values: &[f64], mean: f64) -> f64 {
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len().max(2) - 1) as f64).sqrt()
}
