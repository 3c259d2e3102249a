//! A version on trial against the champion, on the requests that each of them answered in the same time.
//!
//! Owns what is counted of each side, the checks, and when a step has passed. They answered different requests, so
//! differences are judged as between independent samples. Must not know how requests are shared out.

use std::collections::VecDeque;

use tidegate_core::{
    Time,
    canary::{CanaryCheck, CanaryCheckKind, CanaryTolerance},
    schema::Answered,
};

use crate::{
    accuracy::{Errors, Mean, Tally, newcombe},
    bins::short,
    column::{Counts, Reference},
    drift::drift,
    latency::Latency,
    metric::{Z95, wilson},
};

/// The newest answers of a side that are kept to compare them.
const MOST_ANSWERS: usize = 4_000;
/// Fewer requests than this on a side decide nothing.
const LEAST_REQUESTS: u64 = 20;
/// Fewer answers on a side show no distribution.
const LEAST_ANSWERS: u64 = 50;
/// So much worse than is tolerated, surely, and there is nothing to wait for.
const GROSS: f64 = 0.1;

/// What one version did.
#[derive(Debug, Clone, Default)]
pub struct Side {
    pub requests: u64,
    pub failed: u64,
    /// Of answered requests, from arrival to answer.
    pub total: Latency,
    /// The newest.
    pub answers: VecDeque<Answered>,
    /// Of labelled answers; `None` where the task has no accuracy.
    pub tally: Option<Tally>,
}

impl Side {
    /// Counts a request; `total_us` of one that was answered.
    pub fn add(&mut self, total_us: Option<u32>, answers: &[Answered]) {
        self.requests += 1;
        match total_us {
            Some(us) => self.total.record(us.into()),
            None => self.failed += 1,
        }
        self.add_answers(answers);
    }

    pub fn add_answers(&mut self, answers: &[Answered]) {
        let newest = &answers[answers.len().saturating_sub(MOST_ANSWERS)..];
        let surplus = (self.answers.len() + newest.len()).saturating_sub(MOST_ANSWERS);
        self.answers.drain(..surplus);
        let kept = |answer: &Answered| Answered { probabilities: None, ..answer.clone() };
        self.answers.extend(newest.iter().map(kept));
    }

    fn p95_ms(&self) -> Option<f64> {
        self.total.quantile(0.95).map(|us| us / 1e3)
    }

    fn error_share(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.failed as f64 / self.requests as f64)
    }
}

/// Every measure that says something of these two.
pub fn checks(
    champion: &Side,
    challenger: &Side,
    tolerance: &CanaryTolerance,
    alerts: &[String],
) -> Vec<CanaryCheck> {
    let mut checks = vec![errors(champion, challenger, tolerance), latency(champion, challenger, tolerance)];
    checks.extend(outputs(champion, challenger, tolerance));
    checks.extend(labelled(champion, challenger, tolerance));
    checks.push(alerted(alerts));
    checks
}

fn errors(champion: &Side, challenger: &Side, tolerance: &CanaryTolerance) -> CanaryCheck {
    let (mine, theirs) = ((challenger.failed, challenger.requests), (champion.failed, champion.requests));
    let enough = challenger.requests >= LEAST_REQUESTS && champion.requests >= LEAST_REQUESTS;
    let passed = enough.then(|| newcombe(mine, theirs).0 <= tolerance.errors);
    let told = |side: &Side| format!("{} of {} requests", side.failed, side.requests);
    let reason = match passed {
        None => too_few(champion.requests, challenger.requests, "requests"),
        Some(true) => format!("it failed {}, the champion {}", told(challenger), told(champion)),
        Some(false) => format!(
            "it failed {}, the champion {}: surely more than {} more",
            told(challenger),
            told(champion),
            points(tolerance.errors)
        ),
    };
    CanaryCheck {
        kind: CanaryCheckKind::Errors,
        champion: champion.error_share(),
        challenger: challenger.error_share(),
        limit: champion.error_share().map(|share| (share + tolerance.errors).min(1.0)),
        champion_n: champion.requests,
        challenger_n: challenger.requests,
        passed,
        reason,
    }
}

/// The champion's p95 with what is tolerated; milliseconds.
fn latency_limit(champion: &Side, tolerance: &CanaryTolerance) -> Option<f64> {
    let p95 = champion.p95_ms()?;
    Some((p95 * tolerance.latency_factor).max(p95 + tolerance.latency_ms))
}

