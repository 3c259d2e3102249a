use super::*;
use tidegate_core::{Code, VersionId, time::DAY_MS};

use crate::{
    bucket::Bucket,
    fixture::{self, schema},
    view::BaselineFrom,
};

const START: Time = Time(1_000 * DAY_MS);

fn prediction(at: Time, ages: &[f32], label: &str) -> Prediction {
    fixture::prediction(VersionId(1), at, ages, label)
}

fn count(aggregate: &mut Aggregate, prediction: &Prediction) {
    let observation = Observation::of(aggregate.schema(), prediction);
    aggregate.add(prediction, &observation);
}

fn baseline(now: Time) -> Baseline {
    let ages = Column::Numbers((0..100).map(f64::from).collect());
    let answers: Vec<_> = (0..100).map(|_| answered("no")).collect();
    Baseline::new(&schema(), BaselineFrom::Reference, &[ages], &answers, None, now)
}

fn answered(label: &str) -> Answered {
    Answered { label: Some(label.into()), probabilities: None, value: None }
}

fn class(name: &str) -> Truth {
    Truth::Class(name.into())
}

fn accuracy(bucket: &Bucket) -> Option<f64> {
    bucket.tally.as_ref()?.metrics().first().map(|metric| metric.value)
}

#[test]
fn rows_failures_and_features_are_counted_once() {
    let mut aggregate = Aggregate::new(schema(), Some(baseline(START)), 0);
    count(&mut aggregate, &prediction(START, &[10.0, 20.0], "no"));
    let failed = Prediction { error: Some(Code::Invalid), ..prediction(START.plus(2_500), &[1.0], "no") };
    count(&mut aggregate, &failed);
    let whole = aggregate.window(START, START.plus(10_000));
    assert_eq!((whole.requests, whole.rows, whole.failed), (2, 2, 1));
    assert_eq!((whole.features[0].n, whole.total.count()), (2, 1));
    assert_eq!(aggregate.requests(START, START.plus(2_000)), 1);
}

#[test]
fn a_window_is_what_its_fine_buckets_sum_to() {
    let mut aggregate = Aggregate::new(schema(), Some(baseline(START)), 0);
    let times: Vec<Time> = (0..300).map(|i| START.plus(i * 1_700)).collect();
    times.iter().for_each(|at| count(&mut aggregate, &prediction(*at, &[1.0], "no")));
    for (from, to) in [(0, 510_000), (31_000, 400_000), (59_000, 61_000), (5_000, 9_000), (130_000, 130_000)]
    {
        let (from, to) = (START.plus(from), START.plus(to));
        let mut sum = aggregate.empty();
        aggregate.fine(from, to).for_each(|(_, bucket)| sum.merge(bucket));
        assert_eq!(aggregate.window(from, to), sum, "{from:?} to {to:?}");
    }
}

#[test]
fn a_changed_label_moves_and_is_not_counted_twice() {
    let mut aggregate = Aggregate::new(schema(), None, 0);
    count(&mut aggregate, &prediction(START, &[1.0], "no"));
    aggregate.label(START, &answered("no").into(), None, &class("no"), 5_000);
    aggregate.label(START, &answered("no").into(), Some(&class("no")), &class("yes"), 9_000);
    for whole in [
        aggregate.window(START, START.plus(2_000)),
        aggregate.minutes(START, START.plus(1)).next().unwrap().1.clone(),
    ] {
        assert_eq!((whole.labelled, whole.label_lag_ms), (1, 5_000));
        assert_eq!(accuracy(&whole), Some(0.0));
    }
}

#[test]
fn a_late_label_leaves_counts_against_an_older_baseline_alone() {
    let mut aggregate = Aggregate::new(schema(), Some(baseline(START)), 0);
    count(&mut aggregate, &prediction(START, &[1.0], "no"));
    aggregate.set_baseline(schema(), baseline(START.plus(1)));
    aggregate.label(START, &answered("no").into(), None, &class("no"), 0);
    let (_, minute) = aggregate.minutes(START, START.plus(1)).next().unwrap();
    assert_eq!((minute.baseline, minute.features[0].n, minute.labelled), (START.0 as u64, 1, 1));
}

#[test]
fn a_new_baseline_within_a_minute_starts_its_counts_anew_and_keeps_the_rest() {
    let mut aggregate = Aggregate::new(schema(), Some(baseline(START)), 0);
    count(&mut aggregate, &prediction(START, &[1.0], "no"));
    aggregate.set_baseline(schema(), baseline(START.plus(7)));
    count(&mut aggregate, &prediction(START.plus(10_000), &[1.0, 2.0], "no"));
    let whole = aggregate.window(START, START.plus(60_000));
    assert_eq!((whole.requests, whole.rows, whole.features[0].n), (2, 3, 2));
}

