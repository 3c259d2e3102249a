//! One metric of both models, and what is said of the difference: passed, held, or how many more rows would tell.

use tidegate_core::run::ComparisonLine;

use crate::{bins::short, metric::MetricName, special::normal_quantile};

/// How often an estimate of further rows is enough to decide.
const POWER: f64 = 0.8;
/// Beyond so many further rows the two are as good as equal.
const MOST_FURTHER: f64 = 10_000_000.0;

/// One metric of both models; improvement is positive where the challenger is better.
pub(super) struct Difference {
    pub name: MetricName,
    pub champion: f64,
    pub challenger: f64,
    /// Of challenger minus champion.
    pub interval: Option<(f64, f64)>,
}

/// How sure an interval over so many rows is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sureness {
    pub confidence: f64,
    pub rows: u32,
}

impl Sureness {
    /// "95%".
    fn words(self) -> String {
        format!("{}%", short(self.confidence * 100.0))
    }
}

impl Difference {
    pub fn improvement(&self) -> f64 {
        self.oriented(self.challenger - self.champion)
    }
    fn oriented(&self, difference: f64) -> f64 {
        if self.name.higher_is_better() { difference } else { -difference }
    }
    /// The interval of the improvement.
    fn bounds(&self) -> (f64, f64) {
        let (low, high) =
            self.interval.unwrap_or((self.challenger - self.champion, self.challenger - self.champion));
        let (a, b) = (self.oriented(low), self.oriented(high));
        (a.min(b), a.max(b))
    }
    /// A margin in the metric's unit: given so, or as a share of the champion's error.
    pub fn scaled(&self, margin: f64) -> f64 {
        if self.name.higher_is_better() { margin } else { margin * self.champion }
    }
    pub fn line(&self, which: &str, passed: Option<bool>, reason: String) -> ComparisonLine {
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
            ..ComparisonLine::default()
        }
    }
    pub fn informing(&self, which: &str) -> ComparisonLine {
        let words = match self.bounds() {
            (least, _) if least > 0.0 => "better",
            (_, most) if most < 0.0 => "worse",
            _ if self.improvement() == 0.0 => "unchanged",
            _ => "no sure difference",
        };
        self.line(which, None, format!("{words}; for information"))
    }
    /// The challenger's value alone decides.
    pub fn reaches(&self, which: &str, value: f64) -> ComparisonLine {
        let (reached, bound) = match self.name.higher_is_better() {
            true => (self.challenger >= value, "at least"),
            false => (self.challenger <= value, "at most"),
        };
        let reason = format!("{}, must be {bound} {}", short(self.challenger), short(value));
        self.line(which, Some(reached), reason)
    }
    /// Worse by a share of the champion's value at most.
    pub fn keeps(&self, which: &str, share: f64) -> ComparisonLine {
        let allowed = share * self.champion.abs();
        let change = match self.champion {
            0.0 => signed(self.improvement()),
            champion => format!("{}%", signed(100.0 * self.improvement() / champion.abs())),
        };
        let reason = format!("change {change}, may be worse by {}%", short(100.0 * share));
        self.line(which, Some(self.improvement() >= -allowed), reason)
    }
    /// Passed where the improvement is surely above minus the margin; held where it is surely below; else the rows
    /// that would settle it.
    pub fn surely_keeps(&self, which: &str, margin: f64, sureness: Sureness) -> ComparisonLine {
        let (improvement, (least, most)) = (self.improvement(), self.bounds());
        let said =
            format!("{}, at least {} at {} confidence", signed(improvement), signed(least), sureness.words());
        if least >= -margin {
            return self.line(which, Some(true), format!("improvement {said}"));
        }
        if most < -margin {
            return self.line(which, Some(false), format!("surely worse: {said}"));
        }
        let more_rows = self.further(margin, sureness);
        let ask = match more_rows {
            Some(rows) => label_more(rows),
            None => "the two are too much alike for any number of labels to tell".into(),
        };
        ComparisonLine {
            more_rows,
            ..self.line(which, Some(false), format!("not sure yet, {ask}: improvement {said}"))
        }
    }
    /// Further rows after which the interval lies on one side of the margin four times of five, if the improvement
    /// stays as it is: n = ((z + z') s / d)^2 rows in all, where z belongs to the confidence, z' to the power, d is
    /// the distance of the improvement from the margin and s the deviation of a row's part in it, from the width of
    /// the interval. That of a difference of shares is, where few rows differ, taken as if two more did.
    fn further(&self, margin: f64, sureness: Sureness) -> Option<u32> {
        let rows = f64::from(sureness.rows);
        let z = normal_quantile(0.5 + sureness.confidence / 2.0);
        let (least, most) = self.bounds();
        let deviation = (most - least) / (2.0 * z) * rows.sqrt();
        let deviation = match self.name {
            MetricName::Accuracy => deviation.max((2.0 / (rows + 2.0)).sqrt()),
            _ => deviation,
        };
        let distance = (self.improvement() + margin).abs();
        let needed = ((z + normal_quantile(POWER)) * deviation / distance).powi(2);
        let further = (needed - rows).ceil().max(1.0);
        (further <= MOST_FURTHER).then_some(further as u32)
    }
}

