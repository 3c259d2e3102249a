//! When a rule fires and clears: limits, hold time, hysteresis and cool-down.
//!
//! Owns the state between two evaluations. Must not know where values come from or who is told.

mod measure;
mod season;

use serde::{Deserialize, Serialize};
use tidegate_core::{
    Time,
    alert::{Direction, Rule},
    time::SECOND_MS,
};

pub use measure::{burn_rate, change, deviation, expected, towards};
pub use season::Seasonal;

/// What a firing rule needs to recover to, as a share of its threshold.
const CLEAR_SHARE: f64 = 0.8;

/// Where a rule stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub firing: bool,
    /// Evaluations in a row that speak for changing: over the threshold, or while firing, recovered.
    pub streak: u32,
    /// When it last cleared.
    pub cleared: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    Fire,
    Clear,
}

/// What one value says. Between the limit and the point of recovery it says neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Over,
    Between,
    Recovered,
}

/// A threshold with the side on which it is broken; `Either` is broken above, by values without a sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    pub direction: Direction,
    pub threshold: f64,
    /// The values are shares from 0 to 1.
    pub share: bool,
}

impl Limit {
    /// `None` for NaN.
    pub fn verdict(self, value: f64) -> Option<Verdict> {
        let clear = self.clears_at();
        let (over, recovered) = match self.direction {
            Direction::Above | Direction::Either => (value > self.threshold, value <= clear),
            Direction::Below => (value < self.threshold, value >= clear),
        };
        match (over, recovered) {
            _ if value.is_nan() => None,
            (true, _) => Some(Verdict::Over),
            (false, true) => Some(Verdict::Recovered),
            (false, false) => Some(Verdict::Between),
        }
    }

    /// The value a firing rule clears at: 0.8 of the threshold for limits from above. A share with a limit from
    /// below has the same said of its complement (accuracy under 0.9 clears at 0.92, where the error share is
    /// 0.8 of the limit's); any other limit from below clears at the threshold divided by 0.8. Thresholds below
    /// zero clear as far from the limit on the other side.
    pub fn clears_at(self) -> f64 {
        let room = (1.0 - CLEAR_SHARE) * self.threshold.abs();
        match self.direction {
            Direction::Above | Direction::Either => self.threshold - room,
            Direction::Below if self.share => 1.0 - CLEAR_SHARE * (1.0 - self.threshold),
            Direction::Below if self.threshold > 0.0 => self.threshold / CLEAR_SHARE,
            Direction::Below => self.threshold + room,
        }
    }
}

/// Evaluates a rule once. No verdict breaks the streak and changes nothing else: no data neither fires an alert
/// nor clears one. A disabled rule clears what it had fired.
pub fn step(rule: &Rule, state: &mut Hold, verdict: Option<Verdict>, now: Time) -> Option<Transition> {
    if !rule.enabled {
        return state.firing.then(|| state.clear(now));
    }
    let wanted = if state.firing { Verdict::Recovered } else { Verdict::Over };
    state.streak = if verdict == Some(wanted) { state.streak.saturating_add(1) } else { 0 };
    if state.streak < rule.hold.max(1) {
        return None;
    }
    if state.firing {
        return Some(state.clear(now));
    }
    let cooling = state.cleared.is_some_and(|at| now.since(at) < i64::from(rule.cool_down_s) * SECOND_MS);
    (!cooling).then(|| state.fire())
}

