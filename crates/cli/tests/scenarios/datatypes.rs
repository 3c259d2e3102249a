//! Every datatype of the protocol goes through a model and comes back the same, as JSON and as bytes.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{models::identity, support::Server};

/// Name, ONNX's number, JSON (`None` where there is no such form), bytes.
fn cases() -> Vec<(&'static str, i32, Option<Value>, Bytes)> {
    fn le<const N: usize>(values: [[u8; N]; 2]) -> Bytes {
        values.concat().into()
    }
    vec![
        ("FP32", 1, Some(json!([0.5, -3.4028235e38])), le([0.5_f32, f32::MIN].map(f32::to_le_bytes))),
        ("UINT8", 2, Some(json!([0, 255])), le([[0], [255]])),
        ("INT8", 3, Some(json!([-128, 127])), le([i8::MIN, i8::MAX].map(i8::to_le_bytes))),
        ("UINT16", 4, Some(json!([0, 65_535])), le([0, u16::MAX].map(u16::to_le_bytes))),
        ("INT16", 5, Some(json!([i16::MIN, i16::MAX])), le([i16::MIN, i16::MAX].map(i16::to_le_bytes))),
        ("INT32", 6, Some(json!([i32::MIN, i32::MAX])), le([i32::MIN, i32::MAX].map(i32::to_le_bytes))),
        ("INT64", 7, Some(json!([i64::MIN, i64::MAX])), le([i64::MIN, i64::MAX].map(i64::to_le_bytes))),
        ("BYTES", 8, Some(json!(["", "grün"])), Bytes::from_static(b"\0\0\0\0\x05\0\0\0gr\xc3\xbcn")),
        ("BOOL", 9, Some(json!([true, false])), le([[1], [0]])),
        ("FP16", 10, None, le([0x3c00_u16, 0xfc00].map(u16::to_le_bytes))),
        ("FP64", 11, Some(json!([0.1, 1e300])), le([0.1_f64, 1e300].map(f64::to_le_bytes))),
        ("UINT32", 12, Some(json!([0, u32::MAX])), le([0, u32::MAX].map(u32::to_le_bytes))),
        ("UINT64", 13, Some(json!([0, u64::MAX])), le([0, u64::MAX].map(u64::to_le_bytes))),
        ("BF16", 16, None, le([0x3f80_u16, 0xc000].map(u16::to_le_bytes))),
    ]
}

#[tokio::test]
async fn every_datatype_comes_back_as_it_went() {
    let server = Server::start();
    for (datatype, element, data, bytes) in cases() {
        let name = datatype.to_lowercase();
        server.import(&name, identity(element)).await;
        let input = json!({ "name": "x", "datatype": datatype, "shape": [2] });
        let (head, buffers) = server.infer_binary(&name, vec![(input.clone(), bytes.clone())]).await;
        assert_eq!(head["outputs"][0]["datatype"], datatype);
        assert_eq!(buffers, [bytes], "{datatype}");

        let path = format!("/v2/models/{name}/infer");
        let mut input = input;
        input["data"] = data.clone().unwrap_or(json!([1, 2]));
        let answer = server.post(&path, json!({ "inputs": [input] })).await;
        match data {
            Some(data) => assert_eq!(answer.expect(200)["outputs"][0]["data"], data, "{datatype}"),
            None => answer.refused(400, "FP16 and BF16 have no form in JSON"),
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_no_number_stays_valid_json() {
    let server = Server::start();
    server.import("same", identity(crate::models::FLOAT)).await;
    let input = json!({ "name": "x", "datatype": "FP32", "shape": [2], "data": [null, 1.5] });
    let answer = server.post("/v2/models/same/infer", json!({ "inputs": [input] })).await.expect(200);
    assert_eq!(answer["outputs"][0]["data"], json!([null, 1.5]));
    let input = json!({ "name": "x", "datatype": "FP32", "shape": [1] });
    let infinity = Bytes::copy_from_slice(&f32::INFINITY.to_le_bytes());
    let (_, buffers) = server.infer_binary("same", vec![(input, infinity.clone())]).await;
    assert_eq!(buffers, [infinity], "binary tensors are exact");
}