#[test]
fn the_first_rows_become_the_baseline_also_across_a_restart() {
    let first = prediction(START, &[1.0, 2.0], "no");
    let mut restarted = Aggregate::new(schema(), None, 3);
    let seen = Observation::of(&schema(), &first);
    assert!(restarted.relearn(seen, START).is_none());
    assert_eq!(restarted.learnt_rows(), 2);
    let last = prediction(START.plus(5), &[3.0], "yes");
    let learnt = restarted.add(&last, &Observation::of(&schema(), &last)).unwrap();
    assert_eq!((learnt.rows, learnt.features[0].n, learnt.from), (3, 3, BaselineFrom::FirstPredictions));
    assert_eq!(restarted.learnt_rows(), 0);
}

#[test]
fn what_could_not_be_saved_is_saved_later_and_never_forgotten() {
    let mut aggregate = Aggregate::new(schema(), None, 0);
    count(&mut aggregate, &prediction(START, &[1.0], "no"));
    let later = START.plus(3 * HOUR_MS);
    aggregate.forget(later);
    let saved = aggregate.take_dirty();
    assert_eq!((saved.len(), saved[0].1.requests), (1, 1));
    assert!(aggregate.take_dirty().is_empty());
    aggregate.mark_dirty(START);
    assert_eq!(aggregate.take_dirty().len(), 1);
    aggregate.forget(later);
    assert!(!aggregate.holds_minute(START));
    assert_eq!(aggregate.requests(START, START.plus(1)), 0);
}

#[test]
fn minutes_from_the_disk_never_replace_newer_ones_and_count_in_windows() {
    let mut before = Aggregate::new(schema(), None, 0);
    count(&mut before, &prediction(START, &[1.0], "no"));
    let stored = before.take_dirty();

    let mut restarted = Aggregate::new(schema(), None, 0);
    restarted.restore(stored.clone());
    assert!(restarted.reaches_before(START.plus(MINUTE_MS)));
    assert_eq!(restarted.window(START, START.plus(MINUTE_MS)).requests, 1);
    count(&mut restarted, &prediction(START.plus(1_000), &[1.0], "no"));
    restarted.restore(stored);
    assert_eq!(restarted.window(START, START.plus(MINUTE_MS)).requests, 2);
}

#[test]
fn a_range_that_ends_before_the_minutes_kept_is_empty() {
    let mut aggregate = Aggregate::new(schema(), None, 0);
    count(&mut aggregate, &prediction(START, &[1.0], "no"));
    let week_ago = START.plus(-7 * 24 * HOUR_MS);
    assert_eq!(aggregate.minutes(START, week_ago).count(), 0);
    assert_eq!(aggregate.fine(START, week_ago).count(), 0);
}

#[test]
fn old_fine_buckets_are_folded_and_nothing_is_lost_by_it() {
    let mut aggregate = Aggregate::new(schema(), Some(baseline(START)), 0);
    let times: Vec<Time> = (0..1_800).map(|i| START.plus(i * 2_000)).collect();
    for at in &times {
        count(&mut aggregate, &prediction(*at, &[1.0], "no"));
        if at.0 % 60_000 == 0 {
            aggregate.take_dirty();
            aggregate.forget(*at);
        }
    }
    let end = START.plus(HOUR_MS);
    aggregate.take_dirty();
    aggregate.forget(end);
    let fine: Vec<_> = aggregate.fine(START, end).collect();
    assert_eq!(fine.len(), 40 * 6 + 20 * 30);
    assert_eq!(fine.iter().map(|(_, bucket)| bucket.requests).sum::<u64>(), 1_800);
    assert_eq!(aggregate.window(START.plus(30_000), end), {
        let mut sum = aggregate.empty();
        aggregate.fine(START.plus(30_000), end).for_each(|(_, bucket)| sum.merge(bucket));
        sum
    });
    // A label and a request that come late find the wider bucket.
    aggregate.label(times[3], &answered("no").into(), None, &class("no"), 0);
    count(&mut aggregate, &prediction(times[4], &[1.0], "no"));
    aggregate.take_dirty();
    let (at, first) = aggregate.fine(START, START.plus(10_000)).next().unwrap();
    assert_eq!((at, first.requests, first.labelled), (START, 6, 1));
}

#[test]
fn what_was_counted_last_shows_before_it_is_saved() {
    let mut aggregate = Aggregate::new(schema(), Some(baseline(START)), 0);
    count(&mut aggregate, &prediction(START, &[1.0], "no"));
    aggregate.take_dirty();
    count(&mut aggregate, &prediction(START.plus(1_000), &[1.0, 2.0], "no"));
    let (from, to) = (START, START.plus(MINUTE_MS));
    let rows = |buckets: Vec<(Time, &Bucket)>| buckets.iter().map(|(_, bucket)| bucket.rows).sum::<u64>();
    assert_eq!(aggregate.window(from, to).rows, 3);
    assert_eq!(rows(aggregate.fine(from, to).collect()), 3);
    assert_eq!(rows(aggregate.minutes(from, to).collect()), 3);
    assert_eq!(aggregate.requests(from, to), 2);
    assert!(aggregate.holds_minute(START));
}
