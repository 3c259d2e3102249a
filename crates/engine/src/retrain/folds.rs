//! Few labels: every labelled row is answered by a model that was trained, by the same plan, without it.
//!
//! Owns the parts and the models of the parts, which are never versions and leave no file. Must not know the gates
//! beyond how many rows they ask for.

use std::{fs, ops::ControlFlow, sync::Arc};

use sha2::{Digest, Sha256};
use tidegate_core::{
    Error, Result,
    run::{Gates, Plan},
    schema::Answered,
};
use tidegate_runtime::{Deployment, Spec};
use tidegate_train::Dataset;

use super::{Active, compare::Contest, rows_at_once, search::settled};
use crate::{
    Engine,
    answers::answers,
    material::{Labelled, Material},
    rows,
    stage::{blocking, hex},
};

/// Every labelled row, oldest first, and what a model that did not learn from it answered.
pub(super) struct CrossFitted {
    pub rows: Labelled,
    pub answers: Vec<Answered>,
    pub folds: u32,
}

impl Engine {
    /// `None` where the held-out rows are enough, or all labelled ones too few.
    pub(super) async fn cross_fitted(
        &self,
        contest: &Contest<'_>,
        active: &Arc<Active>,
    ) -> Result<Option<CrossFitted>> {
        // A job handed over costs more than a comparison may: only the built-in trainers are asked again.
        let Some(folds) =
            folds(&contest.plan.gates, contest.material).filter(|_| contest.plan.runner.is_builtin())
        else {
            return Ok(None);
        };
        let said = format!(
            "compare: few held-out rows, so {folds} models are trained, each judged on a part it has not seen"
        );
        self.say(active, said).await?;
        let mut all = contest.material.train_new.clone();
        all.rows.extend(contest.material.held_new.rows.iter().cloned());
        all.truths.extend(contest.material.held_new.truths.iter().cloned());
        let plan = settled(contest.plan, active)?;
        let mut answered: Vec<Option<Answered>> = vec![None; all.len()];
        for fold in 0..folds {
            self.refuse_if_ending(active)?;
            let (learnt, judged) = part(contest.material, &all, fold, folds);
            let asked: Vec<_> = judged.iter().map(|row| all.rows[*row].clone()).collect();
            let found = self.fit_and_ask(contest, (learnt, plan.clone()), &asked, active).await?;
            judged.iter().zip(found).for_each(|(row, answer)| answered[*row] = Some(answer));
        }
        let missing = || Error::internal("a part of the rows was not answered");
        let answers = answered.into_iter().collect::<Option<Vec<_>>>().ok_or_else(missing)?;
        Ok(Some(CrossFitted { rows: all, answers, folds }))
    }

    async fn fit_and_ask(
        &self,
        contest: &Contest<'_>,
        (learnt, plan): (Material, Plan),
        asked: &[rows::Row],
        active: &Arc<Active>,
    ) -> Result<Vec<Answered>> {
        let staging = self.store.stage()?;
        let (path, to) = (self.store.artifact(&contest.champion.sha256), staging.model());
        let (schema, launcher) = (contest.schema.clone(), self.launcher.clone());
        let taken = contest.champion.inspection.signature.clone();
        let (stop, active) = (self.stop.clone(), active.clone());
        let sha256 = blocking(move || {
            let data = learnt.dataset(&schema, &taken, plan.new_weight);
            let model = tidegate_onnx::read(&path)?;
            let trained =
                tidegate_train::train(&model, &schema, &data, &plan, &launcher, &mut |_| match stop
                    .is_cancelled()
                    || active.is_cancelled()
                {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                })?;
            fs::write(&to, &trained.bytes)
                .map_err(|error| Error::internal("the model of a part can not be written").because(error))?;
            Ok(hex(&Sha256::digest(&trained.bytes)))
        })
        .await?;
        let signature = &contest.challenger.version.inspection.signature;
        let spec = Spec::new(staging.model(), sha256, signature.clone());
        let deployment = Deployment::start(self.launcher.clone(), spec).await?;
        let mut found = Vec::with_capacity(asked.len());
        for chunk in asked.chunks(rows_at_once(contest.challenger)) {
            let inputs = rows::tensors(contest.schema, signature, chunk)?;
            let request = tidegate_runtime::Request { inputs, outputs: None, timeout: None };
            let answer = deployment.run(request).await;
            match answer {
                Ok(answer) => found.extend(answers(contest.schema, &answer.outputs, chunk.len() as u32)),
                Err(error) => {
                    deployment.stop().await;
                    return Err(error);
                }
            }
        }
        deployment.stop().await;
        Ok(found)
    }
}

