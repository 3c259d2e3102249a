//! What the finished file answers to the rows held out, run by a worker as it will be when it is deployed.

use tidegate_core::{
    Error, Result, Tensor, Value,
    schema::{Answered, Truth},
    tensor::Named,
};
use tidegate_monitor::{
    evaluate::{Evaluation, evaluate},
    metric::MetricName,
};
use tidegate_runtime::{Launcher, Limits, Workbench};

use super::{
    card::Baseline,
    cells::{Cells, Chosen, text},
    divide::Parts,
    encode::Encoder,
    interval,
    learn::{Learnt, Lesson},
    search::{answers, schema},
    target::Target,
};

/// Rows of one run.
const BATCH: usize = 4096;

pub(super) struct Verdict {
    pub evaluation: Evaluation,
    pub baseline: Baseline,
    /// That the model is no better than the baseline.
    pub warning: Option<String>,
}

pub(super) fn judge(
    bytes: &[u8],
    lesson: &Lesson<'_>,
    encoder: &Encoder,
    learnt: &Learnt,
    parts: &Parts,
    seed: u64,
    launcher: &Launcher,
) -> Result<Verdict> {
    let mut bench = Workbench::open(launcher, bytes, &Limits::default())?;
    let mut answered = Vec::with_capacity(parts.held_out.len());
    for rows in parts.held_out.chunks(BATCH) {
        let outputs = bench.run(inputs(lesson.columns, encoder, rows)?)?;
        answered.extend(read(lesson.target, &outputs, rows.len())?);
    }
    debug_assert!(
        agree(
            lesson.target,
            &answers(lesson.target, &lesson.predict(encoder, learnt, &parts.held_out)),
            &answered
        ),
        "the file answers otherwise than what was learnt"
    );
    let truth: Vec<Truth> = parts.held_out.iter().map(|row| lesson.target.truth(*row)).collect();
    let schema = schema(lesson.target);
    let mut evaluation = evaluate(&schema, &truth, &answered);
    interval::fill(&mut evaluation, &schema, &truth, &answered, seed);
    let (what, simple) = baseline(lesson.target, parts);
    let simple = evaluate(&schema, &truth, &answers(lesson.target, &simple));
    let warning = no_better(lesson.target, &evaluation, &simple).then(|| {
        format!(
            "on the rows held out the model is no better than {what}: the columns may not tell the target"
        )
    });
    Ok(Verdict { evaluation, baseline: Baseline { what, metrics: simple.metrics }, warning })
}

/// The tensors that a request with these rows holds.
fn inputs(columns: &[Chosen<'_>], encoder: &Encoder, rows: &[usize]) -> Result<Vec<Named>> {
    let shape = || vec![rows.len(), 1];
    let of = |column: usize, name: &str| {
        let tensor = match &columns[column].cells {
            Cells::Numbers(numbers) => {
                let values: Vec<f32> = rows.iter().map(|row| numbers[*row]).collect();
                Tensor::from_f32(shape(), &values)
            }
            Cells::Texts(texts) => {
                let values = rows.iter().map(|row| text(texts, *row).unwrap_or_default().to_owned());
                Tensor::from_strings(shape(), values.collect())
            }
        };
        Ok(Named::new(name, Value::Tensor(tensor?)))
    };
    let numbers = encoder.numbers.iter().map(|number| of(number.column, &number.name));
    let categories = encoder.categories.iter().map(|category| of(category.column, &category.name));
    numbers.chain(categories).collect()
}

/// Whether two ways to compute the same answers agree up to single precision, and the file's labels with its
/// probabilities.
fn agree(target: &Target, own: &[Answered], file: &[Answered]) -> bool {
    let numbers = |answers: &[Answered]| -> Vec<f64> {
        let row = |row: &Answered| row.probabilities.clone().unwrap_or_default().into_iter().chain(row.value);
        answers.iter().flat_map(row).collect()
    };
    let labels = target.labels();
    let most_probable = |row: &Answered| match (&row.label, &row.probabilities) {
        (Some(label), Some(shares)) => {
            let own = labels.iter().position(|known| known == label).map_or(0.0, |place| shares[place]);
            shares.iter().all(|share| *share <= own + 1e-5)
        }
        _ => true,
    };
    let (own, numbers) = (numbers(own), numbers(file));
    let largest = own.iter().fold(1.0, |largest: f64, value| value.abs().max(largest));
    own.len() == numbers.len()
        && own.iter().zip(&numbers).all(|(a, b)| (a - b).abs() <= 1e-4 * largest)
        && file.iter().all(most_probable)
}

/// The answers in the outputs: probabilities and label, or the number.
fn read(target: &Target, outputs: &[Named], rows: usize) -> Result<Vec<Answered>> {
    let tensors: Vec<&Tensor> = outputs.iter().filter_map(|output| output.value.as_tensor()).collect();
    let numbers = tensors.iter().rev().find_map(|tensor| tensor.to_f64()).unwrap_or_default();
    let per_row = if target.is_classification() { target.classes } else { 1 };
    if numbers.len() != rows * per_row {
        return Err(Error::internal(format!(
            "the new model gives {} numbers for {rows} rows",
            numbers.len()
        )));
    }
    let mut answered = answers(target, &numbers);
    if target.is_classification() {
        let labels: Vec<String> = match tensors.first().map(|tensor| (tensor.strings(), tensor.to_i64())) {
            Some((Some(texts), _)) => texts.to_vec(),
            Some((None, Some(numbers))) => numbers.iter().map(i64::to_string).collect(),
            _ => return Err(Error::internal("the new model gives no labels")),
        };
        answered.iter_mut().zip(labels).for_each(|(answer, label)| answer.label = Some(label));
    }
    Ok(answered)
}

/// What can be answered without looking at a row: the shares of the classes, or the mean.
fn baseline(target: &Target, parts: &Parts) -> (String, Vec<f64>) {
    let learnt = parts.learnt.len() as f64;
    if !target.is_classification() {
        let mean = parts.learnt.iter().map(|row| target.values[*row]).sum::<f64>() / learnt;
        return ("always the mean".to_owned(), vec![mean; parts.held_out.len()]);
    }
    let mut shares = vec![0.0; target.classes];
    parts.learnt.iter().for_each(|row| shares[target.values[*row] as usize] += 1.0 / learnt);
    let common = (0..shares.len()).rev().max_by(|a, b| shares[*a].total_cmp(&shares[*b])).unwrap_or(0);
    (format!("always `{}`", target.names[common].text()), shares.repeat(parts.held_out.len()))
}

fn no_better(target: &Target, model: &Evaluation, simple: &Evaluation) -> bool {
    let name = if target.is_classification() { MetricName::LogLoss } else { MetricName::Rmse };
    matches!((model.get(name), simple.get(name)), (Some(model), Some(simple)) if model >= simple)
}
