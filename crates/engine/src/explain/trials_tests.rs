use super::*;
use tidegate_core::schema::{Answer, Feature, Task};
use tidegate_monitor::{
    column::{Counts, Reference},
    drift::drift,
};

const ROWS: usize = 400;

/// `heavy` counts ten times as much as `light`, `idle` not at all.
fn answer(row: &Row) -> Answered {
    let of = |name: &str| number_of(row.get(name));
    let kind = if name_of(row.get("kind")) == "new" { 3.0 } else { 0.0 };
    let score = 10.0 * of("heavy") + of("light") + kind;
    Answered { label: None, probabilities: None, value: Some(score) }
}

fn schema() -> Schema {
    let feature = |name: &str, kind| Feature { name: name.into(), input: name.into(), column: None, kind };
    Schema {
        task: Task::Regression,
        features: vec![
            feature("heavy", FeatureKind::Numeric),
            feature("light", FeatureKind::Numeric),
            feature("idle", FeatureKind::Numeric),
            feature("kind", FeatureKind::Categorical),
        ],
        answer: Answer { value: Some("y".into()), ..Answer::default() },
        ..Schema::default()
    }
}

/// Evenly spread and unrelated, `idle` and `light` moved by `shift`, and a third of `kind` new if it is not 0.
fn rows(shift: f64) -> Vec<Row> {
    let spread = |seed| importance::permutation(ROWS, seed).into_iter().map(|at| at as f64 / ROWS as f64);
    let columns = spread(1).zip(spread(2)).zip(spread(3)).enumerate();
    let row = |(index, ((heavy, light), idle)): (usize, ((f64, f64), f64))| {
        let kind = if shift > 0.0 && index % 3 == 0 { "new" } else { "old" };
        Row::from([
            ("heavy".into(), Cell::Number(heavy)),
            ("light".into(), Cell::Number(light + shift)),
            ("idle".into(), Cell::Number(idle + shift)),
            ("kind".into(), Cell::Text(kind.into())),
        ])
    };
    columns.map(row).collect()
}

fn drifts(live: &[Row], reference: &[Row], names: &[&str]) -> Vec<Drift> {
    let of = |name: &&str| {
        let numbers = |rows: &[Row]| rows.iter().map(|row| number_of(row.get(*name))).collect::<Vec<_>>();
        let usual = Reference::numeric(*name, &numbers(reference));
        let mut counts = Counts::new(&usual);
        numbers(live).into_iter().for_each(|value| counts.add_number(&usual, value));
        drift(&usual, &counts, 1, 0.2)
    };
    names.iter().map(of).collect()
}

fn material(shift: f64) -> Material {
    let (live, reference) = (rows(shift), rows(0.0));
    let schema = schema();
    let usual = schema.features.iter().map(|f| column(&reference, &f.name, f.kind)).collect();
    let truths = live.iter().map(|row| answer(row).value.map(Truth::Number)).collect();
    let drifted = drifts(&live, &reference, &["idle", "light", "kind"]);
    Material { schema, truths, live, reference, usual, drifted, seed: 5 }
}

fn ask(material: &Material, trials: &[Trial]) -> Answers {
    trials.iter().map(|trial| (*trial, material.rows(*trial).iter().map(answer).collect())).collect()
}

fn names(features: impl Iterator<Item = String>) -> Vec<String> {
    features.collect()
}

#[test]
fn inputs_are_ranked_by_what_the_answer_hangs_on() {
    let material = material(0.0);
    let found = material.conclude(&ask(&material, &material.trials())).unwrap();
    assert_eq!(found.unit, AnswerUnit::Value);
    let order = names(found.features.iter().map(|f| f.feature.clone()));
    assert_eq!(order[..2], ["heavy", "light"]);
    let heavy = &found.features[0];
    // The mean distance of two of an even spread is a third of its width.
    assert!((heavy.answer - 10.0 / 3.0).abs() < 0.4, "{heavy:?}");
    assert!((heavy.loss.unwrap() - heavy.answer).abs() < 1e-9, "the truth is the answer itself");
    assert_eq!((heavy.rank, heavy.reference_rank), (1, Some(1)));
    let idle = found.features.iter().find(|f| f.feature == "idle").unwrap();
    assert_eq!((idle.answer, idle.loss), (0.0, Some(0.0)));
    let attribution = found.attribution.unwrap();
    assert!(!attribution.drifted && attribution.ndcg > 0.99, "{attribution:?}");
}

#[test]
fn drift_is_ranked_by_what_it_does_to_the_answer() {
    let material = material(2.0);
    let found = material.conclude(&ask(&material, &material.trials())).unwrap();
    let effect = |name: &str| found.drift.iter().find(|effect| effect.feature == name).unwrap();
    assert_eq!(effect("idle").verdict, EffectVerdict::Harmless);
    assert_eq!(effect("idle").effect, 0.0);
    assert!(effect("idle").psi > 1.0, "harmless though it drifted far");
    let light = effect("light");
    assert!((light.effect - 2.0).abs() < 0.05, "mapped back by the shift: {light:?}");
    assert_eq!(light.verdict, EffectVerdict::Hurts);
    assert!(light.sentence.starts_with("hurts: answers move by 2.00 on average"), "{}", light.sentence);
    // A third of the rows goes from 3 to 0.
    assert!((effect("kind").effect - 1.0).abs() < 0.05, "{:?}", effect("kind"));
    let order = names(found.drift.iter().map(|effect| effect.feature.clone()));
    assert_eq!(order, ["light", "kind", "idle"]);
    assert!(light.loss.unwrap() < 0.0, "the truth follows the live values: mapped ones are wrong");
}

#[test]
fn a_change_of_what_matters_is_attribution_drift() {
    let mut material = material(0.0);
    // In the live rows what counted most stands still.
    for row in &mut material.live {
        row.insert("heavy".into(), Cell::Number(0.5));
    }
    let found = material.conclude(&ask(&material, &material.trials())).unwrap();
    let attribution = found.attribution.unwrap();
    assert!(attribution.drifted && attribution.ndcg < NDCG_LIMIT, "{attribution:?}");
    assert!(attribution.sentence.contains("heavy was first, now"), "{}", attribution.sentence);
}

#[test]
fn what_was_not_asked_in_time_is_left_out() {
    let material = material(2.0);
    let trials = material.trials();
    let found = material.conclude(&ask(&material, &trials[..6])).unwrap();
    assert_eq!((found.drift.len(), found.features.len()), (3, 2));
    assert_eq!(found.attribution, None);
    assert!(material.conclude(&Answers::new()).is_none());
    assert!(Material::default().conclude(&Answers::from([(Trial::Live, vec![])])).is_none());
}

#[test]
fn missing_values_go_to_the_model_as_missing() {
    let mut material = material(0.0);
    for row in &mut material.live {
        row.insert("heavy".into(), Cell::Null);
    }
    material.usual[0] = Some(Values::Numbers(vec![f64::NAN, 1.0]));
    let mapped = material.rows(Trial::Mapped(0));
    let missing = mapped.iter().filter(|row| row["heavy"] == Cell::Null).count();
    assert_eq!((missing, mapped.len()), (ROWS / 2, ROWS));
}
