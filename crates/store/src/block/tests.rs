use proptest::prelude::*;
use tidegate_core::{
    ElementType, Tensor, Value,
    tensor::{Data, Keys, Map, Named},
};

use super::*;

const VERSION: VersionId = VersionId(7);

fn tensor() -> impl Strategy<Value = Tensor> {
    use ElementType::*;
    let shape = prop::collection::vec(0_usize..4, 0..4);
    let element = prop::sample::select(vec![
        F32, F64, F16, Bf16, I8, I16, I32, I64, U8, U16, U32, U64, Bool, String, F8E4M3Fn, F8E4M3Fnuz,
        F8E5M2, F8E5M2Fnuz, F8E8M0, F4E2M1, I4, U4, I2, U2, Complex64, Complex128,
    ]);
    (element, shape, any::<u64>(), ".{0,9}").prop_map(|(element, shape, seed, text)| {
        let count: usize = shape.iter().product();
        match element.bytes_for(count) {
            Some(bytes) => {
                let data: Vec<u8> = (0..bytes).map(|i| (seed >> (i % 57)) as u8).collect();
                Tensor::from_bytes(element, shape, data).unwrap()
            }
            None => Tensor::from_strings(shape, (0..count).map(|i| format!("{text}{i}")).collect()).unwrap(),
        }
    })
}

fn value() -> impl Strategy<Value = Value> {
    let keys = prop_oneof![
        prop::collection::vec(any::<i64>(), 0..4).prop_map(Keys::Ints),
        prop::collection::vec(".{0,5}", 0..4).prop_map(Keys::Strings),
    ];
    let leaf = prop_oneof![
        3 => tensor().prop_map(Value::Tensor),
        1 => Just(Value::None),
        1 => (keys, tensor()).prop_map(|(keys, values)| Value::Map(Map { keys, values })),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Value::Sequence))
}

fn named() -> impl Strategy<Value = Vec<Named>> {
    prop::collection::vec((".{0,6}", value()).prop_map(|(name, value)| Named { name, value }), 0..3)
}

fn prediction() -> impl Strategy<Value = Prediction> {
    let times = (0..1_i64 << 47, any::<[u8; 10]>(), any::<i64>());
    let timing = (any::<u32>(), any::<u32>(), any::<u32>());
    let error = prop::option::of(prop::sample::select(CODES.to_vec()));
    (times, prop::option::of(".{0,9}"), any::<u32>(), timing, error, named(), named()).prop_map(
        |((made, random, time), client_id, rows, (queue_us, run_us, total_us), error, inputs, outputs)| {
            Prediction {
                id: PredictionId::new(Time(made), random),
                client_id,
                time: Time(time),
                version: VERSION,
                rows,
                timing: Timing { queue_us, run_us, total_us },
                error,
                inputs,
                outputs,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_block_reads_back(predictions in prop::collection::vec(prediction(), 0..8)) {
        let (head, body) = (encode_head(&predictions), encode_body(&predictions));
        let entries: Vec<_> = predictions.iter().map(Entry::of).collect();
        prop_assert_eq!(decode_head(&head).unwrap(), entries);
        prop_assert_eq!(decode(VERSION, &head, &body).unwrap(), predictions);
    }

    #[test]
    fn damage_is_an_error_or_other_numbers_but_never_a_panic(
        predictions in prop::collection::vec(prediction(), 1..4),
        place in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
        cut in any::<prop::sample::Index>(),
    ) {
        let (head, mut body) = (encode_head(&predictions), encode_body(&predictions));
        let index = place.index(body.len());
        body[index] ^= flip;
        let _ = decode(VERSION, &head, &body);
        // Under the compression, where no checksum of its own stands in the way.
        let mut raw = unpack(&encode_body(&predictions)).unwrap().rest().to_vec();
        let index = place.index(raw.len());
        raw[index] ^= flip;
        let _ = decode(VERSION, &head, &pack(&raw));
        raw[index] ^= flip;
        raw.truncate(cut.index(raw.len()));
        prop_assert!(decode(VERSION, &head, &pack(&raw)).is_err());
    }
}

/// Fixed bytes of format 1: if this fails, stored predictions have become unreadable.
#[test]
fn the_first_format_stays_as_it_is() {
    let prediction = Prediction {
        id: PredictionId::new(Time(1_790_000_000_123), [7; 10]),
        client_id: Some("order-17".into()),
        time: Time(1_790_000_000_124),
        version: VERSION,
        rows: 2,
        timing: Timing { queue_us: 1, run_us: 2, total_us: 3 },
        error: Some(Code::Busy),
        inputs: vec![Named::new("x", Value::Tensor(Tensor::from_f32(vec![2, 1], &[1.0, 2.0]).unwrap()))],
        outputs: vec![Named::new(
            "p",
            Value::Sequence(vec![Value::Map(Map {
                keys: Keys::Strings(vec!["no".into()]),
                values: Tensor {
                    element: ElementType::String,
                    shape: vec![1],
                    data: Data::Strings(vec!["a".into()]),
                },
            })]),
        )],
    };
    let raw =
        |blob: &[u8]| unpack(blob).unwrap().rest().iter().map(|b| format!("{b:02x}")).collect::<String>();
    let head = encode_head(std::slice::from_ref(&prediction));
    let body = encode_body(std::slice::from_ref(&prediction));
    assert_eq!(raw(&head), "0101a0c4506c7b770787070707070707070202");
    let timings_error_and_client_id = "01000000020000000300000006092b6f726465722d3137";
    let form_and_columns = "00011801017801010202010801017003010501026e6f020801010102080000803f00000040020161";
    assert_eq!(raw(&body), [timings_error_and_client_id, form_and_columns].concat());
    assert_eq!(decode(VERSION, &head, &body).unwrap(), [prediction]);
}

#[test]
fn predictions_of_one_form_cost_little_more_than_their_numbers() {
    let predictions: Vec<_> = (0..1000_u32)
        .map(|number| Prediction {
            id: PredictionId::new(
                Time(i64::from(number)),
                number.to_le_bytes().repeat(3)[..10].try_into().unwrap(),
            ),
            client_id: None,
            time: Time(i64::from(number)),
            version: VERSION,
            rows: 1,
            timing: Timing { queue_us: 4, run_us: 30, total_us: 50 },
            error: None,
            inputs: vec![Named::new(
                "features",
                Value::Tensor(Tensor::from_f32(vec![1, 4], &[number as f32; 4]).unwrap()),
            )],
            outputs: vec![Named::new("label", Value::Tensor(Tensor::from_i64(vec![1], &[1]).unwrap()))],
        })
        .collect();
    let bytes = encode_head(&predictions).len() + encode_body(&predictions).len();
    assert!(bytes < 1000 * (16 + 4 * 4), "{bytes} bytes for 1000 predictions");
}
