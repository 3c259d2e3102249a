//! A training that is handed to something else, and its result checked before it comes in as challenger.
//!
//! Must not know how a job is carried out.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc, time::Duration};

use sha2::{Digest, Sha256};
use tidegate_core::{
    Error, Result,
    inspection::Inspection,
    model::{Model, Version},
    run::{Job as Told, Plan, Progress, Runner},
    schema::{FeatureKind, Schema, Truth},
};
use tidegate_jobs::{Column, Heard, Job, Made, Order, Rows, Values};

use super::Active;
use crate::{
    CommandChannels, Engine,
    material::{Labelled, Material},
    record::log_failure,
    rows::Row,
    stage::blocking,
    view::{Cell, RunnerManifest, RunnerTest},
};

/// What is heard of a job is on the disk within this time.
const SAVED_WITHIN: Duration = Duration::from_secs(2);
/// States of a job that is over.
const DONE: &str = "done";
pub(super) const ENDED: &str = "ended";
/// Columns that are no features.
const WEIGHT: &str = "tidegate_weight";
const IS_NEW: &str = "tidegate_new";

/// Names by which a curve is drawn, the first that is there.
const LOSS: [&str; 3] = ["loss", "train_loss", "training_loss"];
const HELD_OUT_LOSS: [&str; 4] = ["held_out_loss", "val_loss", "valid_loss", "validation_loss"];

impl Engine {
    /// Refuses a runner that can't work or may not.
    pub(crate) fn check_runner(&self, runner: &Runner) -> Result<()> {
        tidegate_jobs::check(runner)?;
        match (runner.is_builtin(), self.options.command_channels) {
            (false, CommandChannels::Refused) => Err(Error::conflict(
                "training by a command or a cluster is refused while the server can be reached from other machines",
            )
            .hint(
                "listen on the loopback address, or start `tidegate serve` with --allow-command-channels if all \
                 who can reach it may run programs here",
            )),
            _ => Ok(()),
        }
    }

    /// Whether what is to do the work answers.
    pub async fn test_runner(&self, runner: &Runner) -> Result<RunnerTest> {
        self.check_runner(runner)?;
        Ok(match tidegate_jobs::test(runner).await {
            Ok(answer) => RunnerTest { ok: true, answer, hint: None },
            Err(error) => RunnerTest { ok: false, answer: error.message, hint: error.hint },
        })
    }

    /// What a Kubernetes runner would apply.
    pub fn runner_manifest(&self, runner: &Runner) -> Result<RunnerManifest> {
        Ok(RunnerManifest { manifest: tidegate_jobs::manifest(runner)? })
    }

    pub(super) async fn fit_outside(
        &self,
        model: &Model,
        champion: &Version,
        schema: &Schema,
        material: &Material,
        plan: &Plan,
        active: &Arc<Active>,
    ) -> Result<Vec<u8>> {
        self.check_runner(&plan.runner)?;
        let job = self.prepare(model, champion, schema, material, plan, active).await?;
        let folder = job.folder.clone();
        let made = self.hand_over(&plan.runner, &job, active).await;
        let state = if made.is_ok() { DONE } else { ENDED };
        let run = active.change(|run| run.job.iter_mut().for_each(|job| job.state = state.into()));
        log_failure("save a run", self.store.update_run(&run).await);
        let made = match made {
            Ok(made) => self.look_at_result(champion, &made, job.model()).await.map(|()| made),
            Err(error) => Err(error),
        };
        if made.is_err() && !active.is_cancelled() && !self.stop.is_cancelled() {
            let kept = format!("the job's folder is kept until the next run: {}", folder.display());
            active.change(|run| run.log.push(kept));
        } else {
            log_failure("remove a job's folder", remove(&folder).await);
        }
        let made = made?;
        self.say(active, format!("training: {}", summary(&plan.runner, &made))).await?;
        Ok(made.model)
    }

