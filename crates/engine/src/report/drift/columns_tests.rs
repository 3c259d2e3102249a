use tidegate_core::{Time, VersionId, schema::Answer};

use super::*;
use crate::fixture;

fn feature(name: &str, kind: FeatureKind) -> Feature {
    Feature { name: name.into(), input: name.into(), column: None, kind }
}

fn table(csv: &str) -> Table {
    Table::read(csv.as_bytes()).unwrap()
}

#[test]
fn a_data_set_is_read_by_the_kinds_of_its_features() {
    let schema = Schema {
        features: vec![feature("age", FeatureKind::Integer), feature("color", FeatureKind::Categorical)],
        target: Some("truth".into()),
        ..Schema::default()
    };
    let columns = Columns::of_table(&schema, &table("color,age,truth\nred,41,1\n,x,0\nred,7,1\n"), &[]);
    assert_eq!((columns.rows(), columns.inputs()), (3, 2));
    let Values::Integer(ages) = columns.columns[0].values() else { panic!("no whole numbers") };
    assert!(ages[0] == 41.0 && ages[1].is_nan() && ages[2] == 7.0);
    let Values::Categorical { codes, names } = columns.columns[1].values() else { panic!("no names") };
    assert_eq!((codes, names), (&[0, u32::MAX, 0][..], &["red".to_owned()][..]));
}

#[test]
fn a_tensor_takes_all_columns_but_the_target() {
    let schema = Schema {
        features: vec![feature("pixels", FeatureKind::Tensor)],
        target: Some("digit".into()),
        ..Schema::default()
    };
    let columns = Columns::of_table(&schema, &table("p0,digit,p1\n1,7,2\n3,7,4\n"), &[]);
    let Values::Vectors(vectors) = columns.columns[0].values() else { panic!("no vectors") };
    assert_eq!((vectors.width, vectors.values), (2, &[1.0, 2.0, 3.0, 4.0][..]));
}

#[test]
fn requests_are_read_with_their_answers_and_paired_by_name() {
    let schema = fixture::schema();
    let asked = vec![
        fixture::prediction(VersionId(1), Time(1), &[30.0, 40.0], "no"),
        fixture::prediction(VersionId(1), Time(2), &[50.0], "yes"),
    ];
    let current = Columns::of_predictions(&schema, asked);
    assert_eq!((current.rows(), current.inputs()), (3, 1));
    let reference = Columns::of_table(&schema, &table("age\n1\n2\n"), &[]);
    let pairs = paired(&reference, &current);
    assert_eq!(pairs.len(), 1, "nobody answered the reference");
    assert!(matches!(pairs[0].current, Some(Values::Numeric(ages)) if ages == [30.0, 40.0, 50.0]));
    let answer = |label: &str| Answered { label: Some(label.into()), probabilities: None, value: None };
    let reference = Columns::of_table(&schema, &table("age\n1\n2\n"), &[answer("yes"), answer("yes")]);
    let pairs = paired(&reference, &current);
    assert_eq!(pairs[1].name, "prediction");
    assert!(matches!(pairs[1].current, Some(Values::Categorical { names, .. }) if names == ["no", "yes"]));
}

#[test]
fn a_score_is_that_of_the_second_class_or_of_the_likeliest() {
    assert_eq!((score(&[0.9, 0.1]), score(&[0.2, 0.5, 0.3]), score(&[])), (Some(0.1), Some(0.5), None));
    let schema = Schema { answer: Answer::default(), ..fixture::schema() };
    let answered = Answered { label: None, probabilities: Some(vec![0.4, 0.6]), value: None };
    let columns = Columns::of_table(&schema, &table("age\n1\n"), &[answered]);
    assert_eq!(columns.columns[1].name, "score");
}