fn latency(champion: &Side, challenger: &Side, tolerance: &CanaryTolerance) -> CanaryCheck {
    let (mine, limit) = (challenger.p95_ms(), latency_limit(champion, tolerance));
    let (champion_n, challenger_n) = (champion.total.count(), challenger.total.count());
    let enough = champion_n >= LEAST_REQUESTS && challenger_n >= LEAST_REQUESTS;
    let passed = mine.zip(limit).filter(|_| enough).map(|(mine, limit)| mine <= limit);
    let ms = |value: Option<f64>| value.map_or_else(|| "–".into(), |ms| format!("{} ms", short(ms)));
    let reason = match passed {
        None => too_few(champion_n, challenger_n, "answers"),
        Some(passed) => format!(
            "95% of its answers took {} at most, the champion's {}: {} {}",
            ms(mine),
            ms(champion.p95_ms()),
            if passed { "up to" } else { "more than" },
            ms(limit)
        ),
    };
    let (kind, champion) = (CanaryCheckKind::Latency, champion.p95_ms());
    CanaryCheck { kind, champion, challenger: mine, limit, champion_n, challenger_n, passed, reason }
}

/// `None` for models whose answers are neither classes nor numbers.
fn outputs(champion: &Side, challenger: &Side, tolerance: &CanaryTolerance) -> Option<CanaryCheck> {
    let (champion_n, challenger_n) = (champion.answers.len() as u64, challenger.answers.len() as u64);
    let check = |challenger, passed, reason| CanaryCheck {
        kind: CanaryCheckKind::Outputs,
        champion: None,
        challenger,
        limit: Some(tolerance.psi),
        champion_n,
        challenger_n,
        passed,
        reason,
    };
    if champion_n.min(challenger_n) < LEAST_ANSWERS {
        return Some(check(None, None, too_few(champion_n, challenger_n, "answers")));
    }
    let reference = reference(&champion.answers)?;
    let found = drift(&reference, &counts(&reference, &challenger.answers), LEAST_ANSWERS, tolerance.psi);
    let surely = found.psi > tolerance.psi && found.psi > found.psi_noise;
    let than = match (found.psi > tolerance.psi, surely) {
        (false, _) => format!("up to {}", short(tolerance.psi)),
        (true, true) => format!("more than {}", short(tolerance.psi)),
        (true, false) => format!("as so few answers show by chance (up to {})", short(found.psi_noise)),
    };
    let reason = format!("PSI {} between the answers of both: {than}", short(found.psi));
    Some(check(Some(found.psi), Some(!surely), reason))
}

fn reference(answers: &VecDeque<Answered>) -> Option<Reference> {
    if answers.iter().any(|answer| answer.label.is_some()) {
        let labels: Vec<_> = answers.iter().map(|answer| answer.label.clone()).collect();
        return Some(Reference::categorical("answers", &labels));
    }
    let values: Vec<f64> = answers.iter().filter_map(|answer| answer.value).collect();
    (!values.is_empty()).then(|| Reference::numeric("answers", &values))
}

fn counts(reference: &Reference, answers: &VecDeque<Answered>) -> Counts {
    let mut counts = Counts::new(reference);
    for answer in answers {
        match (&answer.label, answer.value) {
            (Some(label), _) => counts.add_category(reference, label),
            (None, Some(value)) => counts.add_number(reference, value),
            (None, None) => counts.add_missing(),
        }
    }
    counts
}

/// `None` without labels that say something.
fn labelled(champion: &Side, challenger: &Side, tolerance: &CanaryTolerance) -> Option<CanaryCheck> {
    match (champion.tally.as_ref()?, challenger.tally.as_ref()?) {
        (Tally::Classification(theirs), Tally::Classification(mine)) => {
            let right = |confusion: &crate::accuracy::Confusion| -> (u64, u64) {
                let right = confusion.rows.iter().map(|(truth, answers)| answers.get(truth).unwrap_or(&0));
                let n = confusion.rows.values().flat_map(|answers| answers.values()).sum();
                (right.sum(), n)
            };
            Some(accuracy(right(theirs), right(mine), tolerance))
        }
        (Tally::Regression(theirs), Tally::Regression(mine)) => Some(error(theirs, mine, tolerance)),
        _ => None,
    }
}

fn accuracy(theirs: (u64, u64), mine: (u64, u64), tolerance: &CanaryTolerance) -> CanaryCheck {
    let least = u64::from(tolerance.min_labels);
    let enough = theirs.1.min(mine.1) >= least;
    // Of the difference: what it may be at best.
    let passed = enough.then(|| newcombe(mine, theirs).1 >= -tolerance.accuracy);
    let share = |(right, n): (u64, u64)| (n > 0).then(|| right as f64 / n as f64);
    let percent =
        |share: Option<f64>| share.map_or_else(|| "–".into(), |share| format!("{:.1}%", share * 100.0));
    let both = format!(
        "{} of {} labelled answers were right, the champion's {} of {}",
        percent(share(mine)),
        mine.1,
        percent(share(theirs)),
        theirs.1
    );
    let reason = match passed {
        None => format!("{} and {} labelled answers, {least} of each are needed", theirs.1, mine.1),
        Some(true) => both,
        Some(false) => format!("{both}: surely worse by more than {}", points(tolerance.accuracy)),
    };
    CanaryCheck {
        kind: CanaryCheckKind::Accuracy,
        champion: share(theirs),
        challenger: share(mine),
        limit: share(theirs).map(|share| (share - tolerance.accuracy).max(0.0)),
        champion_n: theirs.1,
        challenger_n: mine.1,
        passed,
        reason,
    }
}

