//! The reference data set of a model: named columns and truths that drift and accuracy are measured against.
//!
//! Owns how a baseline comes from it: the champion answers its rows, so that predictions have a baseline too.

use std::sync::Arc;

use tidegate_core::{
    Error, ModelId, Result, Time, VersionId,
    data::{DataFormat, DataMarks},
    event::EventKind,
    id::DatasetId,
    model::{Model, Version},
    schema::{Answered, Schema, Task, Truth},
};
use tidegate_monitor::{accuracy::Tally, metric::MetricName};
use tidegate_store::{NewDataset, Place, Role, Staging};

use crate::{
    Engine,
    aggregate::{Aggregate, Observation},
    answers::answers,
    baseline::Baseline,
    concept::Errors,
    estimate::Estimator,
    lock,
    retrain::rows_at_once,
    route::{Served, Watched},
    rows,
    stage::blocking,
    table::Table,
    view::{self, BaselineFrom},
};

const DATA_FILE: &str = "data";

impl Engine {
    /// Makes a CSV or Parquet file the model's reference: names the features, and measures drift and accuracy
    /// against it.
    pub async fn set_reference(
        &self,
        name: &str,
        bytes: bytes::Bytes,
        target: Option<String>,
    ) -> Result<view::Baseline> {
        let folder = self.store.stage()?;
        let file = folder.path().join(DATA_FILE);
        let format = if bytes.starts_with(b"PAR1") { DataFormat::Parquet } else { DataFormat::Csv };
        blocking(move || std::fs::write(file, &bytes).map_err(not_stored)).await?;
        let new = NewDataset { format, ..reference("reference", folder) };
        self.put_reference(name, new, target).await
    }

    /// Makes a copy of a registered data set the model's reference.
    pub async fn set_registered_reference(
        &self,
        name: &str,
        id: DatasetId,
        target: Option<String>,
    ) -> Result<view::Baseline> {
        let (dataset, path) = self.data_to_use(id).await?;
        let folder = self.store.stage()?;
        let to = folder.path().join(DATA_FILE);
        blocking(move || std::fs::copy(path, to).map(drop).map_err(not_stored)).await?;
        let new = NewDataset {
            format: dataset.format,
            origin: Some(id),
            profile: dataset.profile,
            marks: dataset.marks,
            ..reference(&dataset.name, folder)
        };
        self.put_reference(name, new, target).await
    }

    async fn put_reference(
        &self,
        name: &str,
        new: NewDataset,
        target: Option<String>,
    ) -> Result<view::Baseline> {
        let route = self.route(name)?;
        let champion = route.champion()?;
        let Place::Staged(folder, file) = &new.place else {
            return Err(Error::internal("a reference data set is kept as a copy"));
        };
        let (path, format) = (folder.path().join(file), new.format);
        let table = Arc::new(blocking(move || Table::open(&path, format, usize::MAX)).await?);
        let mut schema = Schema::clone(lock(&champion.watched.aggregate).schema());
        if let Some(target) = target {
            refuse_unknown_column(&table, &target)?;
            schema.target = Some(target);
        }
        tidegate_onnx::name_features(&mut schema, &table.header);
        let (baseline, estimator) = self.baseline_from(&champion, &schema, &table).await?;
        let dataset = NewDataset {
            model: Some(route.model().id),
            rows: table.rows.len() as u64,
            columns: table.header.clone(),
            ..new
        };
        let now = self.clock.now();
        self.store.insert_dataset(dataset, "you", "", now).await?;
        self.store.update_schema(champion.version.id, &schema, "you", "reference data set", now).await?;
        let rows = baseline.rows;
        self.put_normal(&champion, schema, baseline, estimator).await?;
        self.keep_quality().await?;
        let message = format!("{name}: reference data set of {rows} rows");
        self.happened(EventKind::ReferenceSet, Some(name), message, false);
        Ok(view::Baseline { from: BaselineFrom::Reference, rows, needed: rows })
    }