/// A metric that was not measured.
pub(super) fn undecided(
    name: MetricName,
    which: &str,
    passed: Option<bool>,
    reason: String,
    more_rows: Option<u32>,
) -> ComparisonLine {
    let line =
        Difference { name, champion: 0.0, challenger: 0.0, interval: None }.line(which, passed, reason);
    ComparisonLine { more_rows, ..line }
}

pub(super) fn label_more(rows: u32) -> String {
    format!("label {rows} more rows to decide")
}

fn unit(name: MetricName) -> &'static str {
    match name {
        MetricName::Accuracy => "share",
        MetricName::LogLoss => "nats",
        MetricName::Mae | MetricName::Rmse => "target's unit",
        _ => "",
    }
}

pub(super) fn signed(value: f64) -> String {
    let text = short(value.abs());
    match text.as_str() {
        "0" => text,
        _ if value < 0.0 => format!("-{text}"),
        _ => format!("+{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0.04 better with a deviation of 0.4 a row, seen on 400 rows: ((1.96 + 0.842) 0.4 / 0.04)^2 = 785.
    #[test]
    fn further_rows_are_those_of_a_test_of_that_power() {
        let half = 1.959_964 * 0.4 / 20.0;
        let interval = Some((0.04 - half, 0.04 + half));
        let difference = Difference { name: MetricName::F1, champion: 0.7, challenger: 0.74, interval };
        let sureness = Sureness { confidence: 0.95, rows: 400 };
        assert_eq!(difference.further(0.0, sureness), Some(385));
        let surer = Sureness { confidence: 0.99, rows: 400 };
        assert!(
            difference.further(0.0, surer) < Some(385),
            "the same width at more confidence is a smaller deviation"
        );
        assert_eq!(difference.further(-0.04, sureness), None, "no rows tell equal models apart");
    }

    #[test]
    fn limits_are_judged_by_the_direction_of_the_metric() {
        let auc = Difference {
            name: MetricName::RocAuc,
            champion: 0.9,
            challenger: 0.88,
            interval: Some((-0.03, -0.01)),
        };
        let loss = Difference { name: MetricName::LogLoss, champion: 0.5, challenger: 0.52, interval: None };
        let passed = |line: ComparisonLine| line.passed.unwrap();
        assert!(passed(auc.reaches("new", 0.88)) && !passed(auc.reaches("new", 0.9)));
        assert!(passed(loss.reaches("new", 0.52)) && !passed(loss.reaches("new", 0.5)));
        assert!(passed(auc.keeps("new", 0.03)) && !passed(auc.keeps("new", 0.02)));
        assert!(passed(loss.keeps("new", 0.05)) && !passed(loss.keeps("new", 0.03)));
        let sureness = Sureness { confidence: 0.95, rows: 100 };
        assert!(passed(auc.surely_keeps("new", 0.03, sureness)));
        let held = auc.surely_keeps("new", 0.005, sureness);
        assert!(held.reason.starts_with("surely worse: -0.02, at least -0.03 at 95%"), "{}", held.reason);
        let unsure = auc.surely_keeps("new", 0.025, sureness);
        assert!(
            unsure.more_rows.is_some() && unsure.reason.starts_with("not sure yet, label "),
            "{}",
            unsure.reason
        );
    }
}
