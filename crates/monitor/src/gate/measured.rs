//! One model's answers to the rows that both models answered, laid out so that a metric of any weighting of the rows
//! is one pass over them.
//!
//! Definitions are those of [`crate::evaluate`] and [`crate::accuracy`]; a test holds them together.

use tidegate_core::schema::{Answered, Schema, Task, Truth};

use super::Paired;
use crate::{
    accuracy::{predicted, scored, stated},
    evaluate::{brier, log_loss},
    metric::MetricName,
};

/// Bins of the calibration error.
const BINS: usize = 10;
/// Beyond so many sorted scores ROC AUC is not computed.
const MOST_SORTED: usize = 20_000_000;

/// Which rows both models answered in a way that fits the task.
pub(super) fn usable(schema: &Schema, rows: Paired<'_>) -> Vec<usize> {
    let fits = |truth: &Truth, answer: &Answered| match schema.task {
        Task::Classification => predicted(answer, &schema.labels).is_some(),
        Task::Regression => error(truth, answer).is_some(),
        Task::Other => false,
    };
    let both = |row: &usize| {
        let truth = &rows.truth[*row];
        fits(truth, &rows.champion[*row]) && fits(truth, &rows.challenger[*row])
    };
    (0..rows.truth.len()).filter(both).collect()
}

fn error(truth: &Truth, answer: &Answered) -> Option<f64> {
    Some(answer.value? - truth.number()?).filter(|error| error.is_finite())
}

pub(super) enum Measured<'a> {
    Classes(Classes<'a>),
    Numbers { truth: Vec<f64>, errors: Vec<f64> },
}

/// A classifier's answers.
pub(super) struct Classes<'a> {
    /// The model's own classes come first.
    known: usize,
    classes: usize,
    truth: Vec<usize>,
    said: Vec<usize>,
    /// The true class and the probabilities, of rows that have both.
    scored: Vec<Option<(usize, &'a [f64])>>,
    /// For each class that ROC AUC looks at: rows from its lowest probability up.
    ascending: Vec<(usize, Vec<u32>)>,
}

impl<'a> Measured<'a> {
    pub fn new(schema: &Schema, truth: &[Truth], answers: &'a [Answered], rows: &[usize]) -> Self {
        if schema.task == Task::Regression {
            let value = |row: &usize| truth[*row].number().unwrap_or_default();
            let error = |row: &usize| error(&truth[*row], &answers[*row]).unwrap_or_default();
            let (truth, errors) = (rows.iter().map(value).collect(), rows.iter().map(error).collect());
            return Self::Numbers { truth, errors };
        }
        Self::Classes(Classes::new(&schema.labels, truth, answers, rows))
    }

    /// Over all rows, each once.
    pub fn plain(&self, metric: MetricName) -> Option<f64> {
        self.value(metric, &vec![1; self.rows()])
    }

    fn rows(&self) -> usize {
        match self {
            Self::Classes(classes) => classes.truth.len(),
            Self::Numbers { errors, .. } => errors.len(),
        }
    }

    /// The metric of rows that count so many times each; `None` where they have none.
    pub fn value(&self, metric: MetricName, weights: &[u32]) -> Option<f64> {
        match self {
            Self::Classes(classes) => classes.value(metric, weights),
            Self::Numbers { truth, errors } => {
                let square = |error: &f64| error * error;
                match metric {
                    MetricName::Mae => mean(errors.iter().map(|error| error.abs()), weights),
                    MetricName::Rmse => mean(errors.iter().map(square), weights).map(f64::sqrt),
                    MetricName::R2 => {
                        let middle = mean(truth.iter().copied(), weights)?;
                        let spread = mean(truth.iter().map(|y| (y - middle).powi(2)), weights)?;
                        let left = mean(errors.iter().map(square), weights)?;
                        (spread > 0.0).then(|| 1.0 - left / spread)
                    }
                    _ => None,
                }
            }
        }
    }

    /// What each row was worth, more being better: right or not, or the error below 0.
    pub fn worth(&self) -> Vec<f64> {
        match self {
            Self::Classes(classes) => {
                let pairs = classes.truth.iter().zip(&classes.said);
                pairs.map(|(truth, said)| f64::from(u8::from(truth == said))).collect()
            }
            Self::Numbers { errors, .. } => errors.iter().map(|error| -error.abs()).collect(),
        }
    }
}

fn mean(values: impl Iterator<Item = f64>, weights: &[u32]) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for (value, times) in values.zip(weights) {
        sum += value * f64::from(*times);
        n += f64::from(*times);
    }
    (n > 0.0).then(|| sum / n)
}

