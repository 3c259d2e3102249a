//! Learning something new without forgetting the old: 300 transposed digits for a network that reads upright ones.

use tidegate_core::run::{Mode, Network, Plan, Schedule};
use tidegate_train::{Dataset, train};

use crate::{
    case::launcher,
    common::{data, model, pick, rows, sample, silent},
    files::{accuracy, digits},
};

/// Rows and columns of each picture exchanged.
fn transposed(data: &Dataset) -> Dataset {
    let turned = |picture: &[f32]| (0..64).map(|at| picture[at % 8 * 8 + at / 8]).collect::<Vec<f32>>();
    Dataset { x: data.x.chunks(64).flat_map(turned).collect(), ..data.clone() }
}

/// Accuracy on upright and on transposed digits that were not learnt from, the mean of three seeds.
fn after(network: Network) -> [f64; 2] {
    const SEEDS: [u64; 3] = [1, 2, 3];
    let each = SEEDS.map(|seed| seeded(network.clone(), seed));
    [0, 1].map(|side| each.iter().map(|found| found[side]).sum::<f64>() / SEEDS.len() as f64)
}

fn seeded(network: Network, seed: u64) -> [f64; 2] {
    let (old, held) = (rows(sample("digits-cnn/reference.csv")), rows(sample("digits-cnn/holdout.csv")));
    let new = transposed(&pick(&old, &(0..300).collect::<Vec<_>>()));
    let mut both = Dataset { old: old.rows(), ..old };
    both.x.extend(new.x);
    both.truth.extend(new.truth);
    both.weight.extend(new.weight);
    let network = Network { schedule: Schedule::Constant, patience: None, ..network };
    let plan = Plan { mode: Mode::Continue, rounds: 40, network, seed, ..Plan::default() };
    let file = model(data("mlp-digits.onnx"));
    let trained =
        train(&file, &digits("probabilities", false), &both, &plan, &launcher(), &mut silent).unwrap();
    [held.clone(), transposed(&held)].map(|rows| accuracy(&trained.bytes, &rows, &[64], 1))
}

#[test]
fn replaying_old_rows_keeps_what_was_known() {
    let before = accuracy(
        &std::fs::read(data("mlp-digits.onnx")).unwrap(),
        &rows(sample("digits-cnn/holdout.csv")),
        &[64],
        1,
    );
    let plain = after(Network { replay: Some(0), ..Network::default() });
    let some = after(Network { replay: Some(60), ..Network::default() });
    let replayed = after(Network { replay: Some(300), ..Network::default() });
    eprintln!("old and new: before {before}, plain {plain:?}, 60 replayed {some:?}, 300 {replayed:?}");
    assert!(before > 0.95);
    assert!(plain[0] <= 0.80 && plain[1] > 0.75, "{plain:?}");
    assert!(replayed[0] >= 0.93 && replayed[1] > 0.75, "{replayed:?}");
    assert!(plain[0] < some[0] && some[0] < replayed[0], "{some:?}");
}

#[test]
fn consolidation_and_distillation_keep_some_of_it() {
    let plain = after(Network { replay: Some(0), ..Network::default() });
    let held = after(Network { replay: Some(0), ewc: 100.0, ..Network::default() });
    let taught = after(Network { replay: Some(0), distil: 0.5, ..Network::default() });
    eprintln!("old and new: plain {plain:?}, consolidated {held:?}, distilled {taught:?}");
    assert!(held[0] > plain[0] + 0.03 && held[1] > 0.6, "{held:?} after {plain:?}");
    assert!(taught[0] > plain[0], "{taught:?} after {plain:?}");
}
