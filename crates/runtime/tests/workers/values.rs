//! Every kind of value goes in and comes out as it was.

use tidegate_core::{
    ElementType, Tensor, Value,
    tensor::{Keys, Map, Named},
};
use tidegate_runtime::Request;

use crate::{deploy, models};

async fn through(sample: &models::Sample, inputs: Vec<Named>) -> Value {
    let deployment = deploy(sample).await;
    let answer = deployment.run(Request { inputs, ..Request::default() }).await.unwrap();
    deployment.stop().await;
    answer.outputs.into_iter().next().unwrap().value
}

fn x(value: Value) -> Vec<Named> {
    vec![Named::new("x", value)]
}

fn floats(values: &[f32]) -> Value {
    Value::Tensor(Tensor::from_f32(vec![values.len()], values).unwrap())
}

#[tokio::test]
async fn every_element_type_passes_unchanged() {
    use ElementType::*;
    let types = [
        F32, F64, F16, Bf16, I8, I16, I32, I64, U8, U16, U32, U64, Bool, F8E4M3Fn, F8E4M3Fnuz, F8E5M2,
        F8E5M2Fnuz,
    ];
    // The library has no operator yet that takes F8E8M0 or F4E2M1 on the CPU.
    let packed = [I4, U4, I2, U2];
    let types = types.map(|element| (element, models::identity as fn(_) -> _)).into_iter();
    let types = types.chain(packed.map(|element| (element, models::unmoved as fn(_) -> _)));
    for (element, sample) in types {
        // Eight elements fill whole bytes in the packed types too; booleans are 0 or 1.
        let bytes: Vec<u8> = (0..element.bytes_for(8).unwrap()).map(|n| (n % 2) as u8).collect();
        let tensor = Value::Tensor(Tensor::from_bytes(element, vec![2, 4], bytes).unwrap());
        let sample = sample(models::tensor(element, &[-1, 4]));
        assert_eq!(through(&sample, x(tensor.clone())).await, tensor, "{element:?}");
    }
}

#[tokio::test]
async fn strings_scalars_and_empty_tensors_pass_unchanged() {
    let words = ["", "Ebbe", "höchste Flut"].map(str::to_owned).to_vec();
    let words = Value::Tensor(Tensor::from_strings(vec![3], words).unwrap());
    let sample = models::identity(models::tensor(ElementType::String, &[-1]));
    assert_eq!(through(&sample, x(words.clone())).await, words);
    let scalar = Value::Tensor(Tensor::from_f32(vec![], &[2.5]).unwrap());
    assert_eq!(
        through(&models::identity(models::tensor(ElementType::F32, &[])), x(scalar.clone())).await,
        scalar
    );
    let nothing = Value::Tensor(Tensor::from_f32(vec![0, 4], &[]).unwrap());
    let sample = models::identity(models::tensor(ElementType::F32, &[-1, 4]));
    assert_eq!(through(&sample, x(nothing.clone())).await, nothing);
}

#[tokio::test]
async fn large_tensors_pass_through_shared_memory_and_leave_it_empty() {
    let numbers: Vec<f32> = (0..1_000_000).map(|n| n as f32).collect();
    let large = Value::Tensor(Tensor::from_f32(vec![250_000, 4], &numbers).unwrap());
    let sample = models::identity(models::tensor(ElementType::F32, &[-1, 4]));
    let deployment = deploy(&sample).await;
    for _ in 0..3 {
        let request = Request { inputs: x(large.clone()), ..Request::default() };
        let answer = deployment.run(request).await.unwrap();
        assert_eq!(answer.outputs[0].value, large);
    }
    if cfg!(target_os = "linux") {
        let pid = deployment.status().pid.unwrap();
        let scratch = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap();
        assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0);
        deployment.stop().await;
        assert!(!scratch.exists());
    }
}

#[tokio::test]
async fn sequences_pass_also_empty_ones() {
    let sequence = Value::Sequence(vec![floats(&[1.0]), floats(&[2.0, 3.0])]);
    let kind = tidegate_core::signature::PortKind::Sequence {
        item: Box::new(models::tensor(ElementType::F32, &[-1])),
    };
    assert_eq!(through(&models::identity(kind), x(sequence.clone())).await, sequence);
    let length = |count| Value::Tensor(Tensor::from_i64(vec![], &[count]).unwrap());
    let sample = models::sequence_length();
    assert_eq!(through(&sample, x(sequence)).await, length(2));
    assert_eq!(through(&sample, x(Value::Sequence(vec![]))).await, length(0));
}

#[tokio::test]
async fn classifiers_give_maps_with_integer_or_string_keys() {
    let scores = || x(Value::Tensor(Tensor::from_f32(vec![1, 3], &[0.1, 0.7, 0.2]).unwrap()));
    let values = Tensor::from_f32(vec![3], &[0.1, 0.7, 0.2]).unwrap();
    let ints = models::zip_map(models::ints("classlabels_int64s", &[4, 5, 6]), ElementType::I64);
    let map = Map { keys: Keys::Ints(vec![4, 5, 6]), values: values.clone() };
    assert_eq!(through(&ints, scores()).await, Value::Sequence(vec![Value::Map(map)]));
    let names = models::zip_map(models::texts("classlabels_strings", &["a", "b", "c"]), ElementType::String);
    let keys = Keys::Strings(["a", "b", "c"].map(str::to_owned).to_vec());
    assert_eq!(through(&names, scores()).await, Value::Sequence(vec![Value::Map(Map { keys, values })]));
}

#[tokio::test]
async fn maps_can_be_inputs() {
    let values = Tensor::from_f32(vec![2], &[3.0, 9.0]).unwrap();
    let map = Value::Map(Map { keys: Keys::Ints(vec![7, 2]), values });
    let given = through(&models::cast_map(), x(map)).await;
    // In the order of the keys.
    assert_eq!(given.as_tensor().unwrap().to_f64().unwrap(), [9.0, 3.0]);
}

#[tokio::test]
async fn optional_values_are_there_or_not() {
    let yes = |there: bool| {
        Value::Tensor(Tensor::from_bytes(ElementType::Bool, vec![], vec![u8::from(there)]).unwrap())
    };
    let sample = models::has_element();
    assert_eq!(through(&sample, x(floats(&[1.0]))).await, yes(true));
    assert_eq!(through(&sample, x(Value::None)).await, yes(false));
    assert_eq!(through(&sample, vec![]).await, yes(false));
    let present = through(&models::present_sequence(), x(floats(&[1.0, 2.0]))).await;
    assert_eq!(present, Value::Sequence(vec![floats(&[1.0, 2.0])]));
}

#[tokio::test]
async fn inputs_with_a_default_may_be_left_out() {
    let sample = models::default_scale();
    assert_eq!(through(&sample, x(floats(&[1.0, 2.0]))).await, floats(&[2.0, 4.0]));
    let both = vec![Named::new("x", floats(&[1.0, 2.0])), Named::new("scale", floats(&[10.0]))];
    assert_eq!(through(&sample, both).await, floats(&[10.0, 20.0]));
}
