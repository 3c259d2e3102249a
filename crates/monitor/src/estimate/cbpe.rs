//! CBPE of a whole sample against a labelled reference, as NannyML's `fit` and `estimate`.
//!
//! Owns which class is measured against which; what a class's rows give is `columns`' affair.

use super::{
    Isotonic, calibrator,
    columns::{Estimate, Estimates, Rows, Spreads},
};

/// Answers of a classifier, every number finite and from 0 to 1.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    /// Probabilities by class and row. One class alone is the positive one of two.
    pub scores: Vec<Vec<f64>>,
    /// The predicted class of each row: an index of `scores`; with one class alone 1 for it and 0 for the other.
    pub predicted: Vec<usize>,
}

/// What a reference teaches; without one, probabilities are taken as they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Cbpe {
    calibrators: Vec<Option<Isotonic>>,
    spreads: Option<Learnt>,
    seed: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct Learnt {
    classes: Vec<Spreads>,
    /// Standard deviation of being right.
    right: f64,
}

impl Answers {
    pub fn len(&self) -> usize {
        self.predicted.len()
    }
    pub fn is_empty(&self) -> bool {
        self.predicted.is_empty()
    }
    fn is_binary(&self) -> bool {
        self.scores.len() == 1
    }
    /// For each class whether it is the row's.
    fn hits(&self, rows: &[usize]) -> Vec<Vec<bool>> {
        let class = |class: usize| if self.is_binary() { 1 } else { class };
        (0..self.scores.len()).map(|index| rows.iter().map(|row| *row == class(index)).collect()).collect()
    }
}

impl Cbpe {
    /// Takes probabilities as calibrated; `seed` is of the draws for errors that have no formula.
    pub fn uncalibrated(classes: usize, seed: u64) -> Self {
        Self { calibrators: vec![None; classes], spreads: None, seed }
    }
    /// Learns from answers whose classes are known, in the form of [`Answers::predicted`].
    pub fn fit(answers: &Answers, truth: &[usize], seed: u64) -> Self {
        let truths = answers.hits(truth);
        let classes = answers.scores.iter().zip(&truths);
        let calibrators = classes.map(|(scores, hits)| calibrator(scores, hits, seed)).collect();
        let spreads = Some(Learnt::of(answers, &as_numbers(&truths), right(answers, &truths), seed));
        Self { calibrators, spreads, seed }
    }
    /// Whether any class's probabilities are calibrated.
    pub fn is_calibrated(&self) -> bool {
        self.calibrators.iter().any(Option::is_some)
    }
    /// Expected metrics of answers with as many classes.
    pub fn estimate(&self, answers: &Answers) -> Estimates {
        let probabilities = self.calibrated(answers);
        let own;
        let learnt = match &self.spreads {
            Some(learnt) => learnt,
            None => {
                own = Learnt::of(answers, &probabilities, expected_right(answers, &probabilities), self.seed);
                &own
            }
        };
        learnt.estimates(answers, &probabilities, expected_right(answers, &probabilities))
    }
    /// The metrics as they are, where the truth is known.
    pub fn realised(&self, answers: &Answers, truth: &[usize]) -> Estimates {
        let truths = answers.hits(truth);
        let (numbers, right) = (as_numbers(&truths), right(answers, &truths));
        Learnt::of(answers, &numbers, right, self.seed).estimates(answers, &numbers, right)
    }

    fn calibrated(&self, answers: &Answers) -> Vec<Vec<f64>> {
        let classes = answers.scores.iter().zip(&self.calibrators);
        let mut all: Vec<Vec<f64>> = classes
            .map(|(scores, calibrator)| match calibrator {
                Some(calibrator) => scores.iter().map(|score| calibrator.calibrate(*score)).collect(),
                None => scores.clone(),
            })
            .collect();
        if !answers.is_binary() {
            normalise(&mut all, answers.len());
        }
        all
    }
}

/// Each row sums to 1; a row of zeros is even.
fn normalise(classes: &mut [Vec<f64>], rows: usize) {
    let even = 1.0 / classes.len() as f64;
    for row in 0..rows {
        let sum: f64 = classes.iter().map(|class| class[row]).sum();
        classes.iter_mut().for_each(|class| class[row] = if sum > 0.0 { class[row] / sum } else { even });
    }
}

fn as_numbers(truths: &[Vec<bool>]) -> Vec<Vec<f64>> {
    truths.iter().map(|hits| hits.iter().map(|hit| f64::from(u8::from(*hit))).collect()).collect()
}