    /// A baseline from a table: its columns, and what a version answers on its rows; with what estimates accuracy
    /// from then on, where truths are known.
    async fn baseline_from(
        &self,
        served: &Served,
        schema: &Schema,
        table: &Table,
    ) -> Result<(Baseline, Option<Estimator>)> {
        let (columns, answers) = self.ask_table(served, schema, table).await?;
        let truths: Vec<_> = (0..table.rows.len()).map(|row| table.truth(schema, row)).collect();
        self.normal(schema, columns, answers, truths).await
    }

    /// Baseline and estimator of rows that were answered.
    pub(crate) async fn normal(
        &self,
        schema: &Schema,
        columns: Vec<rows::Column>,
        answers: Vec<Answered>,
        truths: Vec<Option<Truth>>,
    ) -> Result<(Baseline, Option<Estimator>)> {
        let quality = quality(schema, &truths, &answers);
        let now = self.clock.now();
        let baseline = Baseline::new(schema, BaselineFrom::Reference, &columns, &answers, quality, now);
        Ok((baseline, self.fit_estimator(schema, columns, answers, truths).await?))
    }

    /// What a version is measured against from now on.
    pub(crate) async fn put_normal(
        &self,
        served: &Served,
        schema: Schema,
        baseline: Baseline,
        estimator: Option<Estimator>,
    ) -> Result<()> {
        self.store.put_baseline(served.version.id, &baseline.encode()?).await?;
        self.put_estimator(served.version.id, estimator.as_ref()).await?;
        let mut aggregate = lock(&served.watched.aggregate);
        aggregate.set_baseline(schema, baseline);
        aggregate.set_estimator(estimator);
        Ok(())
    }

    pub(crate) async fn ask_table(
        &self,
        served: &Served,
        schema: &Schema,
        table: &Table,
    ) -> Result<(Vec<rows::Column>, Vec<Answered>)> {
        let mut columns: Vec<rows::Column> = Vec::new();
        let mut answers = Vec::new();
        let indices: Vec<usize> = (0..table.rows.len()).collect();
        for chunk in indices.chunks(rows_at_once(served)) {
            let named = chunk.iter().map(|row| table.row(schema, *row)).collect::<Result<Vec<_>>>()?;
            let (inputs, answered) = self.ask(served, schema, &named).await?;
            let part = rows::columns_with(schema, &inputs, chunk.len() as u32, rows::Elements::Watched);
            rows::append(&mut columns, part);
            answers.extend(answered);
        }
        Ok((columns, answers))
    }

    /// Answers of one version on named rows, unrecorded; asks row by row where the model takes one at a time.
    pub(crate) async fn ask(
        &self,
        served: &Served,
        schema: &Schema,
        named: &[rows::Row],
    ) -> Result<(Vec<tidegate_core::tensor::Named>, Vec<Answered>)> {
        let signature = &served.version.inspection.signature;
        let inputs = rows::tensors(schema, signature, named)?;
        let request = tidegate_runtime::Request { inputs: inputs.clone(), outputs: None, timeout: None };
        let answer = served.deployment.run(request).await?;
        Ok((inputs, answers(schema, &answer.outputs, named.len() as u32)))
    }

    /// The reference data set, read.
    pub(crate) async fn reference_table(&self, model: ModelId) -> Result<Option<Table>> {
        Ok(self.current_reference(model).await?.map(|(_, table)| table))
    }

    /// And which one it is.
    pub(crate) async fn current_reference(&self, model: ModelId) -> Result<Option<(DatasetId, Table)>> {
        self.read_reference(model, usize::MAX).await
    }

    /// Its first row only: the rest of the file is not read.
    pub(crate) async fn reference_head(&self, model: ModelId) -> Result<Option<Table>> {
        Ok(self.read_reference(model, 1).await?.map(|(_, table)| table))
    }

    async fn read_reference(&self, model: ModelId, most_rows: usize) -> Result<Option<(DatasetId, Table)>> {
        let datasets = self.store.datasets(model).await?;
        let Some(current) = datasets.into_iter().find(|d| d.role == Role::Reference && d.current) else {
            return Ok(None);
        };
        let (path, format) = (self.store.path_of(&current)?, current.format);
        blocking(move || Ok(Some((current.id, Table::open(&path, format, most_rows)?)))).await
    }

