//! What the checks of a version show, over any range.

use tidegate_core::{
    Error, Result, Time, VersionId,
    alert::{Member, Severity},
    model::{Model, ModelSettings, Version},
};
use tidegate_monitor::quality::{CheckState, Evidence, Expectation, Level, Outcome, evaluate};
use tidegate_store::ViolationFilter;

use super::set::{Active, is_text};
use crate::{
    Engine, Range,
    baseline::Baseline,
    bucket::Bucket,
    lock,
    route::no_version,
    steps::Steps,
    view::{QualityCheckView, QualityColumn, QualityLearnt, QualityTotals, QualityView, QualityViolation},
};

/// Points of a check's history.
const POINTS: i64 = 48;
/// A point stands on this many rows at least.
const POINT_ROWS: u64 = 20;
const LISTED: u32 = 1_000;

/// Counters of a stretch of time with what they are to be compared with.
pub struct Sight<'a> {
    pub bucket: &'a Bucket,
    pub baseline: Option<&'a Baseline>,
    pub seconds: f64,
    pub age_s: Option<f64>,
    pub min_rows: u64,
}

pub fn evidence<'a>(sight: &Sight<'a>) -> Evidence<'a> {
    let comparable = sight.baseline.is_some_and(|baseline| baseline.id == sight.bucket.baseline);
    Evidence {
        references: sight.baseline.map_or(&[], |baseline| &baseline.features),
        counts: if comparable { &sight.bucket.features } else { &[] },
        window: &sight.bucket.quality,
        min_rows: sight.min_rows,
        seconds: sight.seconds,
        age_s: sight.age_s,
    }
}

/// A few long steps out of many short ones.
pub struct Coarse {
    pub times: Vec<Time>,
    pub step_ms: i64,
    pub buckets: Vec<Option<Bucket>>,
}

impl Coarse {
    pub fn of(steps: &Steps, points: i64) -> Self {
        let range = steps.range;
        let step_ms = (range.to.since(range.from) / points / range.step_ms).max(1) * range.step_ms;
        let first = range.from.floor(step_ms);
        let count = range.to.since(first).div_euclid(step_ms) + 1;
        let times: Vec<Time> = (0..count).map(|index| first.plus(index * step_ms)).collect();
        let merged = |from: &Time| {
            let mut within = steps.buckets.range(*from..from.plus(step_ms)).map(|(_, bucket)| bucket);
            let mut whole = within.next()?.clone();
            within.for_each(|bucket| whole.merge(bucket));
            Some(whole)
        };
        let buckets = times.iter().map(merged).collect();
        Self { times, step_ms, buckets }
    }

    /// What each check shows in each step; none of a step without rows.
    pub fn outcomes(&self, active: &Active, baseline: Option<&Baseline>) -> Vec<Vec<Option<Outcome>>> {
        let seconds = self.step_ms as f64 / 1e3;
        let step = |bucket: &Option<Bucket>| -> Vec<Option<Outcome>> {
            let Some(bucket) = bucket else { return vec![None; active.set.checks.len()] };
            let sight = Sight { bucket, baseline, seconds, age_s: None, min_rows: POINT_ROWS };
            let evidence = evidence(&sight);
            active.set.checks.iter().map(|check| Some(evaluate(check, &evidence))).collect()
        };
        self.buckets.iter().map(step).collect()
    }
}

impl Engine {
    /// The version asked for, else the champion.
    pub(super) async fn quality_version(&self, model: &Model, number: Option<u32>) -> Result<Version> {
        let versions = self.store.versions(model.id).await?;
        let found = versions.into_iter().find(|candidate| match number {
            Some(number) => candidate.number == number,
            None => Some(candidate.id) == model.aliases.champion,
        });
        found.ok_or_else(|| match number {
            Some(number) => no_version(&model.name, number),
            None => Error::unavailable(format!("model `{}` has no champion", model.name)),
        })
    }

    /// The checks of a version (the champion if `None`) and what they show over a range.
    pub async fn quality(&self, name: &str, version: Option<u32>, range: Range) -> Result<QualityView> {
        let model = self.store.model(name).await?;
        let version = self.quality_version(&model, version).await?;
        let watched = self.watched(&model, &version).await?;
        self.count_findings(&watched);
        let range = self.drawable(range, &watched);
        let steps = self.steps(&model, Some(version.number), range).await?;
        let active = watched.guard.active();
        let whole = steps.whole();
        let now = self.clock.now();
        let sight = Sight {
            bucket: &whole,
            baseline: steps.baseline.as_deref(),
            seconds: range.to.since(range.from) as f64 / 1e3,
            age_s: age(&steps, range.to.min(now)),
            min_rows: model.settings.min_rows.into(),
        };
        let coarse = Coarse::of(&steps, POINTS);
        let checks = check_views(&active, &sight, &coarse);
        let (schema, learnt_rows) = {
            let aggregate = lock(&watched.aggregate);
            (aggregate.schema().clone(), aggregate.learnt_rows())
        };
        let columns = schema.features.iter().map(|feature| QualityColumn {
            name: feature.name.clone(),
            kind: feature.kind,
            text: is_text(watched.guard.signature(), feature),
        });
        let baseline_rows = steps.baseline.as_ref().map(|baseline| baseline.rows);
        Ok(QualityView {
            version: version.number,
            now,
            from: range.from,
            to: range.to,
            learnt: learnt(&active),
            baseline_rows: baseline_rows.unwrap_or(learnt_rows),
            baseline_needed: baseline_rows.unwrap_or(model.settings.learn_rows.into()),
            totals: totals(&whole, &checks),
            columns: columns.collect(),
            times: coarse.times,
            step_ms: coarse.step_ms,
            checks,
        })
    }

