use proptest::prelude::*;

use super::*;
use crate::{drift::drift, random::SplitMix};

const WIDTH: usize = 16;

/// Close to a standard normal value.
fn normal(random: &mut SplitMix) -> f64 {
    (0..12).map(|_| random.below(1_000_000) as f64 / 1e6).sum::<f64>() - 6.0
}

/// Rows that mostly vary along three directions; some elements are shifted by so many standard deviations of theirs.
fn rows(seed: u64, n: usize, shift: &dyn Fn(usize) -> f64) -> Vec<f32> {
    let mut random = SplitMix(seed);
    (0..n)
        .flat_map(|_| {
            let along: Vec<f64> = (0..3).map(|_| normal(&mut random)).collect();
            (0..WIDTH)
                .map(|place| {
                    let own = along[place % 3] + 0.5 * normal(&mut random);
                    (own + 1.12 * shift(place)) as f32
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

fn counted(reference: &VectorReference, values: &[f32]) -> VectorCounts {
    let mut counts = VectorCounts::new(reference);
    values.chunks(WIDTH).for_each(|row| counts.add(reference, row));
    counts
}

fn means(values: &[f32]) -> Vec<f64> {
    let mean = |row: &[f32]| row.iter().map(|value| f64::from(*value)).sum::<f64>() / row.len() as f64;
    values.chunks(WIDTH).map(mean).collect()
}

fn judged(before: &[f32], now: &[f32]) -> Drift {
    let reference = VectorReference::new(before, WIDTH).unwrap();
    let plain = Reference::numeric("image", &means(before));
    let mut counts = Counts::new(&plain);
    counts.add_numbers(&plain, means(now).into_iter());
    judge(drift(&plain, &counts, 50, 0.2), &reference, &counted(&reference, now), 50, 0.2)
}

#[test]
fn vectors_are_no_drift_from_themselves() {
    let values = rows(1, 400, &|_| 0.0);
    let found = judged(&values, &values);
    let shift = found.vector.as_ref().unwrap();
    assert_eq!(
        (found.state, shift.share_moved, shift.components_drifted),
        (State::Stable, 0.0, 0),
        "{found:?}"
    );
    assert!(shift.between_means < 1e-9 && shift.between_means_expected > 0.0);
}

#[test]
fn a_shift_that_leaves_the_mean_of_the_elements_is_found() {
    // Half of the elements higher, half lower.
    let found =
        judged(&rows(1, 600, &|_| 0.0), &rows(2, 300, &|place| if place % 2 == 0 { 0.6 } else { -0.6 }));
    let shift = found.vector.as_ref().unwrap();
    assert_eq!(found.state, State::Drifted, "{found:?}");
    assert!(shift.share_moved > 0.9 && found.p < 1e-6, "{shift:?}");
    assert!(shift.between_means > 3.0 * shift.between_means_expected);
    assert!(found.sentence.contains("of 16 elements moved"), "{}", found.sentence);
}

#[test]
fn vectors_off_the_components_are_found() {
    let noise = |seed| {
        let mut random = SplitMix(seed);
        (0..300 * WIDTH).map(|_| normal(&mut random) as f32).collect::<Vec<_>>()
    };
    let found = judged(&rows(1, 600, &|_| 0.0), &noise(5));
    let residual = found.vector.as_ref().unwrap().residual.unwrap();
    assert!(found.state == State::Drifted && residual.drifted && residual.current > residual.reference);
}

#[test]
fn vectors_of_another_width_are_counted_apart() {
    let reference = VectorReference::new(&rows(1, 100, &|_| 0.0), WIDTH).unwrap();
    let mut counts = VectorCounts::new(&reference);
    counts.add(&reference, &[1.0; 3]);
    counts.add(&reference, &[f32::NAN; WIDTH]);
    assert_eq!((counts.n, counts.unusable), (0, 2));
    assert!(VectorReference::new(&[1.0; 2 * WIDTH], WIDTH).is_none());
    assert!(VectorReference::new(&[1.0; 40], 1).is_none());
}

#[test]
fn constant_vectors_have_no_components_and_any_change_is_news() {
    let found = judged(&[2.0; 100 * WIDTH], &[2.0; 80 * WIDTH]);
    assert_eq!((found.state, found.vector.as_ref().unwrap().residual), (State::Stable, None));
    let found = judged(&[2.0; 100 * WIDTH], &[2.5; 80 * WIDTH]);
    assert_eq!((found.state, found.vector.unwrap().share_moved), (State::Drifted, 1.0));
}

#[test]
fn wide_vectors_are_averaged_over_neighbours() {
    let wide: Vec<f64> = (0..1_000).map(f64::from).collect();
    let watched: Vec<f32> = watched(&wide).collect();
    assert_eq!((watched.len(), watched[0]), (WIDEST, 1.0));
    assert!(watched.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(super::watched(&[1.0, 2.0]).collect::<Vec<_>>(), [1.0, 2.0]);
    assert_eq!(super::watched(&[]).count(), 0);
}

/// One of the numbers exceeds the PSI by chance now and then; after adjusting for how many there are (1%), rarely.
#[test]
fn unchanged_vectors_rarely_drift_in_200_seeds() {
    let drifted = (0..200)
        .filter(|seed| {
            let found = judged(&rows(2 * seed, 400, &|_| 0.0), &rows(2 * seed + 1, 150, &|_| 0.0));
            found.state == State::Drifted && found.p <= 0.01
        })
        .count();
    assert!(drifted <= 4, "{drifted} of 200");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn merging_is_counting_all(seed in any::<u64>(), cut in 0_usize..120) {
        let reference = VectorReference::new(&rows(3, 200, &|_| 0.0), WIDTH).unwrap();
        let values = rows(seed, 120, &|place| place as f64 / 9.0);
        let mut merged = counted(&reference, &values[..cut * WIDTH]);
        merged.merge(&counted(&reference, &values[cut * WIDTH..]));
        let whole = counted(&reference, &values);
        prop_assert_eq!(&merged.distance.bins, &whole.distance.bins);
        prop_assert_eq!(&merged.norm.bins, &whole.norm.bins);
        let bins = |counts: &VectorCounts| counts.along.iter().map(|one| one.bins.clone()).collect::<Vec<_>>();
        prop_assert_eq!(bins(&merged), bins(&whole));
        for (a, b) in merged.sum.iter().zip(&whole.sum) {
            prop_assert!((a - b).abs() < 1e-9 * b.abs().max(1.0));
        }
    }
}
