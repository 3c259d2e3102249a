use tidegate_onnx::{
    node::{of_float, of_int, of_text},
    proto::TensorProto,
};

use super::*;
use crate::{
    Dataset,
    common::graph::{built, of_floats, op, tensor},
    graph::floats,
};

const X: [f32; 6] = [1.0, -2.0, 3.0, 4.0, 5.0, 6.0];

/// The value `y` of a graph for three rows of two columns.
fn computed(nodes: Vec<NodeProto>, constants: Vec<TensorProto>, x: [f32; 6]) -> Result<Vec<f32>> {
    let mut graph = built(nodes, constants).graph.unwrap();
    assert!(graph.node.iter().all(|node| understands(&graph, node)));
    let known = HashMap::from([("x".to_owned(), Matrix { columns: 2, data: x.to_vec() })]);
    run(&mut graph, "y", known, None).map(|matrix| matrix.data)
}

fn one(operator: &str, attributes: Vec<tidegate_onnx::proto::AttributeProto>) -> Vec<f32> {
    computed(vec![op(operator, &["x"], "y", attributes)], vec![], X).unwrap()
}

#[test]
fn each_operator_computes_what_the_specification_says() {
    let scaled = one("Scaler", vec![of_floats("offset", &[1.0]), of_floats("scale", &[2.0, 0.5])]);
    assert_eq!(scaled, [0.0, -1.5, 4.0, 1.5, 8.0, 2.5]);
    assert_eq!(one("Normalizer", vec![of_text("norm", "L1")])[..2], [1.0 / 3.0, -2.0 / 3.0]);
    assert_eq!(one("Normalizer", vec![of_text("norm", "L2")])[2..4], [0.6, 0.8]);
    assert_eq!(one("Normalizer", vec![of_text("norm", "MAX")])[..2], [1.0, -2.0]);
    assert_eq!(one("Cast", vec![of_int("to", 1)]), X);
    assert_eq!(one("Identity", vec![]), X);

    let imputer =
        [of_floats("imputed_value_floats", &[7.0, 8.0]), of_float("replaced_value_float", f32::NAN)];
    let holed = [f32::NAN, -2.0, 3.0, f32::NAN, 5.0, 6.0];
    let imputed = computed(vec![op("Imputer", &["x"], "y", imputer.to_vec())], vec![], holed).unwrap();
    assert_eq!(imputed, [7.0, -2.0, 3.0, 8.0, 5.0, 6.0]);

    let arithmetic = |operator| {
        let constant = tensor("c", &[2], &[2.0, 4.0], true);
        computed(vec![op(operator, &["x", "c"], "y", vec![])], vec![constant], X).unwrap()[2..4].to_vec()
    };
    assert_eq!(
        ["Add", "Sub", "Mul", "Div"].map(arithmetic),
        [[5.0, 8.0], [1.0, 0.0], [6.0, 16.0], [1.5, 1.0]]
    );
}

#[test]
fn columns_are_chosen_and_joined() {
    let mut second = tensor("second", &[1], &[], true);
    (second.data_type, second.raw_data) = (Some(7), Some(1_i64.to_le_bytes().to_vec()));
    let nodes = vec![
        op("ArrayFeatureExtractor", &["x", "second"], "b", vec![]),
        op("Concat", &["b", "x"], "y", vec![of_int("axis", 1)]),
        op("Relu", &["x"], "not wanted", vec![]),
    ];
    let mut graph = built(nodes, vec![second]).graph.unwrap();
    assert!(!understands(&graph, &graph.node[2]));
    let known = HashMap::from([("x".to_owned(), Matrix { columns: 2, data: X.to_vec() })]);
    let joined = run(&mut graph, "y", known, None).unwrap();
    assert_eq!((joined.columns, joined.row(1)), (3, &[4.0, 3.0, 4.0][..]));
}

#[test]
fn parameters_that_do_not_fit_the_columns_are_refused() {
    let three = vec![of_floats("offset", &[0.0; 3]), of_floats("scale", &[1.0; 3])];
    assert!(computed(vec![op("Scaler", &["x"], "y", three)], vec![], X).is_err());
}

#[test]
fn a_scaler_is_refit_to_the_weighted_rows_in_the_way_it_works() {
    let refit = |offset: &[f32], scale: &[f32], x: [f32; 6]| {
        let scaler = op("Scaler", &["x"], "y", vec![of_floats("offset", offset), of_floats("scale", scale)]);
        let mut graph = built(vec![scaler], vec![]).graph.unwrap();
        let known = HashMap::from([("x".to_owned(), Matrix { columns: 2, data: x.to_vec() })]);
        run(&mut graph, "y", known, Some(&[1.0, 1.0, 0.0])).unwrap();
        [floats(&graph.node[0], "offset"), floats(&graph.node[0], "scale")].map(<[f32]>::to_vec)
    };
    assert_eq!(refit(&[9.0, 9.0], &[3.0, 3.0], X), [[2.0, 1.0], [1.0, 1.0 / 3.0]]);
    assert_eq!(refit(&[0.0, 0.0], &[3.0, 3.0], X), [[0.0, 0.0], [1.0, 1.0 / 3.0]], "one that does not shift");
    assert_eq!(refit(&[9.0, 9.0], &[1.0, 1.0], X), [[2.0, 1.0], [1.0, 1.0]], "one that does not stretch");
    let holed = [f32::NAN, -2.0, 3.0, 4.0, 5.0, 6.0];
    assert_eq!(refit(&[9.0, 9.0], &[3.0, 3.0], holed), [[9.0, 9.0], [3.0, 3.0]], "missing values");
}

#[test]
fn columns_are_found_by_the_names_of_the_schema() {
    let feature = |name: &str, input: &str, column, kind| Feature {
        name: name.into(),
        input: input.into(),
        column,
        kind,
    };
    let graph = built(vec![], vec![]).graph.unwrap();
    let data = Dataset {
        features: vec!["a".into(), "b".into(), "c".into()],
        x: vec![1.0, 2.0, 3.0],
        ..Dataset::default()
    };
    let numeric = FeatureKind::Numeric;
    let schema = |features| Schema { features, ..Schema::default() };
    let found = inputs(
        &graph,
        &schema(vec![feature("a", "x", Some(1), numeric), feature("c", "x", Some(0), numeric)]),
        &data,
    );
    assert_eq!(found.unwrap()["x"].data, [3.0, 1.0]);
    assert_eq!(inputs(&graph, &schema(vec![]), &data).unwrap()["x"].data, [1.0, 2.0, 3.0]);
    let refused = |feature| inputs(&graph, &schema(vec![feature]), &data).unwrap_err().message;
    assert!(refused(feature("d", "x", Some(0), numeric)).contains("`d`"));
    assert!(refused(feature("a", "x", None, FeatureKind::Tensor)).contains("tensor"));
}