impl<'a> Classes<'a> {
    fn new(labels: &[String], truth: &[Truth], answers: &'a [Answered], rows: &[usize]) -> Self {
        let mut names: Vec<String> = labels.to_vec();
        let mut index = |name: String| {
            names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            })
        };
        let true_classes = rows.iter().map(|row| index(truth[*row].class())).collect();
        let said = rows.iter().map(|row| predicted(&answers[*row], labels).unwrap_or_default().to_owned());
        let said = said.map(&mut index).collect();
        let scored: Vec<_> = rows.iter().map(|row| scored(labels, &truth[*row], &answers[*row])).collect();
        let looked_at = match labels.len() {
            2 => 1..2,
            classes if classes * rows.len() <= MOST_SORTED => 0..classes,
            _ => 0..0,
        };
        let ascending = looked_at.map(|class| (class, ascending(&scored, class))).collect();
        Self { known: labels.len(), classes: names.len(), truth: true_classes, said, scored, ascending }
    }

    fn value(&self, metric: MetricName, weights: &[u32]) -> Option<f64> {
        let right =
            || self.truth.iter().zip(&self.said).map(|(truth, said)| f64::from(u8::from(truth == said)));
        match metric {
            MetricName::Accuracy => mean(right(), weights),
            MetricName::F1 => self.f1(weights),
            MetricName::LogLoss => self.mean_scored(weights, |class, row| log_loss(row[class])),
            MetricName::Brier => self.mean_scored(weights, brier),
            MetricName::CalibrationError => self.calibration_error(weights),
            MetricName::RocAuc => {
                let (mut sum, mut n) = (0.0, 0.0);
                for (class, ascending) in &self.ascending {
                    let Some(area) = self.area(*class, ascending, weights) else { continue };
                    sum += area;
                    n += 1.0;
                }
                (n > 0.0).then(|| sum / n)
            }
            _ => None,
        }
    }

    fn scored_rows<'b>(&'b self, weights: &'b [u32]) -> impl Iterator<Item = (usize, &'a [f64], f64)> + 'b {
        let rows = self.scored.iter().zip(weights).filter(|(_, times)| **times > 0);
        rows.filter_map(|(row, times)| row.map(|(class, row)| (class, row, f64::from(*times))))
    }

    fn mean_scored(&self, weights: &[u32], of: impl Fn(usize, &[f64]) -> f64) -> Option<f64> {
        let (mut sum, mut n) = (0.0, 0.0);
        for (class, row, times) in self.scored_rows(weights) {
            sum += times * of(class, row);
            n += times;
        }
        (n > 0.0).then(|| sum / n)
    }

    /// Of the last class with two, else the mean over those that occur.
    fn f1(&self, weights: &[u32]) -> Option<f64> {
        let mut counts = vec![[0.0; 3]; self.classes];
        for ((truth, said), times) in self.truth.iter().zip(&self.said).zip(weights) {
            let times = f64::from(*times);
            if truth == said {
                counts[*truth][0] += times;
            } else {
                counts[*said][1] += times;
                counts[*truth][2] += times;
            }
        }
        let f1 = |[tp, fp, fn_]: &[f64; 3]| if *tp > 0.0 { 2.0 * tp / (2.0 * tp + fp + fn_) } else { 0.0 };
        if self.known == 2 {
            return counts.get(1).map(f1);
        }
        let occurring: Vec<f64> =
            counts.iter().filter(|counts| counts.iter().sum::<f64>() > 0.0).map(f1).collect();
        (!occurring.is_empty()).then(|| occurring.iter().sum::<f64>() / occurring.len() as f64)
    }

    fn calibration_error(&self, weights: &[u32]) -> Option<f64> {
        let mut bins = [[0.0; 2]; BINS];
        let mut n = 0.0;
        for (class, row, times) in self.scored_rows(weights) {
            let (probability, came_true) = stated(row, class);
            let [said, came] = &mut bins[((probability * BINS as f64) as usize).min(BINS - 1)];
            *said += times * probability;
            *came += if came_true { times } else { 0.0 };
            n += times;
        }
        (n > 0.0).then(|| bins.iter().map(|[said, came]| (came - said).abs()).sum::<f64>() / n)
    }

    /// Ties count half (Mann and Whitney).
    fn area(&self, class: usize, ascending: &[u32], weights: &[u32]) -> Option<f64> {
        let (mut wins, mut below, mut hits) = (0.0, 0.0, 0.0);
        let score = |row: &u32| self.scored[*row as usize].map_or(f64::NAN, |(_, row)| row[class]);
        for tied in ascending.chunk_by(|a, b| score(a) == score(b)) {
            let (mut of_class, mut others) = (0.0, 0.0);
            for row in tied {
                let times = f64::from(weights[*row as usize]);
                let is_class = self.scored[*row as usize].is_some_and(|(truth, _)| truth == class);
                *(if is_class { &mut of_class } else { &mut others }) += times;
            }
            wins += of_class * (below + others / 2.0);
            below += others;
            hits += of_class;
        }
        (hits > 0.0 && below > 0.0).then(|| wins / (hits * below))
    }
}

