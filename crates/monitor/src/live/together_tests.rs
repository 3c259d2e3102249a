use proptest::prelude::*;

use super::*;
use crate::random::SplitMix;

fn normal(random: &mut SplitMix) -> f64 {
    (0..12).map(|_| random.below(1_000_000) as f64 / 1e6).sum::<f64>() - 6.0
}

/// Height, weight that goes with it, a third number, and a size that goes with all; where they do not go together each
/// is as usual by itself.
struct Rows {
    numbers: [Vec<f64>; 3],
    size: Vec<String>,
}

impl Rows {
    fn new(seed: u64, n: usize, broken: bool) -> Self {
        let mut random = SplitMix(seed);
        let mut rows = Self { numbers: Default::default(), size: Vec::new() };
        for _ in 0..n {
            let height = normal(&mut random);
            let with = if broken { normal(&mut random) } else { height };
            rows.numbers[0].push(170.0 + 10.0 * height);
            rows.numbers[1].push(70.0 + 10.0 * (with + 0.3 * normal(&mut random)));
            rows.numbers[2].push(height + 0.5 * normal(&mut random));
            rows.size.push(if height > 0.8 { "large" } else { "small" }.into());
        }
        rows
    }

    fn values(&self) -> Vec<Option<Values<'_>>> {
        let numbers = self.numbers.iter().map(|values| Some(Values::Numbers(values)));
        numbers.chain([None, Some(Values::Names(&self.size))]).collect()
    }

    fn reference(&self) -> Option<TogetherReference> {
        let names = ["height", "weight", "age", "review", "size"];
        TogetherReference::new(&names.into_iter().zip(self.values()).collect::<Vec<_>>())
    }

    fn counted(&self, reference: &TogetherReference) -> TogetherCounts {
        let mut counts = TogetherCounts::new(reference);
        counts.add(reference, &self.values(), self.size.len());
        counts
    }
}

fn judged(before: &Rows, now: &Rows) -> Together {
    let reference = before.reference().unwrap();
    judge(&reference, &now.counted(&reference), 50, 0.5)
}

#[test]
fn rows_go_together_with_themselves() {
    let rows = Rows::new(1, 600, false);
    let found = judged(&rows, &rows);
    assert_eq!((found.state, found.columns), (State::Stable, 4));
    assert!(found.effect.abs() < 0.2 && found.low < found.error && found.error < found.high, "{found:?}");
}

#[test]
fn columns_that_come_apart_are_found_though_each_is_as_usual() {
    let found = judged(&Rows::new(1, 600, false), &Rows::new(2, 300, true));
    assert_eq!(found.state, State::Drifted, "{found:?}");
    assert!(found.error > found.high && found.p < 1e-9 && found.effect > 1.0);
    assert_eq!(found.least_fitting[0], "weight");
    assert!(found.sentence.starts_with("columns no longer go together as they did, most of all weight"));
}

#[test]
fn little_is_undecided_and_less_is_not_enough() {
    let reference = Rows::new(1, 600, false).reference().unwrap();
    let counts = Rows::new(2, 3, true).counted(&reference);
    let few = judge(&reference, &counts, 1, 0.5);
    assert!(matches!(few.state, State::Undecided | State::Drifted), "{few:?}");
    let none = judge(&reference, &TogetherCounts::new(&reference), 50, 0.5);
    assert_eq!((none.state, none.effect), (State::NotEnough, 0.0));
    assert!(none.low.is_finite() && none.high.is_finite() && none.p == 1.0);
}

#[test]
fn what_does_not_vary_or_follows_exactly_makes_no_alarm() {
    let numbers: Vec<f64> = (0..200).map(f64::from).collect();
    let (double, constant) = (numbers.iter().map(|x| 2.0 * x).collect::<Vec<_>>(), vec![3.0; 200]);
    fn columns<'a>(each: [&'a Vec<f64>; 3]) -> [(&'static str, Option<Values<'a>>); 3] {
        let [x, double, constant] = each.map(|values| Some(Values::Numbers(values)));
        [("x", x), ("double", double), ("constant", constant)]
    }
    let reference = TogetherReference::new(&columns([&numbers, &double, &constant])).unwrap();
    let judged = |double: &Vec<f64>| {
        let mut counts = TogetherCounts::new(&reference);
        let values = columns([&numbers, double, &constant]).map(|(_, values)| values);
        counts.add(&reference, &values, 200);
        judge(&reference, &counts, 50, 0.5)
    };
    let rounded: Vec<f64> = double.iter().map(|x| x + 1e-6).collect();
    assert_eq!(judged(&rounded).state, State::Stable);
    let reversed: Vec<f64> = double.iter().rev().copied().collect();
    assert_eq!(judged(&reversed).state, State::Drifted);
    assert!(
        TogetherReference::new(&columns([&numbers, &constant, &constant])).is_none(),
        "one column that varies"
    );
    assert!(TogetherReference::new(&[]).is_none());
}

/// Outside of three standard errors (0.3%), and by half a deviation.
#[test]
fn unchanged_rows_never_drift_in_200_seeds() {
    let drifted = (0..200)
        .filter(|seed| {
            let found = judged(&Rows::new(2 * seed, 400, false), &Rows::new(2 * seed + 1, 100, false));
            found.state == State::Drifted
        })
        .count();
    assert!(drifted <= 1, "{drifted} of 200");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn merging_is_counting_all(left in 0_u64..1_000, right in 0_u64..1_000, broken: bool) {
        let reference = Rows::new(1, 300, false).reference().unwrap();
        let (a, b) = (Rows::new(left, 60, broken), Rows::new(right, 80, false));
        let mut merged = a.counted(&reference);
        merged.merge(&b.counted(&reference));
        let mut whole = a.counted(&reference);
        whole.add(&reference, &b.values(), 80);
        prop_assert_eq!(&merged.error.bins, &whole.error.bins);
        prop_assert!((merged.error.sum - whole.error.sum).abs() < 1e-9);
        prop_assert!(merged.squares.iter().zip(&whole.squares).all(|(a, b)| (a - b).abs() < 1e-9));
    }
}