    /// Counters of a version as they were: its baseline and the newest minutes, from the disk.
    pub(crate) async fn restore_watched(&self, model: &Model, version: &Version) -> Result<Watched> {
        let baseline = match self.store.baseline(version.id).await? {
            Some(bytes) => Some(Baseline::decode(&bytes)?),
            None => None,
        };
        let mut aggregate =
            Aggregate::new(version.schema.clone(), baseline, model.settings.learn_rows.into());
        aggregate.restore(self.stored_minutes(version.id).await?);
        for (hour, bucket) in self.stored_hours(version.id).await? {
            aggregate.season.add(hour, &bucket);
        }
        let task = version.schema.task;
        let stored = self.store.error_stream(version.id).await?;
        aggregate.errors =
            Errors::restore(task, &model.settings.concept.detectors_for(task), stored.as_deref());
        aggregate.set_estimator(self.stored_estimator(version.id).await?);
        if aggregate.baseline().is_none() && model.settings.learn_rows > 0 {
            self.relearn(&mut aggregate, version.id, model.settings.learn_rows).await?;
        }
        let watched = Watched::new(version.id, version.inspection.signature.clone(), aggregate);
        self.restore_checks(&watched).await?;
        Ok(watched)
    }

    /// What was learnt of the baseline before a restart, from the recorded predictions.
    async fn relearn(&self, aggregate: &mut Aggregate, version: VersionId, rows: u32) -> Result<()> {
        let now = self.clock.now();
        let recorded = self.store.predictions(&[version], Time(0), now.plus(1), rows as usize).await?;
        for prediction in recorded.into_iter().rev().filter(|prediction| prediction.error.is_none()) {
            let observation = Observation::of(aggregate.schema(), &prediction);
            if let Some(learnt) = aggregate.relearn(observation, now) {
                return self.store.put_baseline(version, &learnt.encode()?).await;
            }
        }
        Ok(())
    }

    pub(crate) async fn baseline_view(
        &self,
        model: &Model,
        champion: Option<&Version>,
    ) -> Result<view::Baseline> {
        let Some(champion) = champion else { return Ok(view::Baseline::default()) };
        let watched = self.watched(model, champion).await?;
        let aggregate = lock(&watched.aggregate);
        Ok(match aggregate.baseline() {
            Some(baseline) => {
                view::Baseline { from: baseline.from, rows: baseline.rows, needed: baseline.rows }
            }
            None => view::Baseline {
                from: BaselineFrom::FirstPredictions,
                rows: aggregate.learnt_rows(),
                needed: model.settings.learn_rows.into(),
            },
        })
    }
}

/// Staged as [`DATA_FILE`]; whose it is and what is in it is told once it was read.
fn reference(name: &str, staging: Staging) -> NewDataset {
    NewDataset {
        model: None,
        name: name.into(),
        role: Role::Reference,
        place: Place::Staged(staging, DATA_FILE.into()),
        format: DataFormat::Csv,
        rows: 0,
        columns: Vec::new(),
        origin: None,
        profile: None,
        marks: DataMarks::default(),
    }
}

fn not_stored(cause: std::io::Error) -> Error {
    Error::internal("the data set could not be stored").because(cause)
}

fn refuse_unknown_column(table: &Table, name: &str) -> Result<()> {
    match table.column(name) {
        Some(_) => Ok(()),
        None => Err(Error::invalid(format!("the data has no column `{name}`"))
            .hint(format!("its columns are {}", table.header.join(", ")))),
    }
}

pub(crate) fn quality(schema: &Schema, truths: &[Option<Truth>], answers: &[Answered]) -> Option<f64> {
    let mut tally = Tally::new(schema)?;
    for (truth, answer) in truths.iter().zip(answers) {
        if let Some(truth) = truth {
            tally.add(truth, answer);
        }
    }
    let name = if schema.task == Task::Regression { MetricName::Mae } else { MetricName::Accuracy };
    tally.metrics().into_iter().find(|metric| metric.name == name).map(|metric| metric.value)
}
