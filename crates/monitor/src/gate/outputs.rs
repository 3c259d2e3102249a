//! Two models' answers to the same traffic, whether or not anyone knows the truth: how far their distributions are
//! apart, how often they agree, and on which rows they disagree most.

use tidegate_core::{
    run::{ComparisonLine, OutputGate},
    schema::Answered,
};

use crate::{
    bins::short,
    column::{Counts, Reference},
    drift::drift,
};

/// Numbers are alike when they differ by at most this share of the champion's spread.
const ALIKE: f64 = 0.1;

/// Answers to the same rows; slices of equal length.
#[derive(Debug, Clone, Copy)]
pub struct Outputs<'a> {
    pub champion: &'a [Answered],
    pub challenger: &'a [Answered],
}

/// How two answers to one row differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Disagreement {
    /// Other classes, or numbers further apart than a tenth of the first model's standard deviation.
    pub apart: bool,
    /// Of rows that are alike or apart, those that tell more come first: half the sum of the differences of the
    /// probabilities, or the distance of the numbers in standard deviations.
    pub size: f64,
    /// How unsure the two are together: 1 minus the mean probability of what each says; 0 for numbers.
    pub unsure: f64,
}

/// Row by row; `None` where one of them has no answer that can be compared.
pub fn disagreements(outputs: Outputs<'_>) -> Vec<Option<Disagreement>> {
    let spread = spread(outputs.champion);
    let rows = outputs.champion.iter().zip(outputs.challenger);
    rows.map(|(before, after)| match (&before.label, &after.label) {
        (Some(a), Some(b)) => {
            let size = match (&before.probabilities, &after.probabilities) {
                (Some(p), Some(q)) => p.iter().zip(q).map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0,
                _ => f64::from(u8::from(a != b)),
            };
            let sure = |answer: &Answered| {
                answer.probabilities.as_ref().map_or(1.0, |p| p.iter().copied().fold(0.0, f64::max))
            };
            let unsure = 1.0 - f64::midpoint(sure(before), sure(after));
            Some(Disagreement { apart: a != b, size, unsure }).filter(|found| found.size.is_finite())
        }
        _ => {
            let size = (after.value? - before.value?).abs() / spread;
            size.is_finite().then_some(Disagreement { apart: size > ALIKE, size, unsure: 0.0 })
        }
    })
    .collect()
}

/// Standard deviation of the numbers; 1 where they don't vary, so that any difference counts in their own unit.
fn spread(answers: &[Answered]) -> f64 {
    let values: Vec<f64> =
        answers.iter().filter_map(|answer| answer.value).filter(|v| v.is_finite()).collect();
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    let variance =
        values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len().max(1) as f64;
    if variance > 0.0 { variance.sqrt() } else { 1.0 }
}

/// What a column of answers is: classes by name, or numbers.
fn columns(outputs: &Outputs<'_>) -> (Reference, Counts) {
    let named = outputs.champion.iter().any(|answer| answer.label.is_some());
    if named {
        let names: Vec<_> = outputs.champion.iter().map(|answer| answer.label.clone()).collect();
        let reference = Reference::categorical("answers", &names);
        let mut counts = Counts::new(&reference);
        outputs.challenger.iter().for_each(|answer| match &answer.label {
            Some(label) => counts.add_category(&reference, label),
            None => counts.add_missing(),
        });
        return (reference, counts);
    }
    let number = |answer: &Answered| answer.value.unwrap_or(f64::NAN);
    let reference = Reference::numeric("answers", &outputs.champion.iter().map(number).collect::<Vec<_>>());
    let mut counts = Counts::new(&reference);
    outputs.challenger.iter().for_each(|answer| counts.add_number(&reference, number(answer)));
    (reference, counts)
}

/// How far the answers are apart, for information; none where no row can be compared.
pub fn answers_apart(outputs: Outputs<'_>) -> Vec<ComparisonLine> {
    lines(&OutputGate::default(), &outputs)
}

pub(super) fn lines(gate: &OutputGate, outputs: &Outputs<'_>) -> Vec<ComparisonLine> {
    let compared: Vec<Disagreement> = disagreements(*outputs).into_iter().flatten().collect();
    if compared.is_empty() {
        return vec![];
    }
    let n = compared.len();
    let alike = compared.iter().filter(|row| !row.apart).count() as f64 / n as f64;
    let (reference, counts) = columns(outputs);
    let drift = drift(&reference, &counts, 1, f64::INFINITY);
    let informs = |limit: Option<String>| limit.unwrap_or_else(|| "for information".into());
    let bound = informs(gate.most_psi.map(|most| format!("may be {}", short(most))));
    let psi = ComparisonLine {
        what: "drift of answers to recent traffic".into(),
        unit: "PSI".into(),
        challenger: drift.psi,
        difference: drift.psi,
        passed: gate.most_psi.map(|most| drift.psi <= most),
        reason: format!(
            "the newest {n} recorded rows answered again: PSI {}, Jensen-Shannon distance {}; {bound}",
            short(drift.psi),
            short(drift.js)
        ),
        ..ComparisonLine::default()
    };
    let bound = informs(gate.least_agreement.map(|least| format!("must be {}%", short(100.0 * least))));
    let agreement = ComparisonLine {
        what: "agreement on recent traffic".into(),
        unit: "share".into(),
        higher_is_better: true,
        champion: 1.0,
        challenger: alike,
        difference: alike - 1.0,
        passed: gate.least_agreement.map(|least| alike >= least),
        reason: format!("{} of {n} rows answered alike; {bound}", (alike * n as f64).round()),
        ..ComparisonLine::default()
    };
    vec![psi, agreement]
}
