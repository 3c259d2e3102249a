use proptest::prelude::*;
use tidegate_core::{
    schema::{Schema, Task, Truth},
    time::MINUTE_MS,
};

use super::*;
use crate::random::SplitMix;

fn labelled(label: &str) -> Answered {
    Answered { label: Some(label.into()), probabilities: None, value: None }
}

/// So many requests, of which some failed, answered within about `ms` with `label`.
fn side(requests: u64, failed: u64, ms: f64, label: &str) -> Side {
    let mut side = Side::default();
    for request in 0..requests {
        // Some spread, so that the percentiles differ.
        let us = (ms * (800.0 + (request % 100) as f64 * 2.0)) as u32;
        match request < failed {
            true => side.add(None, &[]),
            false => side.add(Some(us), &[labelled(label)]),
        }
    }
    side
}

fn of(kind: CanaryCheckKind, champion: &Side, challenger: &Side) -> CanaryCheck {
    let all = checks(champion, challenger, &CanaryTolerance::default(), &[]);
    all.into_iter().find(|check| check.kind == kind).unwrap()
}

fn verdict(champion: &Side, challenger: &Side, minutes: i64) -> Verdict {
    let tolerance = CanaryTolerance::default();
    let (began, lasts_ms) = (Time(5), 10 * MINUTE_MS);
    let now = began.plus(minutes * MINUTE_MS);
    let trial = Trial { began, now, lasts_ms, min_requests: 100, tolerance: &tolerance };
    trial.verdict(champion, challenger, &checks(champion, challenger, &tolerance, &[]))
}

#[test]
fn a_step_passes_once_its_time_is_up_and_enough_was_asked() {
    let champion = side(900, 0, 10.0, "no");
    assert_eq!(verdict(&champion, &side(150, 0, 10.0, "no"), 9), Verdict::Wait);
    assert_eq!(verdict(&champion, &side(99, 0, 10.0, "no"), 60), Verdict::Wait);
    assert_eq!(verdict(&champion, &side(150, 0, 10.0, "no"), 10), Verdict::Passed);
}

#[test]
fn what_is_worse_fails_at_the_end_and_what_is_grossly_worse_at_once() {
    let champion = side(900, 0, 10.0, "no");
    let failed = |challenger: &Side, minutes| match verdict(&champion, challenger, minutes) {
        Verdict::Failed(reason) => reason,
        other => panic!("{other:?}"),
    };
    let failing = side(100, 8, 10.0, "no");
    assert_eq!(verdict(&champion, &failing, 5), Verdict::Wait);
    let said = "it failed 8 of 100 requests, the champion 0 of 900 requests: surely more than 1 point more";
    assert_eq!(failed(&failing, 10), said);
    assert!(failed(&side(25, 24, 10.0, "no"), 1).starts_with("it failed 24 of 25"));
    let slow = side(100, 0, 30.0, "no");
    assert!(failed(&slow, 1).contains("of its answers took"), "most answers are late");
    let mut seldom_slow = side(90, 0, 10.0, "no");
    (0..10).for_each(|_| seldom_slow.add(Some(500_000), &[labelled("no")]));
    assert_eq!(verdict(&champion, &seldom_slow, 9), Verdict::Wait);
    assert!(failed(&seldom_slow, 10).contains("more than 14.87 ms"), "{}", failed(&seldom_slow, 10));
    assert!(failed(&side(100, 0, 10.0, "yes"), 10).starts_with("PSI "));
    let alerts = ["errors above 5%".to_owned()];
    let all = checks(&champion, &champion, &CanaryTolerance::default(), &alerts);
    assert_eq!(all.iter().filter(|check| check.passed == Some(false)).count(), 1);
}

#[test]
fn a_fast_model_may_be_some_milliseconds_slower() {
    let latency = |mine| of(CanaryCheckKind::Latency, &side(200, 0, 0.2, "no"), &side(200, 0, mine, "no"));
    assert_eq!(latency(4.0).passed, Some(true));
    assert_eq!(latency(8.0).passed, Some(false));
}

#[test]
fn too_little_decides_nothing() {
    let (few, many) = (side(19, 19, 10.0, "no"), side(900, 0, 10.0, "no"));
    for (champion, challenger) in [(&few, &many), (&many, &few), (&Side::default(), &Side::default())] {
        for check in checks(champion, challenger, &CanaryTolerance::default(), &[]) {
            assert!(check.passed.is_none() || check.kind == CanaryCheckKind::Alerts, "{check:?}");
        }
        assert_eq!(verdict(champion, challenger, 5), Verdict::Wait);
    }
}

#[test]
fn labels_tell_where_there_are_enough() {
    let tally = |task, right: u64, n: u64| {
        let labels = vec!["no".to_owned(), "yes".to_owned()];
        let mut tally = Tally::new(&Schema { task, labels, ..Schema::default() }).unwrap();
        for row in 0..n {
            let (answer, truth) = match task {
                Task::Classification => {
                    (labelled("no"), Truth::Class(if row < right { "no" } else { "yes" }.into()))
                }
                _ => {
                    let value = if row < right { 1.0 } else { 3.0 } + (row % 5) as f64 / 10.0;
                    (Answered { label: None, probabilities: None, value: Some(value) }, Truth::Number(0.0))
                }
            };
            tally.add(&truth, &answer);
        }
        Side { tally: Some(tally), ..Side::default() }
    };
    for (task, kind) in [
        (Task::Classification, CanaryCheckKind::Accuracy),
        (Task::Regression, CanaryCheckKind::MeanAbsoluteError),
    ] {
        let passed = |theirs, mine| of(kind, &tally(task, theirs, 200), &tally(task, mine, 200)).passed;
        assert_eq!((passed(180, 180), passed(180, 140)), (Some(true), Some(false)), "{kind:?}");
        assert_eq!(of(kind, &tally(task, 40, 40), &tally(task, 0, 40)).passed, None);
    }
}

fn unit(random: &mut SplitMix) -> f64 {
    random.below(1_000_000) as f64 / 1e6
}

proptest! {
    /// Two versions that are the same are seldom told apart, however often one looks before the end.
    #[test]
    fn the_same_version_rarely_fails(seed in any::<u64>(), error_share in 0.0..0.1) {
        let mut random = SplitMix(seed);
        let (mut champion, mut challenger) = (Side::default(), Side::default());
        let (mut failed, tolerance) = (0, CanaryTolerance::default());
        for round in 0..400 {
            for side in [&mut champion, &mut challenger] {
                let us = (-unit(&mut random).max(1e-12).ln() * 20_000.0) as u32;
                let label = if unit(&mut random) < 0.3 { "yes" } else { "no" };
                match unit(&mut random) < error_share {
                    true => side.add(None, &[]),
                    false => side.add(Some(us), &[labelled(label)]),
                }
            }
            if round % 20 == 0 {
                let trial = Trial { began: Time(0), now: Time(1), lasts_ms: 100, min_requests: 100, tolerance: &tolerance };
                let found = checks(&champion, &challenger, &tolerance, &[]);
                failed += i32::from(trial.verdict(&champion, &challenger, &found) != Verdict::Wait);
            }
        }
        prop_assert_eq!(failed, 0);
    }
}
