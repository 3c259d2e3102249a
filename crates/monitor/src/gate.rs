//! Champion against challenger on the same rows: what must hold before one replaces the other.
//!
//! Owns the order of the lines and what "passed" means; each kind of gate is a module below. Must not know who
//! promotes or where the rows come from.

mod judge;
mod measured;
mod outputs;
mod parts;

use tidegate_core::{
    run::{Comparison, ComparisonLine, GateMetric, GateRows, Gates, Limit, MetricGate, PairedTest},
    schema::{Answered, Schema, Task, Truth},
};

pub use outputs::{Disagreement, Outputs, answers_apart, disagreements};

use crate::{
    bins::short,
    bootstrap::{self, Figure},
    metric::MetricName,
    paired::{mcnemar, paired_t, wilcoxon},
    slices::Column,
};
use judge::{Difference, Sureness};
use measured::{Measured, usable};

/// The same rows answered by both models; slices of equal length.
#[derive(Debug, Clone, Copy)]
pub struct Paired<'a> {
    pub truth: &'a [Truth],
    pub champion: &'a [Answered],
    pub challenger: &'a [Answered],
}

/// All that a comparison looks at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The newest labelled rows.
    pub new: Paired<'a>,
    /// Their inputs, to look at parts of them; may be empty.
    pub columns: &'a [Column<'a>],
    /// Held-out rows of the reference.
    pub old: Option<Paired<'a>>,
    /// Recent traffic, as far as both answered it.
    pub outputs: Option<Outputs<'a>>,
    /// Parts of a cross-fitted comparison of the new rows; 0 where the challenger itself answered them.
    pub folds: u32,
    /// Median run time of champion and challenger, microseconds; 0 where not measured.
    pub latency_us: (f64, f64),
    /// Size of both files, bytes.
    pub bytes: (u64, u64),
    pub seed: u64,
}

/// Compares the two.
///
/// The primary metric, accuracy or RMSE, decides. On new rows the lower end of the improvement's interval must not be
/// worse than `new_margin`; on old rows the improvement itself must not be worse than `old_margin`. For RMSE margins
/// are shares of the champion's RMSE. Metrics that are no gate inform.
pub fn compare(gates: &Gates, schema: &Schema, evidence: Evidence<'_>) -> Comparison {
    let new = Rows::new(schema, evidence.new, gates, evidence.seed);
    let old = evidence.old.map(|old| Rows::new(schema, old, gates, evidence.seed));
    let mut lines = vec![];
    if let Some(primary) = primary(schema) {
        lines.push(new.on_new_rows(primary, gates));
        lines.extend(old.as_ref().map(|old| old.on_old_rows(primary, gates)));
        for (rows, which) in [(Some(&new), GateRows::New), (old.as_ref(), GateRows::Old)] {
            lines.extend(rows.into_iter().flat_map(|rows| rows.further(primary, which, gates)));
        }
        lines.extend(
            gates.slices.as_ref().map(|gate| {
                parts::line(gate, gates.confidence, &new.worths(), evidence.columns, evidence.seed)
            }),
        );
    }
    let judged = lines.first().is_some_and(|line| line.passed == Some(true));
    lines.push(latency(gates, evidence.latency_us));
    lines.push(size(gates, evidence.bytes));
    lines.extend(evidence.outputs.iter().flat_map(|outputs| outputs::lines(&gates.outputs, outputs)));
    let passed = judged && lines.iter().all(|line| line.passed != Some(false));
    let more_rows =
        lines.iter().filter(|line| line.passed == Some(false)).filter_map(|line| line.more_rows).max();
    let rows_old = old.map_or(0, |old| old.n());
    Comparison { rows_new: new.n(), rows_old, folds: evidence.folds, lines, passed, more_rows }
}

/// Every metric of both models on the same rows, for information; `which` says what rows these are.
pub fn informing(schema: &Schema, rows: Paired<'_>, which: &str) -> Vec<ComparisonLine> {
    let rows = Rows::new(schema, rows, &Gates::default(), 0);
    let told = rows.differences.iter();
    told.map(|difference| rows.with_test(difference.name, difference.informing(which))).collect()
}

fn primary(schema: &Schema) -> Option<MetricName> {
    match schema.task {
        Task::Classification => Some(MetricName::Accuracy),
        Task::Regression => Some(MetricName::Rmse),
        Task::Other => None,
    }
}