impl Hold {
    fn fire(&mut self) -> Transition {
        *self = Self { firing: true, streak: 0, cleared: self.cleared };
        Transition::Fire
    }
    fn clear(&mut self, now: Time) -> Transition {
        *self = Self { firing: false, streak: 0, cleared: Some(now) };
        Transition::Clear
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tidegate_core::alert::Signal;

    fn rule(direction: Direction, threshold: f64, hold: u32, cool_down_s: u32) -> Rule {
        let signal = match direction {
            Direction::Below => Signal::Accuracy,
            _ => Signal::InputDrift,
        };
        Rule { hold, cool_down_s, ..Rule::new(signal, direction, threshold) }
    }

    fn limit(rule: &Rule) -> Limit {
        let share = rule.direction == Direction::Below;
        Limit { direction: rule.direction, threshold: rule.threshold, share }
    }

    fn run(rule: &Rule, values: &[Option<f64>]) -> Vec<(usize, Transition)> {
        let mut state = Hold::default();
        let at = |second: usize| Time(second as i64 * SECOND_MS);
        let verdict = |value: &Option<f64>| value.and_then(|value| limit(rule).verdict(value));
        let step = |(i, value)| Some((i, step(rule, &mut state, verdict(value), at(i))?));
        values.iter().enumerate().filter_map(step).collect()
    }

    #[test]
    fn it_fires_after_the_hold_and_clears_below_the_threshold() {
        use Transition::*;
        let rule = rule(Direction::Above, 1.0, 2, 0);
        let values = [2.0, 2.0, 0.9, 0.9, 0.8, 0.7, 2.0].map(Some);
        assert_eq!(run(&rule, &values), [(1, Fire), (5, Clear)]);
    }

    #[test]
    fn a_limit_from_below_clears_nearer_to_one() {
        use Transition::*;
        let rule = rule(Direction::Below, 0.9, 1, 0);
        let values = [0.95, 0.85, 0.91, 0.93].map(Some);
        assert_eq!(run(&rule, &values), [(1, Fire), (3, Clear)]);
    }

    #[test]
    fn missing_values_break_the_streak_and_keep_the_alert() {
        use Transition::*;
        let rule = rule(Direction::Above, 1.0, 2, 0);
        let values =
            [Some(2.0), None, Some(2.0), Some(f64::NAN), Some(2.0), Some(2.0), None, None, Some(0.1)];
        assert_eq!(run(&rule, &values), [(5, Fire)]);
    }

    #[test]
    fn no_second_alert_while_cooling_down() {
        use Transition::*;
        let rule = rule(Direction::Above, 1.0, 1, 5);
        let values = [2.0, 0.1, 2.0, 2.0, 2.0, 2.0, 2.0].map(Some);
        assert_eq!(run(&rule, &values), [(0, Fire), (1, Clear), (6, Fire)]);
    }

    #[test]
    fn switching_a_rule_off_clears_its_alert_once() {
        let mut rule = rule(Direction::Above, 1.0, 1, 0);
        let mut state = Hold::default();
        step(&rule, &mut state, Some(Verdict::Over), Time(0));
        rule.enabled = false;
        assert_eq!(step(&rule, &mut state, Some(Verdict::Over), Time(1)), Some(Transition::Clear));
        assert_eq!(step(&rule, &mut state, Some(Verdict::Over), Time(2)), None);
    }

    proptest! {
        #[test]
        fn it_never_fires_before_its_hold(
            values in prop::collection::vec(prop::option::of(0.0_f64..2.0), 0..60),
            hold in 0_u32..6,
            cool_down in 0_u32..10,
        ) {
            let rule = rule(Direction::Above, 1.0, hold, cool_down);
            let transitions = run(&rule, &values);
            for (i, transition) in &transitions {
                let held = (hold.max(1) as usize).min(i + 1);
                let wanted = |value: &Option<f64>| match transition {
                    Transition::Fire => value.is_some_and(|v| v > 1.0),
                    Transition::Clear => value.is_some_and(|v| v <= 0.8),
                };
                prop_assert_eq!(held, hold.max(1) as usize);
                prop_assert!(values[i + 1 - held..=*i].iter().all(wanted));
            }
            let alternate = transitions.windows(2).all(|pair| pair[0].1 != pair[1].1);
            prop_assert!(alternate);
        }

        #[test]
        fn what_recovered_is_never_over(
            threshold in -10.0_f64..10.0,
            value in -20.0_f64..20.0,
            below in any::<bool>(),
        ) {
            let direction = if below { Direction::Below } else { Direction::Above };
            let limit = Limit { direction, threshold, share: false };
            let sign = if below { -1.0 } else { 1.0 };
            prop_assert!(sign * limit.clears_at() <= sign * threshold);
            let over = sign * value > sign * threshold;
            prop_assert_eq!(limit.verdict(value) == Some(Verdict::Over), over);
        }
    }
}
