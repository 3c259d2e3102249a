use std::collections::BTreeMap;

use tidegate_core::{
    ElementType,
    schema::Feature,
    signature::{Dim, Port, PortKind, Signature},
};

use super::*;

fn feature(name: &str, kind: FeatureKind) -> Feature {
    Feature { name: name.into(), input: name.into(), column: None, kind }
}

fn labelled(rows: Vec<(Cell, Cell, Cell)>, truths: Vec<Truth>) -> Labelled {
    let row = |(age, plan, image)| {
        BTreeMap::from([("age".to_owned(), age), ("plan".to_owned(), plan), ("image".to_owned(), image)])
    };
    Labelled { rows: rows.into_iter().map(row).collect(), truths }
}

#[test]
fn categories_gaps_and_tensors_keep_their_meaning() {
    let schema = Schema {
        features: vec![
            feature("age", FeatureKind::Numeric),
            feature("plan", FeatureKind::Categorical),
            feature("image", FeatureKind::Tensor),
        ],
        target: Some("plan".into()),
        ..Schema::default()
    };
    let image = |a, b| Cell::List(vec![Cell::Number(a), Cell::Number(b)]);
    let old =
        labelled(vec![(Cell::Number(1.5), Cell::Number(7.0), image(1.0, 2.0))], vec![Truth::Number(1.0)]);
    let new = labelled(
        vec![(Cell::Null, Cell::Text("pro".into()), image(3.0, 4.0))],
        vec![Truth::Class("yes".into())],
    );
    let material = Material { train_old: old, train_new: new, ..Material::default() };
    let plan = Plan { new_weight: 3.0, ..Plan::default() };
    let rows = rows_of(&schema, &material, &plan).unwrap();
    let column = |name: &str| &rows.columns.iter().find(|column| column.name == name).unwrap().values;
    let texts = |a: &str, b: &str| Values::Texts(vec![Some(a.into()), Some(b.into())]);
    assert_eq!(rows.count, 2);
    assert_eq!(column("age"), &Values::Numbers(vec![Some(1.5), None]));
    assert_eq!(column("plan"), &texts("7", "pro"));
    assert_eq!(column("image[1]"), &Values::Numbers(vec![Some(2.0), Some(4.0)]));
    assert_eq!(column("tidegate_target"), &texts("1", "yes"), "a feature has the target's name");
    assert_eq!(column(WEIGHT), &Values::Numbers(vec![Some(1.0), Some(3.0)]));
    assert_eq!(column(IS_NEW), &Values::Numbers(vec![Some(0.0), Some(1.0)]));

    let mut ragged = material;
    ragged.train_new.rows[0].insert("image".into(), image(1.0, 2.0));
    ragged.train_old.rows[0].insert("image".into(), Cell::List(vec![Cell::Number(1.0)]));
    let error = rows_of(&schema, &ragged, &plan).unwrap_err();
    assert!(error.message.contains("row 0: `image` holds 1 numbers"), "{error}");
}

#[test]
fn another_signature_is_told_in_words() {
    let port = |name: &str| Port {
        name: name.into(),
        kind: PortKind::tensor(ElementType::F32, vec![Dim::Unknown, Dim::Fixed(2)]),
        overridable: false,
    };
    let of = |input: &str, classes: &[&str]| Inspection {
        signature: Signature { inputs: vec![port(input)], outputs: vec![port("y")] },
        class_labels: classes.iter().map(|class| (*class).to_owned()).collect(),
        ..Inspection::default()
    };
    let old = of("x", &["no", "yes"]);
    assert!(fits(&old, &old).is_ok() && fits(&old, &of("x", &[])).is_ok());
    let error = fits(&old, &of("x", &["yes", "no"])).unwrap_err();
    assert!(error.message.contains("its classes are yes, no, not no, yes"), "{error}");
    let new = of("input", &[]);
    let error = fits(&old, &new).unwrap_err();
    assert!(error.message.contains("another signature") && error.message.contains("input"), "{error}");
}
