use proptest::prelude::*;
use tidegate_core::run::{Domain, Parameter, Sampler, Search, Trial, TrialState};
use tidegate_trees::SplitMix64;

use super::*;

fn search(sampler: Sampler) -> Search {
    let parameter = |name: &str, domain| Parameter { name: name.into(), domain };
    let parameters = vec![
        parameter("rate", Domain::Real { low: 1e-4, high: 1.0, log: true }),
        parameter("leaves", Domain::Whole { low: 2, high: 100, log: false }),
        parameter("kind", Domain::Choice { options: ["a", "b", "c"].map(str::to_owned).to_vec() }),
    ];
    Search { sampler, parameters, ..Search::default() }
}

/// Best at a rate of 0.01, 30 leaves and kind `b`; 0 there.
fn loss(values: &[f64]) -> f64 {
    let rate = (values[0].log10() + 2.0).powi(2);
    let leaves = ((values[1] - 30.0) / 50.0).powi(2);
    rate + leaves + if values[2] == 1.0 { 0.0 } else { 1.0 }
}

fn complete(values: Vec<f64>, loss: f64) -> Trial {
    Trial {
        values,
        state: TrialState::Complete,
        loss: Some(loss),
        rungs: Vec::new(),
        steps: 1,
        took_ms: 0,
        error: None,
    }
}

fn go_on(search: &Search, mut trials: Vec<Trial>, until: usize, seed: u64) -> Vec<Trial> {
    while trials.len() < until {
        let values = suggest(search, &trials, seed);
        let loss = loss(&values);
        trials.push(complete(values, loss));
    }
    trials
}

fn lowest(trials: &[Trial]) -> f64 {
    trials[best(trials).unwrap()].loss.unwrap()
}

#[test]
fn parzen_estimators_find_more_than_chance() {
    let after = |sampler| {
        let mut found: Vec<f64> =
            (0..40).map(|seed| lowest(&go_on(&search(sampler), Vec::new(), 60, seed))).collect();
        found.sort_by(f64::total_cmp);
        found[20]
    };
    let (tpe, random) = (after(Sampler::Tpe), after(Sampler::Random));
    assert!(tpe < random / 3.0, "median of the lowest losses: {tpe} against {random}");
}

#[test]
fn a_search_taken_up_again_makes_the_same_trials() {
    for sampler in [Sampler::Tpe, Sampler::Random] {
        let search = search(sampler);
        let whole = go_on(&search, Vec::new(), 40, 7);
        assert_eq!(go_on(&search, whole[..17].to_vec(), 40, 7), whole);
        assert_ne!(go_on(&search, Vec::new(), 40, 8), whole);
    }
}

#[test]
fn what_moves_the_loss_is_named() {
    let search = search(Sampler::Random);
    let mut trials = go_on(&search, Vec::new(), 60, 3);
    trials.iter_mut().for_each(|trial| trial.loss = Some((trial.values[0].log10() + 2.0).powi(2)));
    let shares = importance(&search, &trials, 0);
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(shares[0] > 0.8, "{shares:?}");
    assert!(importance(&search, &trials[..11], 0).is_empty(), "too few to say");
    trials.iter_mut().for_each(|trial| trial.loss = Some(1.0));
    assert!(importance(&search, &trials, 0).is_empty(), "nothing moved it");
}

#[test]
fn rungs_lie_before_the_end() {
    let rungs = Rungs::new(100, 3);
    let stands: Vec<u32> = (0..=100).filter(|step| rungs.at(*step).is_some()).collect();
    assert_eq!(stands, [33]);
    assert_eq!(Rungs::new(100, 2).at(33), Some(0));
    assert_eq!(Rungs::new(1, 3), Rungs::new(0, 3));
    assert_eq!(Rungs::new(1, 3).at(1), None);
}

/// Trials that come one after another with losses in random order: about one in three goes on, and never one that
/// is worse than another that was stopped at the same time.
#[test]
fn about_one_in_three_goes_on() {
    let mut random = SplitMix64(5);
    let (mut trials, mut kept) = (Vec::new(), 0);
    for _ in 0..300 {
        let loss = random.share();
        kept += u32::from(goes_on(&trials, 0, loss, 3));
        trials.push(Trial { rungs: vec![loss], ..complete(Vec::new(), loss) });
    }
    assert!((80..=130).contains(&kept), "{kept}");
    assert!(!goes_on(&[], 0, f64::NAN, 3), "what has no loss is stopped");
}

proptest! {
    #[test]
    fn values_lie_in_their_domain(
        low in -1e6..1e6, width in 1e-6..1e6, whole in 1_i64..1_000, more in 1_i64..1_000, seed: u64, log: bool,
    ) {
        let high = low + width;
        let parameters = vec![
            Parameter { name: "x".into(), domain: Domain::Real { low, high, log: log && low > 0.0 } },
            Parameter { name: "n".into(), domain: Domain::Whole { low: whole, high: whole + more, log } },
        ];
        let search = Search { parameters, ..Search::default() };
        let mut trials = Vec::new();
        for trial in 0..25 {
            let values = suggest(&search, &trials, seed);
            prop_assert!((low..=high).contains(&values[0]));
            prop_assert!((whole..=whole + more).contains(&(values[1] as i64)) && values[1].fract() == 0.0);
            trials.push(complete(values, f64::from(trial % 7)));
        }
    }

    #[test]
    fn the_best_so_far_always_goes_on(losses in prop::collection::vec(0.0..1.0_f64, 0..40), reduction in 2_u32..5) {
        let trials: Vec<_> = losses.iter().map(|loss| Trial { rungs: vec![*loss], ..complete(Vec::new(), *loss) }).collect();
        let best = losses.iter().copied().fold(1.0, f64::min);
        prop_assert!(goes_on(&trials, 0, best, reduction));
        let worst = losses.iter().copied().fold(0.0, f64::max) + 0.1;
        let few = losses.len() < reduction as usize;
        prop_assert!(!goes_on(&trials, 0, worst, reduction) || (few && losses.is_empty()) );
    }

    /// Failed trials and ones without a finite loss teach nothing and break nothing.
    #[test]
    fn what_failed_is_left_out(failed in 0_usize..30) {
        let search = search(Sampler::Tpe);
        let mut trials = go_on(&search, Vec::new(), 12, 1);
        for _ in 0..failed {
            trials.push(Trial { state: TrialState::Failed, loss: None, ..complete(vec![0.1, 2.0, 0.0], 0.0) });
        }
        trials.push(complete(vec![0.1, 2.0, 0.0], f64::NAN));
        prop_assert!(best(&trials).unwrap() < 12);
        prop_assert_eq!(suggest(&search, &trials, 1).len(), 3);
    }
}
