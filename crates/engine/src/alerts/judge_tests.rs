use super::*;
use proptest::prelude::*;
use tidegate_core::alert::{Season, Signal};

const NOW: Time = Time(2_000_000_000_000);

fn window(minutes: i64, requests: u64, failed: u64) -> Window {
    let signals = Signals { requests, failed, rows: requests - failed, ..Signals::default() };
    Window { from: NOW.plus(-minutes * MINUTE_MS), to: NOW, signals: signals.into() }
}

fn judged(rule: &Rule, windows: &[Window]) -> Option<Judged> {
    judge(rule, windows, None, &ModelSettings::default())
}

fn burn(objective: f64, factor: f64, min_events: u64) -> Rule {
    Rule {
        condition: Condition::BurnRate { objective, short_s: 300, min_events },
        window_s: Some(3_600),
        ..Rule::new(Signal::ErrorShare, Direction::Above, factor)
    }
}

#[test]
fn windows_follow_from_the_rule() {
    let settings = ModelSettings::default();
    let minutes = |rule: &Rule| -> Vec<(i64, i64)> {
        spans(rule, &settings).iter().map(|s| (s.since_ms / MINUTE_MS, s.until_ms / MINUTE_MS)).collect()
    };
    let plain = Rule::new(Signal::LatencyP99, Direction::Above, 1.0);
    assert_eq!(minutes(&plain), [(15, 0)]);
    let late = Rule { delay_s: 600, window_s: Some(300), ..plain.clone() };
    assert_eq!(minutes(&late), [(15, 10)]);
    let change = Rule { condition: Condition::Change { relative: true }, ..late };
    assert_eq!(minutes(&change), [(15, 10), (20, 15)]);
    assert_eq!(minutes(&burn(0.99, 14.4, 1)), [(60, 0), (5, 0)]);
    let quiet = Rule { condition: Condition::NoTraffic, threshold: 10.0, ..plain.clone() };
    assert_eq!(minutes(&quiet), [(10, 0), (110, 10)]);
    let odd = Rule { condition: Condition::Anomaly { season: Season::None, history_days: 7 }, ..plain };
    assert_eq!(minutes(&odd), [(60, 0)], "what is usual is learnt from hours");
}

#[test]
fn silence_counts_only_where_requests_were_to_be_expected() {
    let rule =
        Rule { condition: Condition::NoTraffic, ..Rule::new(Signal::Throughput, Direction::Below, 10.0) };
    let before = |requests| Window {
        from: NOW.plus(-110 * MINUTE_MS),
        to: NOW.plus(-10 * MINUTE_MS),
        ..window(0, requests, 0)
    };
    let silent = judged(&rule, &[window(10, 0, 0), before(500)]).unwrap();
    assert_eq!((silent.verdict, silent.compared, silent.expected), (Verdict::Over, 10.0, Some(50.0)));
    assert!(judged(&rule, &[window(10, 0, 0), before(40)]).is_none(), "four were to be expected");
    assert!(judged(&rule, &[window(10, 0, 0), before(0)]).is_none());
    let back = judged(&rule, &[window(10, 1, 0), before(0)]).unwrap();
    assert_eq!(back.verdict, Verdict::Recovered);
}

#[test]
fn a_change_is_seen_from_its_direction() {
    let change = |direction, relative| Rule {
        condition: Condition::Change { relative },
        ..Rule::new(Signal::ErrorShare, direction, 0.05)
    };
    let (now, before) = (window(15, 100, 20), window(15, 100, 10));
    let compared = |rule: Rule| judged(&rule, &[now.clone(), before.clone()]).unwrap().compared;
    assert!((compared(change(Direction::Above, false)) - 0.1).abs() < 1e-12);
    assert!((compared(change(Direction::Below, false)) + 0.1).abs() < 1e-12);
    assert!((compared(change(Direction::Either, true)) - 1.0).abs() < 1e-12);
    let nothing = window(15, 0, 0);
    assert!(judged(&change(Direction::Above, false), &[now, nothing]).is_none());
}

proptest! {
    #[test]
    fn a_burn_rate_fires_only_if_both_windows_exceed(
        (long, short) in ((20_u64..5_000, 0_u64..5_000), (20_u64..500, 0_u64..500))
            .prop_map(|((n, f), (m, g))| ((n, f.min(n)), (m, g.min(m)))),
        objective in 0.5_f64..0.999,
        factor in 1.0_f64..20.0,
        min_events in 0_u64..1_000,
    ) {
        let rule = burn(objective, factor, min_events);
        let judged = judged(&rule, &[window(60, long.0, long.1), window(5, short.0, short.1)]);
        let exceeds = |(n, bad): (u64, u64)| bad as f64 / n as f64 / (1.0 - objective) > factor;
        let wanted = long.0 >= min_events && exceeds(long) && exceeds(short);
        prop_assert_eq!(judged.is_some_and(|judged| judged.verdict == Verdict::Over), wanted);
    }

    #[test]
    fn an_anomaly_is_outside_its_band(mean in 0.0_f64..1.0, sigma in 0.001_f64..0.5, k in 0.5_f64..6.0, failed in 0_u64..1_000) {
        let rule = Rule {
            condition: Condition::Anomaly { season: Season::HourOfDay, history_days: 28 },
            ..Rule::new(Signal::ErrorShare, Direction::Either, k)
        };
        let usual = Some(Usual { mean, sigma, n: 10 });
        let judged = judge(&rule, &[window(60, 1_000, failed)], usual, &ModelSettings::default()).unwrap();
        let off = (failed as f64 / 1_000.0 - mean).abs();
        prop_assume!((off - k * sigma).abs() > 1e-9);
        prop_assert_eq!(judged.verdict == Verdict::Over, off > k * sigma);
    }
}