    /// The job's folder, written.
    async fn prepare(
        &self,
        model: &Model,
        champion: &Version,
        schema: &Schema,
        material: &Material,
        plan: &Plan,
        active: &Arc<Active>,
    ) -> Result<Job> {
        let rows = rows_of(schema, material, plan)?;
        let run = active.snapshot();
        let order = Order {
            run: run.id,
            created: run.created,
            model: model.name.clone(),
            version: champion.number,
            parent: self.store.artifact(&champion.sha256),
            parent_sha256: champion.sha256.clone(),
            schema: schema.clone(),
            plan: plan.clone(),
            rows,
            target: target_name(schema),
            weight: WEIGHT.into(),
            is_new: IS_NEW.into(),
        };
        // Of this model; a failed job's folder is there to be looked at until the next.
        let local = self.options.data_dir.join("jobs").join(model.id.to_string());
        let runner = plan.runner.clone();
        let job = blocking(move || {
            if local.exists() {
                std::fs::remove_dir_all(&local)
                    .map_err(|error| Error::internal("an old job can't be removed").because(error))?;
            }
            order.write(tidegate_jobs::home(&runner, &local), &runner)
        })
        .await?;
        let (key, place) = (job.key.clone(), tidegate_jobs::place(&plan.runner));
        let told = Told { key, place, submitted: Some(self.clock.now()), ..Told::default() };
        let run = active.change(|run| run.job = Some(told));
        self.store.update_run(&run).await?;
        Ok(job)
    }

