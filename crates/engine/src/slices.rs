//! Questions that need single rows: slices, the worst of them, fairness, and the business metric.
//!
//! Owns how recorded rows with labels become what these are asked of. Must not know the formulas.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tidegate_core::{
    Error, Result,
    model::{BusinessMetric, Model, ModelSettings},
    schema::{Answered, Schema, Task, Truth},
};
use tidegate_monitor::{
    accuracy::Mean,
    column::{Bins, Reference},
    estimate::reweighted,
    expression::{self, Expression},
    fairness::{GroupCounts, fairness},
    metric::MetricName,
    slices::{Column as Cut, Worth, by_feature, worst},
};

use crate::{
    Engine, Range,
    aggregate::Observation,
    baseline::{Baseline, lengths},
    estimate::inputs,
    lock,
    rows::{self, Column},
    stage::blocking,
    view::{
        FairnessView, LabelledRowsView, MeasuredView, ReweightedView, SliceMetric, SlicesView,
        WorstSlicesView,
    },
};

/// Rows taken at most, the newest.
const MOST_ROWS: u32 = 200_000;
/// Rows of the reference and of the window that are told apart, at most.
const MOST_REWEIGHTED: usize = 5_000;
/// Worst slices told.
const MOST_SLICES: usize = 10;
/// Splits rows into those that are searched and those that are measured, always alike.
const SEED: u64 = 0x736c_6963;

/// Whoever asked: once gone, a search for them is wasted work.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Recorded rows of one version whose truth is known, column by column.
struct LabelledRows {
    schema: Arc<Schema>,
    /// In the order of the schema's features.
    columns: Vec<Column>,
    answers: Vec<Answered>,
    truths: Vec<Truth>,
    baseline: Option<Arc<Baseline>>,
    view: LabelledRowsView,
}

impl Engine {
    pub async fn slices(
        &self,
        name: &str,
        version: Option<u32>,
        range: Range,
        metric: Option<SliceMetric>,
        feature: Option<String>,
    ) -> Result<SlicesView> {
        let (model, mut rows) = self.labelled_rows(name, version, range).await?;
        if let Some(feature) = &feature
            && !rows.schema.features.iter().any(|known| known.name == *feature)
        {
            return Err(Error::not_found(format!("the model has no input `{feature}`")));
        }
        blocking(move || {
            let worth = rows.worth(&model, metric)?;
            let references = rows.references();
            let cuts = rows.cuts(&references).into_iter();
            let cuts: Vec<_> = cuts.filter(|cut| feature.as_ref().is_none_or(|f| f == cut.name())).collect();
            Ok(SlicesView {
                metric: worth.metric,
                higher_is_better: worth.higher_is_better,
                overall: mean(&worth.values),
                features: by_feature(&cuts, worth.of()),
                note: rows.note(),
                rows: rows.view,
            })
        })
        .await
    }

    pub async fn worst_slices(
        &self,
        name: &str,
        version: Option<u32>,
        range: Range,
        metric: Option<SliceMetric>,
    ) -> Result<WorstSlicesView> {
        let (model, mut rows) = self.labelled_rows(name, version, range).await?;
        let left = Arc::new(AtomicBool::new(false));
        let _waiting = Waiting(Arc::clone(&left));
        blocking(move || {
            let worth = rows.worth(&model, metric)?;
            let references = rows.references();
            let stopped = || left.load(Ordering::Relaxed);
            let found = worst(&rows.cuts(&references), worth.of(), MOST_SLICES, SEED, stopped);
            let note = match (rows.note(), found.slices.is_empty()) {
                (note, true) if note.is_empty() => "no slice is surely worse than the rest".into(),
                (note, _) => note,
            };
            let (metric, higher_is_better) = (worth.metric, worth.higher_is_better);
            Ok(WorstSlicesView { rows: rows.view, metric, higher_is_better, found, note })
        })
        .await
    }

