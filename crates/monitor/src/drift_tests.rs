use proptest::prelude::*;

use super::*;

fn window(reference: &Reference, values: &[f64]) -> Counts {
    let mut counts = Counts::new(reference);
    values.iter().for_each(|value| counts.add_number(reference, *value));
    counts
}

fn ramp(n: u32, scale: f64, shift: f64) -> Vec<f64> {
    (0..n).map(|i| f64::from(i) / f64::from(n) * scale + shift).collect()
}

fn numeric(current: &[f64]) -> Drift {
    let reference = Reference::numeric("x", &ramp(1_000, 1.0, 0.0));
    drift(&reference, &window(&reference, current), 100, PSI_THRESHOLD)
}

fn names(pairs: &[(&str, usize)]) -> Vec<Option<String>> {
    pairs.iter().flat_map(|(name, n)| std::iter::repeat_n(Some((*name).to_owned()), *n)).collect()
}

#[test]
fn the_same_data_is_stable() {
    let same = numeric(&ramp(1_000, 1.0, 0.0));
    assert_eq!((same.state, same.psi, same.js, same.shift), (State::Stable, 0.0, 0.0, Some(0.0)));
    assert_eq!(same.sentence, "no drift (PSI 0)");
}

#[test]
fn higher_values_are_called_higher_with_the_bin_to_blame() {
    let higher = numeric(&ramp(1_000, 1.0, 0.3));
    assert_eq!((higher.state, higher.direction), (State::Drifted, Some(Direction::Higher)));
    assert!(higher.sentence.starts_with("values higher (mean 0.4995 -> 0.7995); "), "{}", higher.sentence);
    assert!(higher.chi_square.unwrap().p < 1e-9 && higher.ks.unwrap().p < 1e-9);
    let parts: f64 = higher.contributions.iter().map(|part| part.share).sum();
    assert!((parts - 1.0).abs() < 1e-9 && higher.contributions[0].share >= higher.contributions[1].share);
}

#[test]
fn spread_and_mix_are_told_apart() {
    assert_eq!(numeric(&ramp(1_000, 3.0, -1.0)).direction, Some(Direction::Wider));
    assert_eq!(numeric(&ramp(1_000, 0.2, 0.4)).direction, Some(Direction::Narrower));
    assert_eq!(numeric(&ramp(1_000, 1.0, -0.4)).direction, Some(Direction::Lower));
}

#[test]
fn a_sensor_that_falls_silent_has_drifted() {
    let silent = numeric(&[f64::NAN; 500]);
    assert_eq!((silent.state, silent.direction), (State::Drifted, Some(Direction::Missing)));
    assert!(silent.sentence.starts_with("more values missing (0% -> 100%)"), "{}", silent.sentence);
}

#[test]
fn a_constant_reference_notices_any_other_value() {
    let reference = Reference::numeric("x", &[5.0; 300]);
    let moved = drift(&reference, &window(&reference, &[6.0; 300]), 100, PSI_THRESHOLD);
    assert_eq!((moved.state, moved.direction, moved.shift), (State::Drifted, Some(Direction::Higher), None));
}

#[test]
fn new_categories_are_named() {
    let reference = Reference::categorical("color", &names(&[("red", 600), ("blue", 400)]));
    let mut counts = Counts::new(&reference);
    (0..500).for_each(|i| counts.add_category(&reference, if i % 2 == 0 { "red" } else { "green" }));
    let new = drift(&reference, &counts, 100, PSI_THRESHOLD);
    assert_eq!((new.state, new.direction), (State::Drifted, Some(Direction::NewCategories)));
    assert!(new.sentence.starts_with("new categories (green 50%); "), "{}", new.sentence);
}

