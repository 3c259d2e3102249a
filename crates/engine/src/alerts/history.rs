//! Rules over stored history: windows that slide over steps, and what was usual.
//!
//! Pure. Must not know where steps come from.

use tidegate_core::{
    Time,
    alert::{Condition, Rule, Season},
    model::ModelSettings,
};
use tidegate_monitor::alert::Seasonal;

use super::judge::{Window, deviation_floor, read, window_ms};
use crate::{bucket::Bucket, signals::Signals, steps::Steps};

/// The sum of the newest steps, whatever their number: each step is merged about three times in all, however wide
/// the window is (two stacks, each with its running sums).
#[derive(Debug, Default)]
pub struct Sliding {
    /// Newest last, and their sum.
    back: Vec<Option<Bucket>>,
    back_sum: Option<Bucket>,
    /// Sums of the older ones up to the newest of them, the oldest last.
    front: Vec<Option<Bucket>>,
}

impl Sliding {
    pub fn push(&mut self, bucket: Option<Bucket>) {
        add(&mut self.back_sum, bucket.as_ref());
        self.back.push(bucket);
    }

    /// Lets go of the oldest.
    pub fn pop(&mut self) {
        if self.front.is_empty() {
            let mut sum = None;
            while let Some(bucket) = self.back.pop() {
                add(&mut sum, bucket.as_ref());
                self.front.push(sum.clone());
            }
            self.back_sum = None;
        }
        self.front.pop();
    }

    pub fn len(&self) -> usize {
        self.front.len() + self.back.len()
    }

    pub fn sum(&self) -> Option<Bucket> {
        let mut sum = self.front.last().cloned().flatten();
        add(&mut sum, self.back_sum.as_ref());
        sum
    }
}

fn add(sum: &mut Option<Bucket>, bucket: Option<&Bucket>) {
    match (sum, bucket) {
        (Some(sum), Some(bucket)) => sum.merge(bucket),
        (sum @ None, Some(bucket)) => *sum = Some(bucket.clone()),
        (_, None) => {}
    }
}

/// The windows of one width that end with each step of a range, delayed by whole steps.
pub struct Windows<'a> {
    steps: &'a Steps,
    sliding: Sliding,
    width: usize,
}

impl<'a> Windows<'a> {
    pub fn new(steps: &'a Steps, width_ms: i64) -> Self {
        let step_ms = steps.range.step_ms;
        let width = ((width_ms + step_ms / 2) / step_ms).max(1) as usize;
        Self { steps, sliding: Sliding::default(), width }
    }

    /// Takes in the step that ends at `end`; to be called for one step after the other.
    pub fn push(&mut self, end: Time) {
        let step_ms = self.steps.range.step_ms;
        self.sliding.push(self.steps.buckets.get(&end.plus(-step_ms)).cloned());
        while self.sliding.len() > self.width {
            self.sliding.pop();
        }
    }

    /// The window that ends at `end`, the step taken in last.
    pub fn window(&self, end: Time, settings: &ModelSettings) -> Window {
        let mut whole = self.steps.empty.clone();
        if let Some(sum) = self.sliding.sum() {
            whole.merge(&sum);
        }
        let signals = Signals::of(&whole, self.steps.baseline.as_deref(), settings);
        let from = end.plus(-self.steps.range.step_ms * self.width as i64);
        Window { from, to: end, signals: signals.into() }
    }
}

/// A signal's value over a window of the past.
#[derive(Debug, Clone, Copy)]
pub struct Past {
    pub end: Time,
    pub value: f64,
}

/// The signal's values over windows that end with each hour, from the first hour with traffic on: before it there
/// was no model, which is no quiet time.
pub fn past(rule: &Rule, hours: &Steps, settings: &ModelSettings) -> Vec<Past> {
    let step = hours.range.step_ms;
    let width = window_ms(rule, settings);
    let Some((first, _)) = hours.buckets.first_key_value() else { return Vec::new() };
    let mut windows = Windows::new(hours, width);
    let mut values = Vec::new();
    let mut end = first.plus(step);
    while end <= hours.range.to {
        windows.push(end);
        if end >= first.plus(width)
            && let Some(reading) = read(rule, &windows.window(end, settings), settings)
        {
            values.push(Past { end, value: reading.value });
        }
        end = end.plus(step);
    }
    values
}

/// Knows nothing yet of what is usual for a rule.
pub fn seasonal(rule: &Rule) -> Seasonal {
    let (season, days) = match rule.condition {
        Condition::Anomaly { season, history_days } => (season, history_days),
        _ => (Season::None, 0),
    };
    Seasonal::new(season, days, deviation_floor(rule))
}

pub fn learn(learnt: &mut Seasonal, past: Past, width_ms: i64) {
    learnt.learn(middle(past.end, width_ms), past.value);
}

/// The time a window stands for: its middle.
pub fn middle(end: Time, width_ms: i64) -> Time {
    end.plus(-width_ms / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tidegate_core::{prediction::Timing, schema::Schema};

    fn bucket(requests: u64) -> Bucket {
        let mut bucket = Bucket::new(&Schema::default(), None);
        let timing = Timing { queue_us: 0, run_us: 1, total_us: 2 };
        (0..requests).for_each(|_| bucket.add_request(&timing, 1, None));
        bucket
    }

    proptest! {
        #[test]
        fn a_sliding_sum_is_the_sum_of_the_newest(
            counts in prop::collection::vec(prop::option::of(0_u64..5), 1..40),
            width in 1_usize..12,
        ) {
            let mut sliding = Sliding::default();
            for (index, count) in counts.iter().enumerate() {
                sliding.push(count.map(bucket));
                while sliding.len() > width {
                    sliding.pop();
                }
                let newest = &counts[(index + 1).saturating_sub(width)..=index];
                let sum: u64 = newest.iter().flatten().sum();
                prop_assert_eq!(sliding.sum().map_or(0, |bucket| bucket.requests), sum);
            }
        }
    }
}