    pub async fn fairness(&self, name: &str, version: Option<u32>, range: Range) -> Result<FairnessView> {
        let (model, rows) = self.labelled_rows(name, version, range).await?;
        let column = model.settings.fairness_column.clone().ok_or_else(|| {
            Error::invalid(format!("model `{name}` has no `settings.fairness_column`"))
                .hint("name the input whose groups should be treated alike")
        })?;
        let favourable_class = favourable(&model, &rows.schema)?;
        let at = rows.schema.features.iter().position(|feature| feature.name == column);
        let at = at.ok_or_else(|| Error::not_found(format!("the model has no input `{column}`")))?;
        let references = rows.references();
        let (names, groups) = groups(&references[at], &rows.columns[at]);
        let mut counts: Vec<GroupCounts> = names.into_iter().map(GroupCounts::new).collect();
        for ((group, answer), truth) in groups.iter().zip(&rows.answers).zip(&rows.truths) {
            let Some(said) = &answer.label else { continue };
            let class = truth.class();
            counts[*group].add(*said == favourable_class, class == favourable_class, *said == class);
        }
        counts.retain(|group| *group != GroupCounts::new(group.name.clone()));
        let note = rows.note();
        Ok(FairnessView { rows: rows.view, column, favourable_class, fairness: fairness(&counts), note })
    }

    /// Over the recorded labelled rows of the range, and what to say of rows it has no value for.
    pub(crate) async fn business_metric(
        &self,
        model: &Model,
        business: &BusinessMetric,
        version: Option<u32>,
        range: Range,
    ) -> Result<(Option<MeasuredView>, Option<String>)> {
        let (model, mut rows) = self.labelled_rows(&model.name, version, range).await?;
        let business = business.clone();
        blocking(move || {
            let worth = rows.worth(&model, Some(SliceMetric::Business))?;
            let mut sums = Mean::default();
            worth.values.iter().for_each(|value| sums.add(*value));
            let interval = sums.interval();
            let metric = sums.mean().map(|value| MeasuredView {
                name: MetricName::Business.as_str().into(),
                title: business.name,
                value,
                low: interval.map(|(low, _)| low),
                high: interval.map(|(_, high)| high),
                bound: None,
                n: sums.n,
                unit: business.unit,
                higher_is_better: Some(business.higher_is_better),
                definition: format!("mean of `{}` over recorded labelled rows", business.expression),
                interval: MetricName::Business.interval_source().into(),
            });
            let without = rows.view.without_value;
            let note = (without > 0)
                .then(|| format!("the business metric has no value on {without} rows, which are left out"));
            Ok((metric, note))
        })
        .await
    }

    /// The reference's realised metric, its rows weighted to look like the newest window's.
    pub async fn reweighted(&self, name: &str) -> Result<ReweightedView> {
        let route = self.route(name)?;
        let (champion, model) = (route.champion()?, route.model());
        let schema = lock(&champion.watched.aggregate).schema().clone();
        let metric = if schema.task == Task::Regression { MetricName::Mae } else { MetricName::Accuracy };
        let now = self.clock.now();
        let (window_from, window_to) = (now.plus(-i64::from(model.settings.window_s) * 1000), now);
        let view = move |note: &str, found| ReweightedView {
            name: metric.as_str().into(),
            title: metric.title().into(),
            window_from,
            window_to,
            found,
            note: note.into(),
        };
        if schema.task == Task::Other {
            return Ok(view("the model's task is not known: nothing can be right or wrong", None));
        }
        let Some(mut table) = self.reference_table(model.id).await? else {
            return Ok(view("there is no reference data set to weight", None));
        };
        thin(&mut table.rows, MOST_REWEIGHTED);
        let newest = self
            .store
            .predictions(&[champion.version.id], window_from, window_to.plus(1), MOST_REWEIGHTED)
            .await?;
        let (columns, answers) = self.ask_table(&champion, &schema, &table).await?;
        blocking(move || {
            let mut window = Vec::new();
            for prediction in newest.iter().filter(|prediction| prediction.error.is_none()) {
                rows::append(&mut window, rows::columns(&schema, &prediction.inputs, prediction.rows));
            }
            let truths: Vec<_> = (0..table.rows.len()).map(|row| table.truth(&schema, row)).collect();
            let worth = |row: usize| value_of(metric, truths[row].as_ref()?, &answers[row]);
            let values: Vec<Option<f64>> = (0..answers.len()).map(worth).collect();
            let kept: Vec<usize> = (0..values.len()).filter(|row| values[*row].is_some()).collect();
            let reference = rows::pick(&columns, &kept);
            let values: Vec<f64> = values.into_iter().flatten().collect();
            let found = reweighted(&inputs(&reference), &values, &inputs(&window));
            let note = match found {
                Some(_) => "",
                None => "not enough data: it takes 100 labelled reference rows and 100 recorded rows in the window, and reference rows like those of now",
            };
            Ok(view(note, found))
        })
        .await
    }

