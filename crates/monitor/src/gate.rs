//! Champion against challenger on the same held-out rows: what must hold before one replaces the other.
//!
//! Owns the decisions and their reasons in words. Must not know who promotes or where the rows come from.

use tidegate_core::{
    run::{Comparison, ComparisonLine, Gates},
    schema::{Answered, Schema, Task, Truth},
};

use crate::{
    accuracy::predicted,
    bins::short,
    bootstrap::{self, Terms},
    evaluate::{Evaluation, evaluate, log_loss},
    metric::MetricName,
    special::sign_test,
};

/// The same rows answered by both models; slices of equal length.
#[derive(Debug, Clone, Copy)]
pub struct Paired<'a> {
    pub truth: &'a [Truth],
    pub champion: &'a [Answered],
    pub challenger: &'a [Answered],
}

/// Compares the two on the newest labelled rows, on held-out rows of the reference, and by median run time
/// (champion, challenger; microseconds, 0 where not measured).
///
/// The primary metric, accuracy or RMSE, decides. On new rows the lower end of the 95% interval of the
/// improvement must not be worse than `new_margin`; on old rows the improvement itself must not be worse than
/// `old_margin`. For RMSE margins are shares of the champion's RMSE. Other metrics inform.
pub fn compare(
    gates: &Gates,
    schema: &Schema,
    new: Paired,
    old: Option<Paired>,
    latency_us: (f64, f64),
    seed: u64,
) -> Comparison {
    let new = Rows::new(schema, new);
    let old = old.map(|old| Rows::new(schema, old));
    let mut lines = vec![];
    if let Some(primary) = primary(schema) {
        lines.push(new.on_new_rows(primary, gates, seed));
        lines.extend(old.as_ref().map(|old| old.on_old_rows(primary, gates, seed)));
        lines.extend(informing(schema).iter().filter_map(|name| new.informing(*name, seed)));
    }
    let judged = lines.first().is_some_and(|line| line.passed == Some(true));
    lines.push(latency(gates, latency_us));
    let passed = judged && lines.iter().all(|line| line.passed != Some(false));
    let rows_old = old.map_or(0, |old| old.n());
    Comparison { rows_new: new.n(), rows_old, lines, passed }
}

fn primary(schema: &Schema) -> Option<MetricName> {
    match schema.task {
        Task::Classification => Some(MetricName::Accuracy),
        Task::Regression => Some(MetricName::Rmse),
        Task::Other => None,
    }
}

fn informing(schema: &Schema) -> &'static [MetricName] {
    match schema.task {
        Task::Classification => &[MetricName::F1, MetricName::RocAuc, MetricName::LogLoss],
        Task::Regression => &[MetricName::Mae, MetricName::R2],
        Task::Other => &[],
    }
}

/// Rows with both models' metrics on them.
struct Rows<'a> {
    schema: &'a Schema,
    rows: Paired<'a>,
    champion: Evaluation,
    challenger: Evaluation,
}

/// One metric of both models; improvement is positive where the challenger is better.
struct Difference {
    name: MetricName,
    champion: f64,
    challenger: f64,
    /// Of challenger minus champion.
    interval: Option<(f64, f64)>,
}

impl Difference {
    fn improvement(&self) -> f64 {
        self.oriented(self.challenger - self.champion)
    }
    /// The lower end of the improvement's interval.
    fn least(&self) -> f64 {
        let (low, high) = self.interval.unwrap_or((self.improvement(), self.improvement()));
        if self.name.higher_is_better() { low } else { self.oriented(high) }
    }
    fn oriented(&self, difference: f64) -> f64 {
        if self.name.higher_is_better() { difference } else { -difference }
    }
    /// How much worse it may be, in the metric's unit.
    fn margin(&self, margin: f64) -> f64 {
        if self.name.higher_is_better() { margin } else { margin * self.champion }
    }
    fn line(&self, which: &str, passed: Option<bool>, reason: String) -> ComparisonLine {
        ComparisonLine {
            what: format!("{}, {which} rows", self.name.title()),
            unit: unit(self.name).to_owned(),
            higher_is_better: self.name.higher_is_better(),
            champion: self.champion,
            challenger: self.challenger,
            difference: self.challenger - self.champion,
            low: self.interval.map(|(low, _)| low),
            high: self.interval.map(|(_, high)| high),
            passed,
            reason,
        }
    }
}