    /// Rows that failed checks, newest first.
    pub async fn violations(
        &self,
        name: &str,
        version: Option<u32>,
        filter: ViolationFilter<'_>,
    ) -> Result<Vec<QualityViolation>> {
        self.keep_quality().await?;
        let model = self.store.model(name).await?;
        let versions: Vec<(VersionId, u32)> = match version {
            Some(_) => {
                let version = self.quality_version(&model, version).await?;
                vec![(version.id, version.number)]
            }
            None => self.store.versions(model.id).await?.iter().map(|v| (v.id, v.number)).collect(),
        };
        let filter = ViolationFilter { limit: filter.limit.min(LISTED), ..filter };
        let mut found = Vec::new();
        for (id, number) in versions {
            let rows = self.store.violations(id, filter).await?;
            found.extend(rows.into_iter().map(|violation| QualityViolation {
                id: violation.row.to_string(),
                time: violation.time,
                version: number,
                check: violation.check,
                action: super::look::action(&violation.action),
                value: violation.value,
                message: violation.message,
            }));
        }
        found.sort_by_key(|violation| std::cmp::Reverse(violation.time));
        found.truncate(filter.limit as usize);
        Ok(found)
    }
}

/// The checks of severity `act` that a window fails, and how many could be judged. Those about the traffic have
/// signals of their own.
pub fn failed_act(window: &Bucket, baseline: &Baseline, settings: &ModelSettings) -> (Vec<Member>, u64) {
    let sight = Sight {
        bucket: window,
        baseline: Some(baseline),
        seconds: settings.window_s.into(),
        age_s: None,
        min_rows: settings.min_rows.into(),
    };
    let evidence = evidence(&sight);
    let traffic =
        |expect: &Expectation| matches!(expect, Expectation::RowRate { .. } | Expectation::Freshness { .. });
    let (mut failed, mut judged) = (Vec::new(), 0);
    for check in baseline.checks.iter().filter(|check| check.enabled && check.severity == Severity::Act) {
        let quiet = check.expect.level() == Level::Row && !window.quality.violations.contains_key(&check.id);
        if traffic(&check.expect) {
            continue;
        } else if quiet {
            judged += 1;
            continue;
        }
        let outcome = evaluate(check, &evidence);
        judged += u64::from(matches!(outcome.state, CheckState::Failed | CheckState::Passed));
        if outcome.state == CheckState::Failed {
            let value = outcome.observed.unwrap_or(0.0);
            failed.push(Member { name: check.title(), value, detail: outcome.sentence });
        }
    }
    (failed, judged)
}

fn learnt(active: &Active) -> Option<QualityLearnt> {
    let set = &active.set;
    (set.baseline != 0).then_some(QualityLearnt {
        from: set.from,
        from_traffic: set.from_traffic,
        rows: set.rows,
        time: set.time,
    })
}

/// Seconds from the newest step with rows to `until`, 0 while that step lasts.
fn age(steps: &Steps, until: Time) -> Option<f64> {
    let (newest, _) = steps.buckets.iter().rev().find(|(_, bucket)| bucket.requests > 0)?;
    Some(until.since(newest.plus(steps.range.step_ms)).max(0) as f64 / 1e3)
}

fn check_views(active: &Active, sight: &Sight<'_>, coarse: &Coarse) -> Vec<QualityCheckView> {
    let whole = evidence(sight);
    let outcomes = coarse.outcomes(active, sight.baseline);
    let views = active.set.checks.iter().enumerate().map(|(at, check)| {
        let outcome = evaluate(check, &whole);
        let steps: Vec<Option<&Outcome>> = outcomes.iter().map(|step| step[at].as_ref()).collect();
        let failing = steps.iter().enumerate().rev().map_while(|(step, outcome)| match outcome {
            // A step without rows doesn't end what went before.
            None => Some((step, false)),
            Some(outcome) => match outcome.state {
                CheckState::Failed => Some((step, true)),
                CheckState::NotEnough => Some((step, false)),
                CheckState::Passed | CheckState::Off => None,
            },
        });
        let since = failing.filter(|(_, failed)| *failed).last().map(|(step, _)| coarse.times[step]);
        QualityCheckView {
            title: check.title(),
            level: check.expect.level(),
            violations: sight.bucket.quality.violations.get(&check.id).map_or(0, |broken| broken.rows),
            since: since.filter(|_| outcome.state == CheckState::Failed),
            over_time: steps
                .iter()
                .map(|step| step.filter(|o| o.state != CheckState::NotEnough || o.n > 0)?.observed)
                .collect(),
            outcome,
            check: check.clone(),
        }
    });
    views.collect()
}

fn totals(whole: &Bucket, checks: &[QualityCheckView]) -> QualityTotals {
    let count = |state| checks.iter().filter(|check| check.outcome.state == state).count() as u32;
    let act = |check: &&QualityCheckView| {
        check.outcome.state == CheckState::Failed && check.check.severity == Severity::Act
    };
    let quality = &whole.quality;
    QualityTotals {
        rows: quality.looked_at(),
        violating_rows: quality.violating_rows,
        tagged_rows: quality.tagged_rows,
        rejected_rows: quality.rejected_rows,
        rejected_requests: quality.rejected_requests,
        failed: count(CheckState::Failed),
        failed_act: checks.iter().filter(act).count() as u32,
        passed: count(CheckState::Passed),
        not_enough: count(CheckState::NotEnough),
        off: count(CheckState::Off),
    }
}