    /// Of the champion if no version is named.
    async fn labelled_rows(
        &self,
        name: &str,
        version: Option<u32>,
        range: Range,
    ) -> Result<(Model, LabelledRows)> {
        let model = self.store.model(name).await?;
        let watched = self.watched_version(&model, version).await?;
        let number = self.store.version(watched.version).await?.number;
        let (schema, baseline) = {
            let aggregate = lock(&watched.aggregate);
            (aggregate.schema().clone(), aggregate.baseline().cloned())
        };
        if schema.task == Task::Other {
            return Err(Error::unsupported(format!("the task of `{name}` is not known"))
                .hint("slices and fairness need a classifier or a regression"));
        }
        let found = self.store.labelled(&[watched.version], range.from, range.to, MOST_ROWS).await?;
        let view = LabelledRowsView {
            from: range.from,
            to: range.to,
            version: number,
            n: found.len() as u64,
            most: MOST_ROWS.into(),
            without_value: 0,
        };
        let rows = blocking(move || Ok(LabelledRows::read(schema, baseline, found, view))).await?;
        Ok((model, rows))
    }
}

/// Whether the columns, classes and names that settings speak of are the model's.
pub(crate) fn check_settings(settings: &ModelSettings, schema: &Schema) -> Result<()> {
    if let Some(business) = &settings.business_metric {
        if business.name.trim().is_empty() {
            return Err(Error::invalid("`settings.business_metric.name` is empty"));
        }
        Expression::parse(&business.expression, schema).map_err(|error| Error {
            message: format!("`settings.business_metric.expression`, {}", error.message),
            ..error
        })?;
    }
    if let Some(column) = &settings.fairness_column
        && !schema.features.iter().any(|feature| feature.name == *column)
    {
        let names: Vec<_> = schema.features.iter().take(8).map(|feature| feature.name.as_str()).collect();
        return Err(Error::invalid(format!("`settings.fairness_column`: the model has no input `{column}`"))
            .hint(format!("only inputs are recorded with each row; they are {}", names.join(", "))));
    }
    match &settings.favourable_class {
        Some(class) if !schema.labels.is_empty() && !schema.labels.contains(class) => {
            Err(Error::invalid(format!("`settings.favourable_class`: the model has no class `{class}`"))
                .hint(format!("its classes are {}", schema.labels.join(", "))))
        }
        _ => Ok(()),
    }
}

/// What each row is worth.
struct Worths {
    metric: SliceMetric,
    values: Vec<f64>,
    higher_is_better: bool,
}

impl Worths {
    fn of(&self) -> Worth<'_> {
        let shares = self.metric == SliceMetric::Accuracy;
        Worth { values: &self.values, shares, higher_is_better: self.higher_is_better }
    }
}