/// The difference of two means by its normal interval (Welch).
fn error(theirs: &Errors, mine: &Errors, tolerance: &CanaryTolerance) -> CanaryCheck {
    let mean = |errors: &Errors| Mean { n: errors.n, sum: errors.abs_e, squares: errors.e2 };
    let (theirs, mine) = (mean(theirs), mean(mine));
    let least = u64::from(tolerance.min_labels);
    let judged = theirs.mean().zip(mine.mean()).filter(|_| theirs.n.min(mine.n) >= least);
    let limit = theirs.mean().map(|error| error * (1.0 + tolerance.accuracy));
    let passed = judged.map(|(their_error, my_error)| {
        let squared = |mean: &Mean| mean.standard_error().map_or(0.0, |error| error * error);
        let low = my_error - their_error - Z95 * (squared(&theirs) + squared(&mine)).sqrt();
        low <= their_error * tolerance.accuracy
    });
    let said = |mean: &Mean| mean.mean().map_or_else(|| "–".into(), short);
    let both = format!(
        "mean absolute error {} on {} labelled answers, the champion's {} on {}",
        said(&mine),
        mine.n,
        said(&theirs),
        theirs.n
    );
    let reason = match passed {
        None => format!("{} and {} labelled answers, {least} of each are needed", theirs.n, mine.n),
        Some(true) => both,
        Some(false) => format!("{both}: surely worse by more than {:.1}%", tolerance.accuracy * 100.0),
    };
    CanaryCheck {
        kind: CanaryCheckKind::MeanAbsoluteError,
        champion: theirs.mean(),
        challenger: mine.mean(),
        limit,
        champion_n: theirs.n,
        challenger_n: mine.n,
        passed,
        reason,
    }
}

fn alerted(alerts: &[String]) -> CanaryCheck {
    CanaryCheck {
        kind: CanaryCheckKind::Alerts,
        champion: None,
        challenger: Some(alerts.len() as f64),
        limit: Some(0.0),
        champion_n: 0,
        challenger_n: 0,
        passed: Some(alerts.is_empty()),
        reason: match alerts.first() {
            None => "no alert fired since it began".into(),
            Some(first) => format!("an alert fired since it began: {first}"),
        },
    }
}

fn too_few(champion: u64, challenger: u64, of: &str) -> String {
    format!("too few {of} to say: {challenger}, of the champion {champion}")
}

fn points(share: f64) -> String {
    let points = short(share * 100.0);
    format!("{points} {}", if points == "1" { "point" } else { "points" })
}

/// A step as its end is decided.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    pub began: Time,
    pub now: Time,
    pub lasts_ms: i64,
    pub min_requests: u64,
    pub tolerance: &'a CanaryTolerance,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Too early to say.
    Wait,
    Passed,
    /// Why, in words.
    Failed(String),
}

impl Trial<'_> {
    /// Whether the step goes on, passed, or shows that the challenger is worse. What is grossly worse is not waited for.
    pub fn verdict(&self, champion: &Side, challenger: &Side, checks: &[CanaryCheck]) -> Verdict {
        if let Some(reason) = self.gross(champion, challenger) {
            return Verdict::Failed(reason);
        }
        if let Some(alert) =
            checks.iter().find(|c| c.kind == CanaryCheckKind::Alerts && c.passed == Some(false))
        {
            return Verdict::Failed(alert.reason.clone());
        }
        let left_ms = self.lasts_ms - self.now.since(self.began);
        if left_ms > 0 || challenger.requests < self.min_requests {
            return Verdict::Wait;
        }
        let failed: Vec<_> = checks.iter().filter(|check| check.passed == Some(false)).collect();
        match failed.is_empty() {
            true => Verdict::Passed,
            false => {
                let reasons: Vec<_> = failed.iter().map(|check| check.reason.as_str()).collect();
                Verdict::Failed(reasons.join("; "))
            }
        }
    }

    fn gross(&self, champion: &Side, challenger: &Side) -> Option<String> {
        if champion.requests.min(challenger.requests) < LEAST_REQUESTS {
            return None;
        }
        let failed = (challenger.failed, challenger.requests);
        if newcombe(failed, (champion.failed, champion.requests)).0 > self.tolerance.errors + GROSS {
            return Some(errors(champion, challenger, self.tolerance).reason);
        }
        let limit = latency_limit(champion, self.tolerance)?;
        let edges = [0.0, limit * 1e3, f64::INFINITY];
        let slow = *challenger.total.histogram(&edges).last()?;
        // Not one in twenty but most of them are slower than that.
        let most = wilson(slow, challenger.total.count()).0 > 0.5;
        most.then(|| latency(champion, challenger, self.tolerance).reason)
    }
}

#[cfg(test)]
#[path = "canary_tests.rs"]
mod tests;