    /// Follows the job, and saves what is heard of it now and then.
    async fn hand_over(&self, runner: &Runner, job: &Job, active: &Arc<Active>) -> Result<Made> {
        let mut listen = |heard| {
            hear(active, heard);
            match active.is_cancelled() || self.stop.is_cancelled() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        let carried = tidegate_jobs::carry_out(runner, job, &mut listen);
        tokio::pin!(carried);
        loop {
            match tokio::time::timeout(SAVED_WITHIN, &mut carried).await {
                Ok(made) => return made,
                Err(_) => log_failure("save a run", self.store.update_run(&active.snapshot()).await),
            }
        }
    }

    /// Callers of the champion must be able to go on as before.
    async fn look_at_result(&self, champion: &Version, made: &Made, path: PathBuf) -> Result<()> {
        let hash: String = Sha256::digest(&made.model).iter().map(|byte| format!("{byte:02x}")).collect();
        if hash == champion.sha256 {
            return Err(Error::invalid("the job handed the champion back unchanged")
                .hint("write the newly trained model to `$TIDEGATE_OUTPUT/model.onnx`"));
        }
        let old = champion.inspection.clone();
        blocking(move || {
            let new = tidegate_onnx::inspect(&path).map_err(|error| {
                Error::invalid(format!("the job's model.onnx is no ONNX model: {}", error.message))
                    .hint("see that it is written whole before the job ends")
            })?;
            fits(&old, &new)
        })
        .await
    }
}

/// Inputs and outputs must be those of the champion, by name, kind and shape.
fn fits(old: &Inspection, new: &Inspection) -> Result<()> {
    let mut differences = tidegate_onnx::signature_diff(&old.signature, &new.signature);
    if !new.class_labels.is_empty() && new.class_labels != old.class_labels {
        let (was, is) = (old.class_labels.join(", "), new.class_labels.join(", "));
        differences.push(format!("its classes are {is}, not {was}"));
    }
    match differences.is_empty() {
        true => Ok(()),
        false => Err(Error::invalid(format!(
            "the job's model has another signature than the champion: {}",
            differences.join("; ")
        ))
        .hint("name and shape its inputs and outputs as parent.onnx has them")),
    }
}

pub(super) fn over(state: &str) -> bool {
    [DONE, ENDED].contains(&state)
}

async fn remove(folder: &std::path::Path) -> Result<()> {
    let folder = folder.to_owned();
    blocking(move || {
        std::fs::remove_dir_all(&folder)
            .map_err(|error| Error::internal(format!("{} is left", folder.display())).because(error))
    })
    .await
}

fn hear(active: &Active, heard: Heard) {
    let mut point = None;
    active.change(|run| {
        let Some(job) = &mut run.job else { return };
        match heard {
            Heard::Nothing => {}
            Heard::State(state) => job.state = state,
            Heard::Line(line) => job.keep(line),
            Heard::Progress(progress) => {
                (job.step, job.total) = (progress.step, progress.total);
                let of = |names: &[&str]| names.iter().find_map(|name| progress.metric(name));
                let held_out_loss = of(&HELD_OUT_LOSS);
                point = of(&LOSS).map(|loss| Progress {
                    step: progress.step,
                    total: progress.total,
                    loss,
                    held_out_loss,
                });
                job.metrics.extend(progress.metrics);
            }
        }
    });
    if let Some(point) = point {
        // Whether it goes on is asked with every word.
        let _ = active.progressed(point);
    }
}

fn summary(runner: &Runner, made: &Made) -> String {
    let metrics: Vec<_> =
        made.metrics.iter().take(8).map(|(name, value)| format!("{name} {value}")).collect();
    let size = made.model.len().div_ceil(1_024);
    match metrics.is_empty() {
        true => format!("{} made a model of {size} KiB", tidegate_jobs::place(runner)),
        false => {
            format!("{} made a model of {size} KiB, {}", tidegate_jobs::place(runner), metrics.join(", "))
        }
    }
}

fn target_name(schema: &Schema) -> String {
    let named = schema.target.clone().unwrap_or_else(|| "target".into());
    match schema.features.iter().any(|feature| feature.name == named) {
        true => "tidegate_target".into(),
        false => named,
    }
}

/// The rows to learn from, old ones first; features first, then truth, weight and whether a row is new.
fn rows_of(schema: &Schema, material: &Material, plan: &Plan) -> Result<Rows> {
    let (old, new) = (&material.train_old, &material.train_new);
    let count = old.len() + new.len();
    let mut columns = Vec::new();
    for feature in &schema.features {
        let cells: Vec<_> = both(old, new).map(|row| row.get(&feature.name).unwrap_or(&Cell::Null)).collect();
        match feature.kind {
            FeatureKind::Tensor => columns.extend(elements(&feature.name, &cells)?),
            kind => {
                let values =
                    match kind == FeatureKind::Categorical || !cells.iter().all(|cell| is_number(cell)) {
                        true => Values::Texts(cells.iter().map(|cell| text(cell)).collect()),
                        false => Values::Numbers(cells.iter().map(|cell| number(cell)).collect()),
                    };
                columns.push(Column { name: feature.name.clone(), values });
            }
        }
    }
    let truths: Vec<&Truth> = old.truths.iter().chain(&new.truths).collect();
    columns.push(Column { name: target_name(schema), values: truth_values(&truths) });
    let part = |of_old: f64, of_new: f64| {
        let each = (0..count).map(|row| Some(if row < old.len() { of_old } else { of_new }));
        Values::Numbers(each.collect())
    };
    columns.push(Column { name: WEIGHT.into(), values: part(1.0, plan.new_weight) });
    columns.push(Column { name: IS_NEW.into(), values: part(0.0, 1.0) });
    let rows = Rows { columns, count };
    rows.check()?;
    Ok(rows)
}

fn both<'a>(old: &'a Labelled, new: &'a Labelled) -> impl Iterator<Item = &'a Row> {
    old.rows.iter().chain(&new.rows)
}

fn truth_values(truths: &[&Truth]) -> Values {
    match truths.iter().all(|truth| matches!(truth, Truth::Number(number) if number.is_finite())) {
        true => Values::Numbers(truths.iter().map(|truth| truth.number()).collect()),
        false => Values::Texts(truths.iter().map(|truth| Some(truth.class())).collect()),
    }
}

/// A column per element of a tensor, `name[0]` on.
fn elements(name: &str, cells: &[&Cell]) -> Result<Vec<Column>> {
    let mut flat: Vec<Vec<Option<f64>>> = Vec::with_capacity(cells.len());
    for cell in cells {
        let mut row = Vec::new();
        flatten(cell, &mut row);
        flat.push(row);
    }
    let width = flat.iter().map(Vec::len).max().unwrap_or(0);
    if let Some(short) = flat.iter().position(|row| row.len() != width) {
        return Err(Error::invalid(format!(
            "row {short}: `{name}` holds {} numbers, others hold {width}",
            flat[short].len()
        ))
        .hint("an external trainer takes tensors of one size"));
    }
    let column = |element: usize| Column {
        name: format!("{name}[{element}]"),
        values: Values::Numbers(flat.iter().map(|row| row[element]).collect()),
    };
    Ok((0..width).map(column).collect())
}

fn flatten(cell: &Cell, into: &mut Vec<Option<f64>>) {
    match cell {
        Cell::List(items) => items.iter().for_each(|item| flatten(item, into)),
        other => into.push(number(other)),
    }
}

fn is_number(cell: &Cell) -> bool {
    match cell {
        Cell::Text(text) => text.trim().parse::<f64>().is_ok(),
        Cell::List(_) => false,
        Cell::Null | Cell::Bool(_) | Cell::Number(_) => true,
    }
}

fn number(cell: &Cell) -> Option<f64> {
    let number = match cell {
        Cell::Number(number) => *number,
        Cell::Bool(truth) => f64::from(u8::from(*truth)),
        Cell::Text(text) => text.trim().parse().ok()?,
        Cell::Null | Cell::List(_) => return None,
    };
    Some(number).filter(|number| number.is_finite())
}

fn text(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) => Some(text.clone()),
        Cell::Number(number) => Some(number.to_string()),
        Cell::Bool(truth) => Some(truth.to_string()),
        Cell::Null | Cell::List(_) => None,
    }
}

#[cfg(test)]
#[path = "outside_tests.rs"]
mod tests;