impl LabelledRows {
    /// The labelled rows of one request are neighbours: each request is read once.
    fn read(
        schema: Arc<Schema>,
        baseline: Option<Arc<Baseline>>,
        found: Vec<tidegate_store::Labelled>,
        view: LabelledRowsView,
    ) -> Self {
        let (mut columns, mut answers, mut truths) = (Vec::new(), Vec::new(), Vec::new());
        for request in found.chunk_by(|a, b| Arc::ptr_eq(&a.prediction, &b.prediction)) {
            let observation = Observation::of(&schema, &request[0].prediction);
            let picked: Vec<_> =
                request.iter().filter(|one| observation.answers.len() > one.row as usize).collect();
            let indices: Vec<usize> = picked.iter().map(|one| one.row as usize).collect();
            answers.extend(indices.iter().map(|row| observation.answers[*row].clone()));
            rows::append(&mut columns, rows::pick(&rows::plain(observation.columns), &indices));
            truths.extend(picked.into_iter().map(|one| one.truth.clone()));
        }
        let view = LabelledRowsView { n: answers.len() as u64, ..view };
        Self { schema, columns, answers, truths, baseline, view }
    }

    /// The bins of the baseline, or of the rows themselves where that is missing or of other features.
    fn references(&self) -> Vec<Reference> {
        let features = &self.schema.features;
        let known = self.baseline.as_ref().map(|baseline| &baseline.features);
        if let Some(known) = known.filter(|known| known.len() == features.len()) {
            return known.clone();
        }
        let empty = Column::Numbers(Vec::new());
        let columns = (0..features.len()).map(|at| self.columns.get(at).unwrap_or(&empty));
        features
            .iter()
            .zip(columns)
            .map(|(feature, column)| crate::baseline::reference(feature, column))
            .collect()
    }

    fn cuts<'a>(&self, references: &'a [Reference]) -> Vec<Cut<'a>> {
        let cut = |(reference, column)| cut(reference, column, self.answers.len());
        references.iter().zip(&self.columns).map(cut).collect()
    }

    /// The metric's value of each row; rows without one are dropped.
    fn worth(&mut self, model: &Model, metric: Option<SliceMetric>) -> Result<Worths> {
        let usual = match self.schema.task {
            Task::Regression => SliceMetric::Mae,
            _ => SliceMetric::Accuracy,
        };
        let metric = metric.unwrap_or(usual);
        let business = model.settings.business_metric.as_ref();
        let values: Vec<Option<f64>> = match (metric, business) {
            (SliceMetric::Business, None) => {
                return Err(Error::invalid("the model has no `settings.business_metric`")
                    .hint("set its name and expression in the model's settings"));
            }
            (SliceMetric::Business, Some(business)) => self.business(&business.expression)?,
            (metric, _) if metric != usual => {
                return Err(Error::invalid("`metric` does not fit the model's task")
                    .hint("`accuracy` is for classifiers, `mae` for regressions, `business` for both"));
            }
            (SliceMetric::Mae, _) => self.each(|truth, answer| value_of(MetricName::Mae, truth, answer)),
            (SliceMetric::Accuracy, _) => {
                self.each(|truth, answer| value_of(MetricName::Accuracy, truth, answer))
            }
        };
        self.keep(&values.iter().map(Option::is_some).collect::<Vec<_>>());
        let higher_is_better = match metric {
            SliceMetric::Accuracy => true,
            SliceMetric::Mae => false,
            SliceMetric::Business => business.is_some_and(|business| business.higher_is_better),
        };
        Ok(Worths { metric, values: values.into_iter().flatten().collect(), higher_is_better })
    }

    fn each(&self, of: impl Fn(&Truth, &Answered) -> Option<f64>) -> Vec<Option<f64>> {
        let rows = self.truths.iter().zip(&self.answers);
        rows.map(|(truth, answer)| of(truth, answer).filter(|value| value.is_finite())).collect()
    }

    fn business(&self, text: &str) -> Result<Vec<Option<f64>>> {
        let expression = Expression::parse(text, &self.schema)?;
        let columns: Vec<Vec<f64>> = expression
            .features()
            .iter()
            .filter_map(|name| self.schema.features.iter().position(|feature| feature.name == *name))
            .map(|at| self.columns.get(at).map_or_else(Vec::new, codes))
            .collect();
        let mut row = vec![f64::NAN; columns.len()];
        let values = self.truths.iter().zip(&self.answers).enumerate().map(|(index, (truth, answer))| {
            for (value, column) in row.iter_mut().zip(&columns) {
                *value = column.get(index).copied().unwrap_or(f64::NAN);
            }
            expression.value(truth, answer, &row)
        });
        Ok(values.collect())
    }

    fn keep(&mut self, keep: &[bool]) {
        let kept: Vec<usize> = (0..keep.len()).filter(|row| keep[*row]).collect();
        self.view.without_value = (keep.len() - kept.len()) as u64;
        self.view.n = kept.len() as u64;
        if kept.len() < keep.len() {
            self.columns = rows::pick(&self.columns, &kept);
            self.answers = kept.iter().map(|row| self.answers[*row].clone()).collect();
            self.truths = kept.iter().map(|row| self.truths[*row].clone()).collect();
        }
    }

    fn note(&self) -> String {
        match self.view.n {
            0 => "no recorded rows with labels in this range".into(),
            n if n >= u64::from(MOST_ROWS) => format!("the newest {MOST_ROWS} labelled rows of the range"),
            _ => String::new(),
        }
    }
}