/// All that a task has, the primary one first.
fn metrics(task: Task) -> &'static [MetricName] {
    match task {
        Task::Classification => &[
            MetricName::Accuracy,
            MetricName::F1,
            MetricName::RocAuc,
            MetricName::LogLoss,
            MetricName::Brier,
            MetricName::CalibrationError,
        ],
        Task::Regression => &[MetricName::Rmse, MetricName::Mae, MetricName::R2],
        Task::Other => &[],
    }
}

fn name_of(metric: GateMetric) -> MetricName {
    match metric {
        GateMetric::Accuracy => MetricName::Accuracy,
        GateMetric::F1 => MetricName::F1,
        GateMetric::RocAuc => MetricName::RocAuc,
        GateMetric::LogLoss => MetricName::LogLoss,
        GateMetric::Brier => MetricName::Brier,
        GateMetric::CalibrationError => MetricName::CalibrationError,
        GateMetric::Mae => MetricName::Mae,
        GateMetric::Rmse => MetricName::Rmse,
        GateMetric::R2 => MetricName::R2,
    }
}

/// Rows with both models' metrics on them.
struct Rows<'a> {
    usable: Vec<usize>,
    champion: Measured<'a>,
    challenger: Measured<'a>,
    differences: Vec<Difference>,
    sureness: Sureness,
}

impl<'a> Rows<'a> {
    fn new(schema: &Schema, rows: Paired<'a>, gates: &Gates, seed: u64) -> Self {
        let usable = usable(schema, rows);
        let champion = Measured::new(schema, rows.truth, rows.champion, &usable);
        let challenger = Measured::new(schema, rows.truth, rows.challenger, &usable);
        let sureness = Sureness { confidence: gates.confidence, rows: usable.len() as u32 };
        let differences = differences(schema.task, &champion, &challenger, sureness, seed);
        Self { usable, champion, challenger, differences, sureness }
    }
    /// Rows that both models answered.
    fn n(&self) -> u32 {
        self.usable.len() as u32
    }
    fn difference(&self, name: MetricName) -> Option<&Difference> {
        self.differences.iter().find(|difference| difference.name == name)
    }
    fn on_new_rows(&self, name: MetricName, gates: &Gates) -> ComparisonLine {
        let missing = gates.min_rows.max(1).saturating_sub(self.n());
        let Some(difference) = self.difference(name).filter(|_| self.n() > 0) else {
            return judge::undecided(name, "new", Some(false), judge::label_more(missing), Some(missing));
        };
        let line = match missing {
            0 => difference.surely_keeps("new", difference.scaled(gates.new_margin), self.sureness),
            missing => ComparisonLine {
                more_rows: Some(missing),
                ..difference.line("new", Some(false), judge::label_more(missing))
            },
        };
        self.with_test(name, line)
    }
    fn on_old_rows(&self, name: MetricName, gates: &Gates) -> ComparisonLine {
        let (n, least) = (self.n(), gates.min_rows.max(1));
        let too_few = || format!("{n} rows decide nothing, {least} would");
        match self.difference(name) {
            Some(difference) if n >= least => {
                let allowed = difference.scaled(gates.old_margin);
                let kept = difference.improvement() >= -allowed;
                let reason = format!(
                    "{}change {}, may be worse by {}",
                    if kept { "" } else { "forgets old data: " },
                    judge::signed(difference.improvement()),
                    short(allowed)
                );
                self.with_test(name, difference.line("old", Some(kept), reason))
            }
            Some(difference) => difference.line("old", None, too_few()),
            None => judge::undecided(name, "old", None, too_few(), None),
        }
    }
    /// The metrics beside the primary one: gates where the plan names them, else for information.
    fn further(&self, primary: MetricName, which: GateRows, gates: &Gates) -> Vec<ComparisonLine> {
        let (words, mut lines) = (if which == GateRows::New { "new" } else { "old" }, Vec::new());
        let named = |gate: &&MetricGate| gate.rows == which;
        for gate in gates.metrics.iter().filter(named) {
            let name = name_of(gate.metric);
            lines.push(match self.difference(name) {
                Some(difference) => self.with_test(name, self.limited(difference, words, gate.limit, gates)),
                None => {
                    judge::undecided(name, words, Some(false), "the rows have no such metric".into(), None)
                }
            });
        }
        let decides = |name: MetricName| {
            name == primary || gates.metrics.iter().filter(named).any(|gate| name_of(gate.metric) == name)
        };
        let informing = self.differences.iter().filter(|difference| !decides(difference.name));
        lines
            .extend(informing.map(|difference| self.with_test(difference.name, difference.informing(words))));
        lines
    }
    fn limited(&self, difference: &Difference, which: &str, limit: Limit, gates: &Gates) -> ComparisonLine {
        let missing = gates.min_rows.max(1).saturating_sub(self.n());
        if missing > 0 {
            let line = difference.line(which, Some(false), judge::label_more(missing));
            return ComparisonLine { more_rows: (which == "new").then_some(missing), ..line };
        }
        match limit {
            Limit::Reach { value } => difference.reaches(which, value),
            Limit::Keep { share } => difference.keeps(which, share),
            Limit::SurelyKeep { margin } => difference.surely_keeps(which, margin, self.sureness),
        }
    }
    /// Improvement of each row, and the mean error of the champion; 0 for classifiers.
    fn worths(&self) -> parts::Worths<'_> {
        let pairs = self.challenger.worth().into_iter().zip(self.champion.worth());
        let scale = self.difference(MetricName::Mae).map(|difference| difference.champion);
        parts::Worths {
            rows: &self.usable,
            gains: pairs.map(|(after, before)| after - before).collect(),
            scale,
        }
    }
    /// What decides between two models is on which rows they differ.
    fn with_test(&self, name: MetricName, line: ComparisonLine) -> ComparisonLine {
        let Some((test, words)) = self.test(name) else { return line };
        let reason = format!("{}{words}{} p = {})", line.reason, short_name(&test.name), short(test.p));
        ComparisonLine { reason, test: Some(test), ..line }
    }
    fn test(&self, name: MetricName) -> Option<(PairedTest, String)> {
        let gains = || self.worths().gains;
        match (name, &self.champion, &self.challenger) {
            (MetricName::Accuracy, ..) => {
                let gains = gains();
                let of = |sign: f64| gains.iter().filter(|gain| **gain == sign).count() as u64;
                let (gained, lost) = (of(1.0), of(-1.0));
                Some((mcnemar(gained, lost), format!("; {gained} rows newly right, {lost} newly wrong (")))
            }
            (MetricName::Mae, ..) => Some((wilcoxon(&gains())?, " (".into())),
            (
                MetricName::Rmse,
                Measured::Numbers { errors: before, .. },
                Measured::Numbers { errors: after, .. },
            ) => {
                let pairs = before.iter().zip(after);
                let squares: Vec<f64> =
                    pairs.map(|(before, after)| after * after - before * before).collect();
                Some((paired_t(&squares)?, " (".into()))
            }
            _ => None,
        }
    }
}

