//! What a plan says of features, quantiles and patience, from file to file.

use tidegate_core::{run::Trees, schema::Truth};
use tidegate_onnx::proto::ModelProto;
use tidegate_trees::Matrix;

use super::*;
use crate::{
    Dataset,
    common::{data, divided, ints, model, nobody, node, pick, rows, schema, silent},
    probe::{Learner, Recognised, recognise},
    train,
};

fn scores(model: &ModelProto, x: Vec<f32>, columns: usize) -> Vec<f64> {
    let Ok(Recognised { learner: Learner::Trees(head), .. }) = recognise(model, None) else {
        panic!("no trees")
    };
    let node = &model.graph.as_ref().unwrap().node[head.node];
    head.ensemble(node).unwrap().score(&Matrix { columns, data: x })
}

fn of(trees: Trees) -> Plan {
    Plan { rounds: 40, trees, ..Plan::default() }
}

fn trained(file: &str, data: &Dataset, plan: &Plan) -> Result<crate::Trained> {
    train(&model(self::data(file)), &schema(), data, plan, &nobody(), &mut silent)
}

fn written(file: &str, data: &Dataset, plan: &Plan) -> ModelProto {
    tidegate_onnx::decode(&trained(file, data, plan).unwrap().bytes).unwrap()
}

const SHOPS: &str = "lightgbm-categories.onnx";

fn shops() -> Dataset {
    rows(data("categories.csv"))
}

#[test]
fn categories_are_grouped_and_written_as_a_chain_of_equals() {
    let all = shops();
    let (learnt, held): (Vec<usize>, Vec<usize>) = (0..all.rows()).partition(|row| row % 4 > 0);
    let (learnt, held) = (pick(&all, &learnt), pick(&all, &held));
    let error = |model: &ModelProto| {
        let found = scores(model, held.x.clone(), 2);
        found.iter().zip(&held.truth).map(|(a, truth)| (a - truth.number().unwrap()).powi(2)).sum::<f64>()
            / held.rows() as f64
    };
    let plain = written(SHOPS, &learnt, &of(Trees::default()));
    let grouped = written(SHOPS, &learnt, &of(Trees { categories: vec!["shop".into()], ..Trees::default() }));
    assert!(error(&grouped) < error(&plain), "{} {}", error(&grouped), error(&plain));
    let trees = node(&grouped, "TreeEnsembleRegressor");
    let modes = crate::graph::strings(trees, "nodes_modes");
    let columns = ints(trees, "nodes_featureids");
    assert!(
        modes
            .iter()
            .zip(&columns)
            .all(|(mode, column)| mode == "LEAF" || (mode == "BRANCH_EQ") == (*column == 0))
    );
    // A shop nobody has seen is answered, the same as none at all.
    let strange = scores(&grouped, vec![77.0, 0.5, f32::NAN, 0.5], 2);
    assert!(strange[0].is_finite() && strange[0] == strange[1]);
    // And it goes on from there.
    let more =
        Plan { mode: Mode::Continue, ..of(Trees { categories: vec!["shop".into()], ..Trees::default() }) };
    let onward = train(&grouped, &schema(), &learnt, &more, &nobody(), &mut silent).unwrap();
    assert!(onward.loss < trained(SHOPS, &learnt, &of(Trees::default())).unwrap().loss);
}

#[test]
fn a_rising_feature_never_lowers_the_answer_and_a_falling_one_never_raises_it() {
    let [learnt, held] = divided("breast-cancer");
    let (up, down) = (learnt.features[20].clone(), learnt.features[0].clone());
    let plan = of(Trees { rising: vec![up], falling: vec![down], ..Trees::default() });
    let new = written("lightgbm-binary.onnx", &learnt, &plan);
    let mut moves = [0, 0];
    for (place, sign) in [(20, 1.0), (0, -1.0)] {
        for row in held.x.chunks_exact(30).take(40) {
            let along = |value: f32| {
                let mut row = row.to_vec();
                row[place] = value;
                row
            };
            let steps: Vec<f32> = (0u8..60).flat_map(|step| along(f32::from(step) * 0.7)).collect();
            let found = scores(&new, steps, 30);
            assert!(found.windows(2).all(|pair| sign * (pair[1] - pair[0]) >= -1e-6), "{place}");
            moves[usize::from(place == 0)] += usize::from(found[0] != found[59]);
        }
    }
    assert!(moves[0] > 0, "the rising feature says something: {moves:?}");
}

#[test]
fn a_quantile_leaves_its_share_of_truths_below() {
    let all = shops();
    for share in [0.1, 0.9] {
        let new = written(SHOPS, &all, &of(Trees { quantile: Some(share), ..Trees::default() }));
        let found = scores(&new, all.x.clone(), 2);
        let below =
            found.iter().zip(&all.truth).filter(|(score, truth)| truth.number().unwrap() <= **score).count();
        let below = below as f64 / all.rows() as f64;
        assert!((below - share).abs() < 0.06, "{share}: {below}");
    }
}

#[test]
fn patience_stops_before_noise_is_learnt() {
    let mut noise = shops();
    noise.truth = (0..noise.rows()).map(|row| Truth::Number(((row * 7919) % 101) as f64)).collect();
    let plan = Plan { rounds: 300, ..of(Trees { patience: Some(4), ..Trees::default() }) };
    let stopped = trained(SHOPS, &noise, &plan).unwrap();
    let through = trained(SHOPS, &noise, &Plan { trees: Trees::default(), ..plan }).unwrap();
    assert!(stopped.rounds < 60 && through.rounds == 300, "{} {}", stopped.rounds, through.rounds);
    assert!(stopped.held_out_loss.unwrap() <= through.held_out_loss.unwrap());
}

#[test]
fn what_does_not_fit_is_refused_by_its_name() {
    let all = shops();
    let refused = |trees: Trees| trained(SHOPS, &all, &of(trees)).unwrap_err().to_string();
    let shop = || vec!["shop".to_owned()];
    assert!(refused(Trees { rising: vec!["price".into()], ..Trees::default() }).contains("`price`"));
    assert!(refused(Trees { quantile: Some(1.0), ..Trees::default() }).contains("`trees.quantile`"));
    assert!(
        refused(Trees { rising: shop(), falling: shop(), ..Trees::default() }).contains("more than once")
    );
    assert!(
        refused(Trees { rising: shop(), quantile: Some(0.5), ..Trees::default() }).contains("`trees.rising`")
    );
    let [learnt, _] = divided("breast-cancer");
    let quantile = of(Trees { quantile: Some(0.5), ..Trees::default() });
    assert!(trained("lightgbm-binary.onnx", &learnt, &quantile).unwrap_err().message.contains("regression"));
}