/// Share of right predictions.
fn right(answers: &Answers, truths: &[Vec<bool>]) -> f64 {
    let is_right = |(row, class): (usize, &usize)| match answers.is_binary() {
        true => truths[0][row] == (*class == 1),
        false => truths[*class][row],
    };
    answers.predicted.iter().enumerate().filter(|row| is_right(*row)).count() as f64 / answers.len() as f64
}

fn expected_right(answers: &Answers, probabilities: &[Vec<f64>]) -> f64 {
    let right = |(row, class): (usize, &usize)| match (answers.is_binary(), *class) {
        (true, 0) => 1.0 - probabilities[0][row],
        (true, _) => probabilities[0][row],
        (false, class) => probabilities[class][row],
    };
    answers.predicted.iter().enumerate().map(right).sum::<f64>() / answers.len() as f64
}

impl Learnt {
    fn of(answers: &Answers, probabilities: &[Vec<f64>], right: f64, seed: u64) -> Self {
        let spreads = |rows: Rows<'_>| Spreads::of(rows, seed);
        let classes = each_class(answers, probabilities, spreads);
        Self { classes, right: (right * (1.0 - right)).max(0.0).sqrt() }
    }
    fn estimates(&self, answers: &Answers, probabilities: &[Vec<f64>], right: f64) -> Estimates {
        let mut spreads = self.classes.iter();
        let classes = each_class(answers, probabilities, |rows| {
            Estimates::binary(rows, spreads.next().unwrap_or(&Spreads::default()))
        });
        if answers.is_binary() {
            return classes[0];
        }
        let error = self.right / (answers.len() as f64).sqrt();
        let accuracy = Estimate { value: Some(right), standard_error: Some(error) };
        Estimates::multiclass(&classes, if answers.is_empty() { Estimate::default() } else { accuracy })
    }
}

fn each_class<T>(answers: &Answers, probabilities: &[Vec<f64>], mut of: impl FnMut(Rows<'_>) -> T) -> Vec<T> {
    let predicted = answers.hits(&answers.predicted);
    let classes = answers.scores.iter().zip(probabilities).zip(&predicted);
    classes
        .map(|((scores, probabilities), predicted)| of(Rows { scores, probabilities, predicted }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SplitMix;

    fn uniforms(n: usize, seed: u64) -> Vec<f64> {
        let mut random = SplitMix(seed);
        (0..n).map(|_| random.below(1 << 30) as f64 / f64::from(1 << 30)).collect()
    }

    /// Three classes; the model says the square of what is true, normalised.
    fn overconfident(n: usize, seed: u64) -> (Answers, Vec<usize>) {
        let (mut scores, mut truth, mut predicted) = (vec![vec![]; 3], vec![], vec![]);
        let draws = uniforms(n * 4, seed);
        for row in draws.chunks_exact(4) {
            let sum: f64 = row[..3].iter().sum();
            let squares: f64 = row[..3].iter().map(|p| p * p).sum();
            truth.push(if row[3] < row[0] / sum {
                0
            } else if row[3] < (row[0] + row[1]) / sum {
                1
            } else {
                2
            });
            let best = (0..3).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
            predicted.push(best);
            (0..3).for_each(|class| scores[class].push(row[class] * row[class] / squares));
        }
        (Answers { scores, predicted }, truth)
    }

    #[test]
    fn many_classes_are_calibrated_and_the_estimate_holds() {
        let (reference, truth) = overconfident(6_000, 1);
        let cbpe = Cbpe::fit(&reference, &truth, 5);
        assert!(cbpe.is_calibrated());
        let (answers, truth) = overconfident(6_000, 2);
        let (estimated, realised) = (cbpe.estimate(&answers), cbpe.realised(&answers, &truth));
        for (estimated, realised) in estimated.all().into_iter().zip(realised.all()) {
            let distance = (estimated.value.unwrap() - realised.value.unwrap()).abs();
            assert!(distance < 4.0 * estimated.standard_error.unwrap(), "{estimated:?} {realised:?}");
        }
        let naive = Cbpe::uncalibrated(3, 5).estimate(&answers).accuracy.value.unwrap();
        assert!(naive > estimated.accuracy.value.unwrap() + 0.05);
    }

    #[test]
    fn without_rows_nothing_is_claimed() {
        let nothing = Answers { scores: vec![vec![], vec![]], predicted: vec![] };
        let estimates = Cbpe::uncalibrated(2, 1).estimate(&nothing);
        assert!(estimates.all().iter().all(|estimate| estimate.value.is_none()), "{estimates:?}");
        let nothing = Answers { scores: vec![vec![]], predicted: vec![] };
        assert_eq!(Cbpe::fit(&nothing, &[], 1).estimate(&nothing).accuracy, Estimate::default());
    }
}