fn unit(name: MetricName) -> &'static str {
    match name {
        MetricName::Accuracy => "share",
        MetricName::LogLoss => "nats",
        MetricName::Mae | MetricName::Rmse => "target's unit",
        _ => "",
    }
}

impl<'a> Rows<'a> {
    fn new(schema: &'a Schema, rows: Paired<'a>) -> Self {
        let champion = evaluate(schema, rows.truth, rows.champion);
        let challenger = evaluate(schema, rows.truth, rows.challenger);
        Self { schema, rows, champion, challenger }
    }
    /// Rows that both models answered.
    fn n(&self) -> u32 {
        self.champion.n.min(self.challenger.n) as u32
    }
    fn difference(&self, name: MetricName, seed: u64) -> Option<Difference> {
        let (champion, challenger) = (self.champion.get(name)?, self.challenger.get(name)?);
        Some(Difference { name, champion, challenger, interval: self.interval(name, seed) })
    }
    fn on_new_rows(&self, name: MetricName, gates: &Gates, seed: u64) -> ComparisonLine {
        let n = self.n();
        let Some(difference) = self.difference(name, seed).filter(|_| n > 0) else {
            return undecided(
                name,
                "new",
                Some(false),
                format!("label {} more rows to decide", gates.min_rows.max(1)),
            );
        };
        let (passed, reason) = match gates.min_rows.checked_sub(n) {
            Some(missing) if missing > 0 => (false, format!("label {missing} more rows to decide")),
            _ => judge(&difference, gates.new_margin, n),
        };
        difference.line("new", Some(passed), self.with_discordant(name, reason))
    }
    fn on_old_rows(&self, name: MetricName, gates: &Gates, seed: u64) -> ComparisonLine {
        let n = self.n();
        match self.difference(name, seed) {
            Some(difference) if n >= gates.min_rows.max(1) => {
                let (passed, reason) = judge_old(&difference, gates.old_margin);
                difference.line("old", Some(passed), self.with_discordant(name, reason))
            }
            Some(difference) => difference.line("old", None, too_few(n, gates)),
            None => undecided(name, "old", None, too_few(n, gates)),
        }
    }
    fn informing(&self, name: MetricName, seed: u64) -> Option<ComparisonLine> {
        let difference = self.difference(name, seed)?;
        let words = match difference.improvement() {
            better if better > 0.0 => "better",
            worse if worse < 0.0 => "worse",
            _ => "unchanged",
        };
        Some(difference.line("new", None, format!("{words}; for information")))
    }

