//! An inference answer: JSON, and the binary tensors behind it in one buffer, so that both leave in one write.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::Serialize;
use tidegate_core::{ElementType, Error, Result};
use tidegate_engine::{Inferred, view::QualityWarning};
use utoipa::ToSchema;

use super::{
    JSON_LENGTH, binary, codec,
    maps::{self, Presented},
    request::Form,
};

#[derive(Serialize)]
struct Wire<'a> {
    model_name: String,
    model_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    parameters: Parameters,
    outputs: Vec<WireOutput<'a>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = V2InferAnswerParameters)]
struct Parameters {
    /// What a label names later, with `:row` for rows after the first.
    prediction_id: String,
    /// What is wrong with rows that failed quality checks set to `tag`, joined by "; ". The protocol's parameters
    /// are single values.
    #[serde(skip_serializing_if = "Option::is_none")]
    quality_warnings: Option<String>,
}

#[derive(Serialize)]
struct WireOutput<'a> {
    name: &'a str,
    datatype: &'static str,
    shape: &'a [usize],
    #[serde(skip_serializing_if = "OutputParameters::is_empty")]
    parameters: OutputParameters<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<codec::Flat<'a>>,
}

#[derive(Serialize)]
struct OutputParameters<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_data_size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<&'a [String]>,
}

impl OutputParameters<'_> {
    fn is_empty(&self) -> bool {
        self.binary_data_size.is_none() && self.keys.is_none()
    }
}

struct Output {
    name: String,
    datatype: &'static str,
    presented: Presented,
    /// Its bytes, if it goes behind the JSON.
    binary: Option<Bytes>,
}

impl Output {
    fn new(name: String, presented: Presented, is_binary: bool) -> Result<Self> {
        let element = presented.tensor.element;
        let datatype = codec::datatype(element).ok_or_else(|| {
            Error::unsupported(format!(
                "output `{name}` has elements of {element:?}, which this protocol lacks"
            ))
            .hint("name the outputs you need in `outputs`, without this one")
        })?;
        if !is_binary && matches!(element, ElementType::F16 | ElementType::Bf16) {
            return Err(Error::invalid(format!("output `{name}` is {datatype}, which has no form in JSON"))
                .hint("ask for it with `parameters.binary_data` or `binary_data_output`"));
        }
        let binary = is_binary.then(|| binary::encode(&presented.tensor)).transpose()?;
        Ok(Self { name, datatype, presented, binary })
    }

    fn wire(&self) -> WireOutput<'_> {
        let tensor = &self.presented.tensor;
        let parameters = OutputParameters {
            binary_data_size: self.binary.as_ref().map(Bytes::len),
            keys: self.presented.keys.as_deref(),
        };
        let data = self.binary.is_none().then_some(codec::Flat(tensor));
        WireOutput { name: &self.name, datatype: self.datatype, shape: &tensor.shape, parameters, data }
    }
}

fn warnings(warnings: &[QualityWarning]) -> Option<String> {
    let told: Vec<String> = warnings.iter().map(|w| format!("row {}: {}", w.row, w.message)).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

pub(super) fn write(model: String, id: Option<String>, form: &Form, inferred: Inferred) -> Result<Response> {
    let outputs = inferred.outputs.into_iter().map(|output| {
        let presented = maps::present(&output.name, output.value)?;
        let is_binary = form.is_binary(&output.name);
        Output::new(output.name, presented, is_binary)
    });
    let outputs = outputs.collect::<Result<Vec<_>>>()?;
    let wire = Wire {
        model_name: model,
        model_version: inferred.version.to_string(),
        id,
        parameters: Parameters {
            prediction_id: inferred.id.to_string(),
            quality_warnings: warnings(&inferred.warnings),
        },
        outputs: outputs.iter().map(Output::wire).collect(),
    };
    let mut body = serde_json::to_vec(&wire)
        .map_err(|cause| Error::internal("the answer could not be written").because(cause))?;
    let length = body.len();
    let buffers: Vec<&Bytes> = outputs.iter().filter_map(|output| output.binary.as_ref()).collect();
    if buffers.is_empty() {
        return Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response());
    }
    buffers.into_iter().for_each(|buffer| body.extend_from_slice(buffer));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (HeaderName::from_static(JSON_LENGTH), HeaderValue::from(length)),
    ];
    Ok((headers, body).into_response())
}

/// For the document: an answer without binary tensors.
#[derive(ToSchema)]
#[schema(as = V2InferAnswer)]
#[allow(dead_code, reason = "describes the wire, which is written by `Wire`")]
pub(super) struct Schema {
    model_name: String,
    model_version: String,
    /// As it was in the request.
    id: Option<String>,
    parameters: Parameters,
    outputs: Vec<OutputSchema>,
}

#[derive(ToSchema)]
#[schema(as = V2InferOutput)]
#[allow(dead_code, reason = "describes the wire, which is written by `WireOutput`")]
struct OutputSchema {
    name: String,
    datatype: String,
    shape: Vec<u64>,
    /// `keys`: the classes of the columns. `binary_data_size`: the tensor's bytes follow the JSON.
    parameters: Option<serde_json::Value>,
    /// Row-major and flat; NaN and the infinities are `null`.
    data: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_core::{
        PredictionId, Time, prediction::Timing, tensor::Named, tensor::Tensor, tensor::Value,
    };

    fn inferred(outputs: Vec<(&str, Tensor)>) -> Inferred {
        let named = |(name, tensor): (&str, Tensor)| Named::new(name, Value::Tensor(tensor));
        let outputs = outputs.into_iter().map(named).collect();
        let id = PredictionId::new(Time(1), [0; 10]);
        Inferred { id, version: 3, outputs, timing: Timing::default(), warnings: Vec::new() }
    }

    async fn body(response: Response) -> (Option<usize>, Bytes) {
        let length =
            response.headers().get(JSON_LENGTH).map(|length| length.to_str().unwrap().parse().unwrap());
        (length, axum::body::to_bytes(response.into_body(), 10_000).await.unwrap())
    }

    #[tokio::test]
    async fn numbers_that_are_none_stay_valid_json() {
        let tensor = Tensor::from_f32(vec![3], &[f32::NAN, f32::INFINITY, 0.5]).unwrap();
        let response =
            write("m".into(), Some("7".into()), &Form::default(), inferred(vec![("p", tensor)])).unwrap();
        let (length, body) = body(response).await;
        assert_eq!(length, None);
        let value: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(value["outputs"][0]["data"], serde_json::json!([null, null, 0.5]));
        assert_eq!((&value["id"], &value["model_version"]), (&"7".into(), &"3".into()));
    }

    #[test]
    fn half_precision_travels_as_bytes_only() {
        let half = || Tensor::from_f64(ElementType::F16, vec![1], &[1.5]).unwrap();
        let error = write("m".into(), None, &Form::default(), inferred(vec![("p", half())])).unwrap_err();
        assert!(error.message.contains("FP16"), "{error}");
    }
}
