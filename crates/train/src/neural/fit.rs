//! The loop: epochs of shuffled batches, watched by the rows left out, and the best weights kept.

use std::ops::ControlFlow;

use tidegate_core::{
    Error, Result,
    run::{Network, Plan, Progress},
};

use super::{
    anchor::Anchor,
    examples::Examples,
    net::Values,
    optimiser::{Optimiser, clip},
    program::Program,
    schedule,
    target::Task,
};
use crate::{inputs::Inputs, split::SplitMix64, train::cancelled};

/// Progress is told at least so often, steps: it is where a training can be broken off.
const TOLD: usize = 50;

pub(super) struct Fit<'a> {
    pub inputs: &'a Inputs,
    pub task: &'a Task,
    pub examples: &'a Examples,
    pub network: &'a Network,
    pub plan: &'a Plan,
    pub optimiser: Optimiser,
}

pub(super) struct Fitted {
    pub values: Values,
    /// Epochs gone through.
    pub epochs: u32,
    /// Of the epoch whose weights are kept.
    pub loss: f64,
    pub held_out_loss: Option<f64>,
    /// The epoch whose weights are kept, where rows watched.
    pub best: Option<u32>,
}

/// How far the training is.
struct Course<'a> {
    step: usize,
    steps: usize,
    held_out_loss: Option<f64>,
    progress: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
}