#[test]
fn little_data_says_so_and_small_windows_do_not_cry_wolf() {
    assert_eq!(numeric(&[]).state, State::NotEnough);
    assert_eq!(numeric(&[0.5; 99]).sentence, "not enough data: the window has 99 of 100 rows");
    let reference = Reference::numeric("x", &ramp(1_000, 1.0, 0.0));
    let few: Vec<f64> = ramp(14, 1.0, 0.0).into_iter().filter(|v| !(0.25..0.45).contains(v)).collect();
    let noisy = drift(&reference, &window(&reference, &few), 10, PSI_THRESHOLD);
    assert!(noisy.psi > PSI_THRESHOLD && noisy.psi < noisy.psi_noise, "{noisy:?}");
    assert_eq!(noisy.state, State::Undecided);
}

#[test]
fn one_window_in_twenty_without_drift_exceeds_the_noise() {
    let mut random = crate::random::SplitMix(7);
    let mut sample = |n: usize| -> Vec<f64> {
        (0..n).map(|_| (0..4).map(|_| random.below(10_000) as f64).sum::<f64>()).collect()
    };
    let reference = Reference::numeric("x", &sample(2_000));
    let above = (0..400).filter(|_| {
        let found = drift(&reference, &window(&reference, &sample(150)), 100, PSI_THRESHOLD);
        let chance = (found.hellinger.powi(2) - found.psi_noise / 8.0).max(0.0);
        assert!(found.state != State::Drifted && chance < 0.02, "{found:?}");
        found.psi > found.psi_noise
    });
    let above = above.count();
    // The bins come from the reference's own quantiles, which makes it a little rarer or more common than 20.
    assert!((6..=40).contains(&above), "{above} of 400");
}

#[test]
fn an_empty_reference_is_not_enough_data() {
    let reference = Reference::numeric("x", &[f64::NAN; 200]);
    let nothing = drift(&reference, &window(&reference, &[]), 1, PSI_THRESHOLD);
    assert_eq!((nothing.state, nothing.psi, nothing.ks), (State::NotEnough, 0.0, None));
}

#[test]
fn benjamini_hochberg_agrees_with_scipy() {
    let adjusted = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]);
    for (actual, expected) in
        adjusted.iter().zip([0.04, 0.053_333_333_333_333_33, 0.053_333_333_333_333_33, 0.5])
    {
        assert!((actual - expected).abs() < 1e-12);
    }
}

proptest! {
    #[test]
    fn distances_are_zero_on_themselves_and_symmetric(
        left in prop::collection::vec(0_u64..50, 8),
        right in prop::collection::vec(0_u64..50, 8),
    ) {
        let (r, c) = (shares(&left), shares(&right));
        let psi = |a: &[f64], b: &[f64]| psi_terms(a, b).iter().sum::<f64>();
        prop_assert_eq!(psi(&r, &r), 0.0);
        prop_assert_eq!(jensen_shannon(&r, &r), 0.0);
        prop_assert!((psi(&r, &c) - psi(&c, &r)).abs() < 1e-12);
        prop_assert!((jensen_shannon(&r, &c) - jensen_shannon(&c, &r)).abs() < 1e-12);
        prop_assert!(psi(&r, &c) >= 0.0);
    }

    #[test]
    fn the_true_ks_statistic_lies_within_its_bounds(
        left in prop::collection::vec(-50_i32..50, 1..80),
        right in prop::collection::vec(-80_i32..80, 1..80),
    ) {
        let numbers = |values: &[i32]| values.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
        let (left, right) = (numbers(&left), numbers(&right));
        let reference = Reference::numeric("x", &left);
        let found = drift(&reference, &window(&reference, &right), 1, PSI_THRESHOLD);
        let below = |values: &[f64], x: f64| {
            values.iter().filter(|v| **v <= x).count() as f64 / values.len() as f64
        };
        let gap = |x: &f64| (below(&left, *x) - below(&right, *x)).abs();
        let exact = left.iter().chain(&right).map(gap).fold(0.0, f64::max);
        prop_assert!(found.ks.unwrap().statistic <= exact + 1e-12);
        prop_assert!(exact <= found.ks_bound.unwrap() + 1e-12);
    }
}