/// Whether an answer was right, or how far it was off.
fn value_of(metric: MetricName, truth: &Truth, answer: &Answered) -> Option<f64> {
    let value = match metric {
        MetricName::Mae => (answer.value? - truth.number()?).abs(),
        _ => f64::from(u8::from(*answer.label.as_ref()? == truth.class())),
    };
    Some(value).filter(|value| value.is_finite())
}

/// At most so many, evenly from all.
fn thin<T>(rows: &mut Vec<T>, most: usize) {
    let every = rows.len().div_ceil(most).max(1);
    let mut index = 0;
    rows.retain(|_| {
        index += 1;
        (index - 1) % every == 0
    });
}

fn codes(column: &Column) -> Vec<f64> {
    match column {
        Column::Numbers(values) | Column::Tensors { means: values, .. } => values.clone(),
        Column::Texts(values) => values.iter().map(|text| expression::code(text)).collect(),
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The class that is good to be given.
fn favourable(model: &Model, schema: &Schema) -> Result<String> {
    if schema.task != Task::Classification {
        return Err(Error::unsupported("fairness is measured for classifiers only"));
    }
    match &model.settings.favourable_class {
        Some(class) => Ok(class.clone()),
        None => schema.labels.last().cloned().ok_or_else(|| {
            Error::invalid("the model's classes are not known")
                .hint("set `settings.favourable_class`, the class that is good to be given")
        }),
    }
}

/// A column cut at the bins of its reference; rows that it lacks are missing.
pub(crate) fn cut<'a>(reference: &'a Reference, column: &Column, rows: usize) -> Cut<'a> {
    let mut cut = Cut::new(reference);
    let held = match column {
        Column::Numbers(values) | Column::Tensors { means: values, .. } => {
            values.iter().for_each(|value| cut.add_number(*value));
            values.len()
        }
        // Running text goes by its length.
        Column::Texts(values) if matches!(reference.bins, Bins::Numeric { .. }) => {
            lengths(values).into_iter().for_each(|value| cut.add_number(value));
            values.len()
        }
        Column::Texts(values) => {
            values.iter().for_each(|value| cut.add_category(value));
            values.len()
        }
    };
    (held..rows).for_each(|_| cut.add_number(f64::NAN));
    cut
}

/// Names of the groups, and the group of each row: categories, or bins of a number.
fn groups(reference: &Reference, column: &Column) -> (Vec<String>, Vec<usize>) {
    let bins = reference.bins.len();
    let mut names: Vec<String> = (0..bins).map(|bin| reference.bins.label(bin)).collect();
    names.extend(["missing".to_owned(), "other".to_owned()]);
    (names, cut(reference, column, 0).bins().collect())
}