impl Fit<'_> {
    /// From `start`; `champion` is where the weights were before, which distillation learns from and consolidation
    /// holds on to.
    pub fn run(
        &mut self,
        program: &mut Program,
        champion: &Values,
        start: Values,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Fitted> {
        let mut task = self.task.clone();
        self.look(program, champion, &mut task)?;
        let anchor = match self.network.ewc {
            0.0 => None,
            strength => {
                let (past, at) = (&self.examples.past, &champion.parameters);
                Some(Anchor::of(program, self.inputs, &task, past, at, strength, self.plan.seed)?)
            }
        };
        let mut values = start;
        let mut best = Fitted {
            values: values.clone(),
            epochs: 0,
            loss: f64::INFINITY,
            held_out_loss: None,
            best: None,
        };
        let steps = self.plan.rounds as usize * self.batches(program, &self.examples.train).len();
        let mut course = Course { step: 0, steps, held_out_loss: None, progress };
        let mut random = SplitMix64(self.plan.seed);
        let mut order = self.examples.train.clone();
        for epoch in 1..=self.plan.rounds {
            random.shuffle(&mut order);
            let loss = self.epoch(program, &task, &order, anchor.as_ref(), &mut values, &mut course)?;
            best.epochs = epoch;
            let watched = self.watch(program, &values, &task)?;
            course.held_out_loss = watched;
            let better = best.best.is_none() || watched < best.held_out_loss;
            if better {
                best.values = values.clone();
                (best.loss, best.held_out_loss) = (loss, watched);
                best.best = watched.map(|_| epoch);
            }
            course.tell(loss)?;
            let waited = epoch - best.best.unwrap_or(epoch);
            if self.network.patience.is_some_and(|patience| waited >= patience) {
                break;
            }
        }
        Ok(best)
    }

    /// The champion answers every row once: what it can't answer can't be learnt from, and what it answers is what
    /// distillation takes.
    fn look(&self, program: &mut Program, champion: &Values, task: &mut Task) -> Result<()> {
        let rows = [&self.examples.train[..], &self.examples.watch[..]].concat();
        let (losses, scores) = program.evaluate(champion, self.inputs, task, &rows)?;
        if let Some(place) = losses.iter().position(|loss| loss.is_nan()) {
            return Err(Error::invalid(format!("the model has no finite answer for row {}", rows[place]))
                .hint("leave rows with missing values out, or use a model with an imputer"));
        }
        if self.network.distil > 0.0 {
            let trained = self.examples.train.len();
            task.distil(&scores[..trained * task.columns], &rows[..trained], self.network.distil);
        }
        Ok(())
    }

    /// Mean loss of the rows that watch, by their weights.
    fn watch(&self, program: &mut Program, values: &Values, task: &Task) -> Result<Option<f64>> {
        let rows = &self.examples.watch;
        if rows.is_empty() {
            return Ok(None);
        }
        let (losses, _) = program.evaluate(values, self.inputs, task, rows)?;
        let weight = |row: &usize| task.weights[*row];
        let sum: f64 = rows.iter().zip(&losses).map(|(row, loss)| weight(row) * f64::from(*loss)).sum();
        Ok(Some(sum / rows.iter().map(weight).sum::<f64>()))
    }

    /// The rows of each step. The last batch may be smaller, unless batches are measured.
    fn batches<'b>(&self, program: &Program, order: &'b [usize]) -> Vec<&'b [usize]> {
        let size = (self.network.batch as usize).max(program.rows);
        let mut batches: Vec<&[usize]> = order.chunks(size).collect();
        if program.measures() && batches.len() > 1 && batches.last().is_some_and(|last| last.len() < size) {
            batches.pop();
        }
        batches
    }

    fn epoch(
        &mut self,
        program: &mut Program,
        task: &Task,
        order: &[usize],
        anchor: Option<&Anchor>,
        values: &mut Values,
        course: &mut Course<'_>,
    ) -> Result<f64> {
        let batches = self.batches(program, order);
        let often = (batches.len() / 10).clamp(1, TOLD);
        let (mut sum, mut weight) = (0.0, 0.0);
        for (at, rows) in batches.iter().enumerate() {
            let heavy: f64 = rows.iter().map(|row| task.weights[*row]).sum();
            if heavy > 0.0 {
                let (loss, mut gradient) = self.gradient(program, task, rows, heavy, values)?;
                if let Some(anchor) = anchor {
                    anchor.pull(&values.parameters, &mut gradient);
                }
                if !loss.is_finite() || gradient.iter().any(|slope| !slope.is_finite()) {
                    return Err(Error::invalid("the loss ran off to infinity")
                        .hint("lower `network.learning_rate`, or clip gradients with `network.clip`"));
                }
                if let Some(longest) = self.network.clip {
                    clip(&mut gradient, longest);
                }
                let rate = schedule::rate(self.network, course.step, course.steps);
                self.optimiser.step(&mut values.parameters, &gradient, rate);
                (sum, weight) = (sum + loss * heavy, weight + heavy);
            }
            course.step += 1;
            if at + 1 < batches.len() && (at + 1) % often == 0 && weight > 0.0 {
                course.tell(sum / weight)?;
            }
        }
        Ok(if weight > 0.0 { sum / weight } else { 0.0 })
    }

    /// Mean loss of a batch and its gradient, gathered from as many runs as the graph's number of rows makes
    /// necessary.
    fn gradient(
        &self,
        program: &mut Program,
        task: &Task,
        rows: &[usize],
        heavy: f64,
        values: &mut Values,
    ) -> Result<(f64, Vec<f32>)> {
        let mut total: Option<(f64, Vec<f32>)> = None;
        for part in rows.chunks(program.rows) {
            let weights: Vec<f32> = part.iter().map(|row| (task.weights[*row] / heavy) as f32).collect();
            let step = program.step(&values.parameters, self.inputs, task, part, &weights)?;
            program.follow(&mut values.statistics, &step);
            match &mut total {
                None => total = Some((step.loss, step.gradient)),
                Some((loss, gradient)) => {
                    *loss += step.loss;
                    gradient.iter_mut().zip(step.gradient).for_each(|(sum, slope)| *sum += slope);
                }
            }
        }
        total.ok_or_else(|| Error::internal("a batch without rows"))
    }
}

impl Course<'_> {
    fn tell(&mut self, loss: f64) -> Result<()> {
        let (step, total) = (self.step as u32, self.steps as u32);
        let held_out_loss = self.held_out_loss;
        match (self.progress)(Progress { step, total, loss, held_out_loss }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(cancelled()),
        }
    }
}