/// How many parts, where parts are needed and rows are enough for them.
fn folds(gates: &Gates, material: &Material) -> Option<u32> {
    let (held, all) = (material.held_new.len(), material.held_new.len() + material.train_new.len());
    let least = gates.min_rows as usize;
    let folds = gates.folds.min(all as u32);
    (held < least && all >= least && folds > 1).then_some(folds)
}

/// What one part's model learns from, and the rows it is judged on: every `folds`-th, so that each part is of all
/// times.
fn part(material: &Material, all: &Labelled, fold: u32, folds: u32) -> (Material, Vec<usize>) {
    let of = |row: usize| row as u32 % folds;
    let others = (0..all.len()).filter(|row| of(*row) != fold);
    let mut train_new = Labelled::default();
    for row in others {
        train_new.rows.push(all.rows[row].clone());
        train_new.truths.push(all.truths[row].clone());
    }
    let learnt = Material { train_old: material.train_old.clone(), train_new, ..Material::default() };
    (learnt, (0..all.len()).filter(|row| of(*row) == fold).collect())
}

/// What a run follows from beside its plan.
pub(super) fn data_hash(data: &Dataset) -> (String, u64) {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    data.features.iter().for_each(|name| part(name.as_bytes()));
    part(&data.x.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
    data.truth.iter().for_each(|truth| part(truth.class().as_bytes()));
    part(&data.weight.iter().flat_map(|weight| weight.to_le_bytes()).collect::<Vec<u8>>());
    // Behind the rest: rows without texts are called as they were before there were any.
    for column in &data.texts {
        part(column.name.as_bytes());
        column.values.iter().for_each(|text| part(text.as_bytes()));
    }
    (hex(&hash.finalize()), data.truth.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::schema::Truth;
    use tidegate_train::Texts;

    fn labelled(numbers: std::ops::Range<u32>) -> Labelled {
        let rows = numbers.clone().map(|_| rows::Row::new()).collect();
        Labelled { rows, truths: numbers.map(|number| Truth::Number(number.into())).collect() }
    }

    #[test]
    fn rows_of_numbers_keep_their_name_and_texts_change_it() {
        let mut data = Dataset {
            features: vec!["age".into()],
            x: vec![1.0, 2.0],
            truth: vec![Truth::Number(1.0), Truth::Class("yes".into())],
            weight: vec![1.0, 3.0],
            ..Dataset::default()
        };
        // SHA-256 of name, numbers, truths and weights, each behind its length in eight bytes.
        let (name, rows) = data_hash(&data);
        assert_eq!(name, "13fc156fa63647320429b41e9a6c7107a3408343f2f53e9a262eeaba988a8350");
        assert_eq!(rows, 2);
        let texts =
            |texts: [&str; 2]| Texts { name: "plan".into(), values: texts.map(str::to_owned).to_vec() };
        data.texts = vec![texts(["a", "b"])];
        let first = data_hash(&data).0;
        data.texts = vec![texts(["ab", ""])];
        assert!(first != name && first != data_hash(&data).0);
    }

    #[test]
    fn parts_are_made_only_where_they_help() {
        let gates = Gates::default();
        let of = |train: u32, held: u32| {
            let material = Material {
                train_new: labelled(0..train),
                held_new: labelled(0..held),
                ..Material::default()
            };
            folds(&gates, &material)
        };
        assert_eq!(of(60, 20), Some(5));
        assert_eq!(of(90, 30), None, "the held-out rows are enough");
        assert_eq!(of(20, 9), None, "all rows are too few");
        let never = Gates { folds: 1, ..Gates::default() };
        let material = Material { train_new: labelled(0..60), ..Material::default() };
        assert_eq!(folds(&never, &material), None);
    }

    #[test]
    fn every_row_is_judged_once_by_a_model_that_has_not_seen_it() {
        let all = labelled(0..13);
        let material = Material { train_old: labelled(100..105), ..Material::default() };
        let mut seen = Vec::new();
        for fold in 0..5 {
            let (learnt, judged) = part(&material, &all, fold, 5);
            assert_eq!(learnt.train_old.len(), 5);
            assert_eq!(learnt.train_new.len() + judged.len(), 13);
            assert!(judged.iter().all(|row| !learnt.train_new.truths.contains(&all.truths[*row])));
            seen.extend(judged);
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..13).collect::<Vec<_>>());
    }
}
