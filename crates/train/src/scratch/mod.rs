//! A first model from a data set alone: a table and the name of a column in, an ONNX file and its score card out.
//!
//! Owns what the table is taken for: the task, the columns used and left out, the parts learnt from and held out,
//! the method by cross-validation, and the file with its preprocessing inside. The score card tells what the file
//! itself answers, run by a worker, on rows that nothing was learnt from. Must not know files, HTTP or the clock.

mod card;
mod cells;
mod columns;
mod dense;
mod descent;
mod divide;
mod doubts;
mod encode;
mod file;
mod interval;
mod judge;
mod leaks;
mod learn;
mod perceptron;
mod request;
mod search;
mod target;

use std::ops::ControlFlow;

use tidegate_core::{Error, Result, run::Progress};
use tidegate_runtime::Launcher;
use tidegate_table::Table;

pub use card::{Baseline, Candidate, Card, CrossValidation, LeftOut, Parts, Used};
pub use leaks::leaks;
pub use request::{Method, Request};

use crate::train::cancelled;

/// Fewer rows with a target than this make no model.
const FEWEST_ROWS: usize = 20;

/// A model made from a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The ONNX file.
    pub bytes: Vec<u8>,
    pub card: Card,
}

/// How far the making is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    pub what: &'static str,
    /// Candidates compared, or steps of the last fit.
    pub step: u32,
    pub total: u32,
    /// Mean loss on the rows learnt from, while the model learns; of numbers the squared error, for a network in
    /// deviations.
    pub loss: Option<f64>,
    /// The same on the rows that tell a network when to stop.
    pub held_out_loss: Option<f64>,
}

/// Breaks off where it is told to.
type Told<'a> = &'a mut dyn FnMut(Stage) -> ControlFlow<()>;

impl Stage {
    fn of(what: &'static str, step: u32, total: u32) -> Self {
        Self { what, step, total, loss: None, held_out_loss: None }
    }
}

fn tell(progress: Told<'_>, stage: Stage) -> Result<()> {
    match progress(stage) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(cancelled()),
    }
}

/// Makes a model that predicts one column of a table from the others.
///
/// The launcher starts the workers that compute a network's gradients and that run the finished file on the rows held
/// out. The same table and request give the same bytes. `progress` may break off, which ends in an error of code `Conflict`.
///
/// # Errors
/// `Invalid` for a target that is not there or cannot be learnt (one class, too many classes, times), too few rows,
/// no usable column, settings out of range.
pub fn make(table: &Table, request: &Request, launcher: &Launcher, progress: Told<'_>) -> Result<Made> {
    request.check()?;
    let mut warnings = Vec::new();
    let mut target = target::read(table, request)?;
    let order = divide::order(table, request)?;
    let known: Vec<usize> = order.rows.into_iter().filter(|row| !target.values[*row].is_nan()).collect();
    warnings.extend(order.warning);
    warnings.extend(target.warning(table.rows));
    if known.len() < FEWEST_ROWS {
        return Err(Error::invalid(format!(
            "{} rows have a value of `{}`, a model needs at least {FEWEST_ROWS}",
            known.len(),
            request.target
        ))
        .hint("add rows"));
    }
    let parts = divide::divide(&known, &target, request);
    target.learn_classes(&parts.learnt)?;
    let (columns, left_out) = columns::choose(table, request, &parts.learnt)?;
    doubts::find(&columns, &target, &parts, &mut warnings);
    let ordered = request.time.is_some();
    let lesson = learn::Lesson { columns: &columns, target: &target, ordered, seed: request.seed, launcher };
    let found = search::search(&lesson, &parts, request, progress)?;
    tell(progress, Stage::of("learning", 0, 1))?;
    let (encoder, learnt) = lesson.learn(found.recipe, &parts.learnt, &mut |fit| {
        let Progress { step, total, loss, held_out_loss } = fit;
        progress(Stage { loss: Some(loss), held_out_loss, ..Stage::of("learning", step, total) })
    })?;
    let bytes = file::write(&file::Contents {
        encoder: &encoder,
        recipe: found.recipe,
        learnt: &learnt,
        loss: lesson.loss(),
        target: &target,
        request,
    });
    tell(progress, Stage::of("judging on the rows held out", 0, 1))?;
    let verdict = judge::judge(&bytes, &lesson, &encoder, &learnt, &parts, request.seed, launcher)?;
    warnings.extend(verdict.warning.clone());
    let card = card::write(card::Facts {
        request,
        table,
        target: &target,
        columns: &columns,
        encoder: &encoder,
        left_out,
        parts: &parts,
        found,
        verdict,
        warnings,
    });
    Ok(Made { bytes, card })
}