fn ascending(scored: &[Option<(usize, &[f64])>], class: usize) -> Vec<u32> {
    let mut rows: Vec<(f64, u32)> = scored
        .iter()
        .enumerate()
        .filter_map(|(row, scored)| Some((scored.as_ref()?.1[class], row as u32)))
        .collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::evaluate;
    use proptest::prelude::*;

    fn schema(task: Task, labels: &[&str]) -> Schema {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        Schema { task, labels, ..Schema::default() }
    }

    fn same(schema: &Schema, truth: &[Truth], answers: &[Answered], metrics: &[MetricName]) {
        let rows: Vec<usize> = (0..truth.len()).collect();
        let measured = Measured::new(schema, truth, answers, &rows);
        let expected = evaluate(schema, truth, answers);
        for metric in metrics {
            let (mine, theirs) = (measured.plain(*metric), expected.get(*metric));
            let near = mine.zip(theirs).map_or(mine == theirs, |(a, b)| (a - b).abs() < 1e-9);
            assert!(near, "{metric:?}: {mine:?} is not {theirs:?}");
        }
    }

    proptest! {
        #[test]
        fn metrics_of_all_rows_are_those_of_an_evaluation(
            rows in prop::collection::vec((0_usize..4, 1_u32..20, 1_u32..20, 1_u32..20), 2..60),
            two in any::<bool>(),
        ) {
            let names = ["a", "b", "c", "unheard of"];
            let schema = schema(Task::Classification, if two { &names[..2] } else { &names[..3] });
            let truth: Vec<_> = rows.iter().map(|row| Truth::Class(names[row.0].into())).collect();
            let answer = |row: &(usize, u32, u32, u32)| {
                let mut p = vec![f64::from(row.1), f64::from(row.2), f64::from(row.3)];
                p.truncate(schema.labels.len());
                let sum: f64 = p.iter().sum();
                let p = p.into_iter().map(|p| p / sum).collect();
                Answered { label: None, probabilities: Some(p), value: None }
            };
            let answers: Vec<_> = rows.iter().map(answer).collect();
            let metrics = [MetricName::Accuracy, MetricName::F1, MetricName::LogLoss, MetricName::Brier];
            same(&schema, &truth, &answers, &metrics);
            same(&schema, &truth, &answers, &[MetricName::RocAuc]);
        }

        #[test]
        fn a_row_that_counts_twice_is_a_row_that_occurs_twice(
            values in prop::collection::vec((-9.0_f64..9.0, -9.0_f64..9.0), 3..30), at in 0_usize..3,
        ) {
            let schema = schema(Task::Regression, &[]);
            let split = |values: &[(f64, f64)]| -> (Vec<Truth>, Vec<Answered>) {
                let row = |(y, said): &(f64, f64)| {
                    (Truth::Number(*y), Answered { label: None, probabilities: None, value: Some(*said) })
                };
                values.iter().map(row).unzip()
            };
            let metrics = [MetricName::Mae, MetricName::Rmse, MetricName::R2];
            let (truth, answers) = split(&values);
            same(&schema, &truth, &answers, &metrics);
            let rows: Vec<usize> = (0..values.len()).collect();
            let mut weights = vec![1; values.len()];
            weights[at] = 2;
            let twice = [&values[..], &values[at..=at]].concat();
            let (more_truth, more) = split(&twice);
            let all: Vec<usize> = (0..twice.len()).collect();
            let (one, other) =
                (Measured::new(&schema, &truth, &answers, &rows), Measured::new(&schema, &more_truth, &more, &all));
            for metric in metrics {
                let (a, b) = (one.value(metric, &weights), other.plain(metric));
                prop_assert!(a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-9), "{:?} {:?}", a, b);
            }
        }
    }

    /// Ten rows said at 0.8 of which six come true, ten at 0.3 of which four do: (2 + 1) / 20.
    #[test]
    fn the_calibration_error_is_the_mean_distance_of_its_bins() {
        let schema = schema(Task::Classification, &["no", "yes"]);
        let row = |p: f64, yes: bool| {
            let truth = Truth::Class(if yes { "yes" } else { "no" }.into());
            (truth, Answered { label: None, probabilities: Some(vec![1.0 - p, p]), value: None })
        };
        let rows = (0..10).map(|i| row(0.8, i < 6)).chain((0..10).map(|i| row(0.3, i < 4)));
        let (truth, answers): (Vec<_>, Vec<_>) = rows.unzip();
        let all: Vec<usize> = (0..20).collect();
        let found = Measured::new(&schema, &truth, &answers, &all).plain(MetricName::CalibrationError);
        assert!((found.unwrap() - 0.15).abs() < 1e-12, "{found:?}");
    }
}