    /// On which rows only one of the two is right: what decides between classifiers.
    fn with_discordant(&self, name: MetricName, reason: String) -> String {
        if name != MetricName::Accuracy {
            return reason;
        }
        let (mut gained, mut lost) = (0, 0);
        for (champion, challenger) in self.right(self.rows.champion).zip(self.right(self.rows.challenger)) {
            gained += u64::from(challenger && !champion);
            lost += u64::from(champion && !challenger);
        }
        let p = short(sign_test(gained, lost));
        format!("{reason}; {gained} rows newly right, {lost} newly wrong (McNemar p = {p})")
    }
    fn right(&self, answers: &'a [Answered]) -> impl Iterator<Item = bool> + '_ {
        let labels = &self.schema.labels;
        let right = |(truth, answer): (&Truth, &'a Answered)| {
            predicted(answer, labels).is_some_and(|label| label == truth.class())
        };
        self.rows.truth.iter().zip(answers).map(right)
    }
    fn interval(&self, name: MetricName, seed: u64) -> Option<(f64, f64)> {
        let pairs = self.rows.champion.iter().zip(self.rows.challenger).zip(self.rows.truth);
        let terms = |((before, after), truth): ((&Answered, &Answered), &Truth)| {
            Some((self.terms(name, truth, before)?, self.terms(name, truth, after)?))
        };
        let (champion, challenger): (Vec<Terms>, Vec<Terms>) = pairs.filter_map(terms).unzip();
        let metric = |[a, b, c]: Terms| match name {
            MetricName::Rmse => a.sqrt(),
            MetricName::F1 => {
                if a > 0.0 {
                    2.0 * a / (2.0 * a + b + c)
                } else {
                    0.0
                }
            }
            _ => a,
        };
        bootstrap::difference(&champion, &challenger, metric, seed)
    }
    /// What a row adds to a metric's means; `None` for metrics and rows that have no such terms.
    fn terms(&self, name: MetricName, truth: &Truth, answer: &Answered) -> Option<Terms> {
        let flag = |yes: bool| f64::from(u8::from(yes));
        let error = || Some(answer.value? - truth.number()?).filter(|error| error.is_finite());
        let labels = &self.schema.labels;
        Some(match name {
            MetricName::Accuracy => [flag(predicted(answer, labels)? == truth.class()), 0.0, 0.0],
            MetricName::Rmse => [error()?.powi(2), 0.0, 0.0],
            MetricName::Mae => [error()?.abs(), 0.0, 0.0],
            MetricName::LogLoss => {
                let class = truth.class();
                let index = labels.iter().position(|label| *label == class)?;
                [log_loss(*answer.probabilities.as_ref()?.get(index)?), 0.0, 0.0]
            }
            MetricName::F1 => {
                let [_, positive] = labels.as_slice() else { return None };
                let (is, said) = (truth.class() == *positive, predicted(answer, labels)? == positive);
                [flag(is && said), flag(said && !is), flag(is && !said)]
            }
            _ => return None,
        })
    }
}

/// Passed where the improvement is surely above minus the margin; else what would settle it.
fn judge(difference: &Difference, margin: f64, n: u32) -> (bool, String) {
    let (improvement, least) = (difference.improvement(), difference.least());
    let margin = difference.margin(margin);
    let interval = format!("{}, at least {} at 95% confidence", signed(improvement), signed(least));
    if least >= -margin {
        return (true, format!("improvement {interval}"));
    }
    let room = improvement + margin;
    if room > 0.0 {
        let needed = f64::from(n) * ((improvement - least) / room).powi(2);
        let more = (needed - f64::from(n)).ceil().max(1.0);
        return (false, format!("improvement {interval}: not sure yet, label {more} more rows to decide"));
    }
    (false, format!("no improvement: {interval}"))
}

fn judge_old(difference: &Difference, margin: f64) -> (bool, String) {
    let (improvement, margin) = (difference.improvement(), difference.margin(margin));
    let allowed = short(margin);
    match improvement >= -margin {
        true => (true, format!("change {}, may be worse by {allowed}", signed(improvement))),
        false => {
            (false, format!("forgets old data: change {}, may be worse by {allowed}", signed(improvement)))
        }
    }
}

fn signed(value: f64) -> String {
    let text = short(value.abs());
    match text.as_str() {
        "0" => text,
        _ if value < 0.0 => format!("-{text}"),
        _ => format!("+{text}"),
    }
}

fn too_few(n: u32, gates: &Gates) -> String {
    format!("{n} rows decide nothing, {} would", gates.min_rows.max(1))
}

fn undecided(name: MetricName, which: &str, passed: Option<bool>, reason: String) -> ComparisonLine {
    Difference { name, champion: 0.0, challenger: 0.0, interval: None }.line(which, passed, reason)
}

fn latency(gates: &Gates, (champion, challenger): (f64, f64)) -> ComparisonLine {
    let measured = champion > 0.0 && challenger > 0.0;
    let factor = challenger / champion;
    let reason = match measured {
        true => format!("{} times the champion's, may be {}", short(factor), short(gates.latency_factor)),
        false => "not measured".to_owned(),
    };
    ComparisonLine {
        what: "median run time".to_owned(),
        unit: "µs".to_owned(),
        higher_is_better: false,
        champion,
        challenger,
        difference: challenger - champion,
        low: None,
        high: None,
        passed: measured.then_some(factor <= gates.latency_factor),
        reason,
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