/// In a sentence the variant of a test is too much.
fn short_name(name: &str) -> &str {
    name.split(',').next().unwrap_or(name)
}

/// Every metric that both models have on these rows.
fn differences(
    task: Task,
    champion: &Measured<'_>,
    challenger: &Measured<'_>,
    sureness: Sureness,
    seed: u64,
) -> Vec<Difference> {
    let both = |name: &MetricName| Some((*name, champion.plain(*name)?, challenger.plain(*name)?));
    let found: Vec<_> = metrics(task).iter().filter_map(both).collect();
    let figure = |name: MetricName| {
        move |weights: &[u32]| Some(challenger.value(name, weights)? - champion.value(name, weights)?)
    };
    let figures: Vec<_> = found.iter().map(|(name, ..)| figure(*name)).collect();
    let figures: Vec<Figure<'_>> = figures.iter().map(|figure| figure as Figure<'_>).collect();
    let intervals = bootstrap::intervals(sureness.rows as usize, &figures, sureness.confidence, seed);
    let pairs = found.into_iter().zip(intervals);
    pairs
        .map(|((name, champion, challenger), interval)| Difference { name, champion, challenger, interval })
        .collect()
}

fn latency(gates: &Gates, (champion, challenger): (f64, f64)) -> ComparisonLine {
    growth("median run time", "µs", (champion, challenger), Some(gates.latency_factor))
}

fn size(gates: &Gates, (champion, challenger): (u64, u64)) -> ComparisonLine {
    growth("file size", "bytes", (champion as f64, challenger as f64), gates.size_factor)
}

/// A cost that may grow by a factor.
fn growth(what: &str, unit: &str, (champion, challenger): (f64, f64), most: Option<f64>) -> ComparisonLine {
    let measured = champion > 0.0 && challenger > 0.0;
    let factor = challenger / champion;
    let reason = match (measured, most) {
        (true, Some(most)) => format!("{} times the champion's, may be {}", short(factor), short(most)),
        (true, None) => format!("{} times the champion's; for information", short(factor)),
        (false, _) => "not measured".to_owned(),
    };
    ComparisonLine {
        what: what.to_owned(),
        unit: unit.to_owned(),
        champion,
        challenger,
        difference: challenger - champion,
        passed: most.filter(|_| measured).map(|most| factor <= most),
        reason,
        ..ComparisonLine::default()
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
