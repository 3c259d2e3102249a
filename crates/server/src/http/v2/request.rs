//! An inference request: its JSON, and the binary tensors behind it.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use tidegate_core::{
    Error, Result,
    tensor::{Named, Tensor, Value},
};
use utoipa::ToSchema;

use super::{binary, codec, metadata::OnlyInput};

#[derive(Deserialize)]
struct Wire<'a> {
    id: Option<String>,
    parameters: Option<Parameters>,
    #[serde(borrow)]
    inputs: Vec<WireInput<'a>>,
    outputs: Option<Vec<WireOutput>>,
}

#[derive(Deserialize)]
struct WireInput<'a> {
    name: String,
    shape: Vec<usize>,
    datatype: String,
    parameters: Option<Parameters>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct WireOutput {
    name: String,
    parameters: Option<Parameters>,
}

/// The parameters that mean something here; others are left alone, as the protocol asks.
#[derive(Default, Deserialize)]
struct Parameters {
    binary_data_size: Option<usize>,
    binary_data: Option<bool>,
    binary_data_output: Option<bool>,
    classification: Option<u32>,
}

/// What the client wants to be answered with.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Form {
    /// The outputs wanted and whether each is to be binary; all when `None`.
    outputs: Option<Vec<(String, Option<bool>)>>,
    binary: bool,
}

impl Form {
    pub fn names(&self) -> Option<Vec<String>> {
        self.outputs.as_ref().map(|outputs| outputs.iter().map(|(name, _)| name.clone()).collect())
    }

    pub fn is_binary(&self, output: &str) -> bool {
        let own = self.outputs.iter().flatten().find(|(name, _)| name == output);
        own.and_then(|(_, binary)| *binary).unwrap_or(self.binary)
    }
}

/// A request, read.
pub(super) struct Asked {
    pub id: Option<String>,
    pub inputs: Vec<Named>,
    pub form: Form,
}

impl Asked {
    /// `json_length` is the size of the JSON where binary tensors follow it.
    pub fn read(body: Bytes, json_length: Option<usize>) -> Result<Self> {
        let length = json_length.unwrap_or(body.len());
        if length > body.len() {
            return Err(Error::invalid(format!(
                "Inference-Header-Content-Length is {length}, the body has only {} bytes",
                body.len()
            )));
        }
        let wire: Wire = serde_json::from_slice(&body[..length])
            .map_err(|error| Error::invalid(format!("the request's JSON can't be read: {error}")))?;
        let mut rest = body.slice(length..);
        let inputs = wire.inputs.iter().map(|input| {
            tensor(input, &mut rest)
                .map(|tensor| Named::new(input.name.clone(), Value::Tensor(tensor)))
                .map_err(|error| Error {
                    message: format!("input `{}`: {}", input.name.escape_debug(), error.message),
                    ..error
                })
        });
        let inputs = inputs.collect::<Result<_>>()?;
        if !rest.is_empty() {
            return Err(Error::invalid(format!("{} bytes follow the last binary tensor", rest.len()))
                .hint("each binary tensor says its size in `parameters.binary_data_size`"));
        }
        // Clients that have no id send an empty one.
        let id = wire.id.filter(|id| !id.is_empty());
        Ok(Self { id, inputs, form: form(wire.parameters, wire.outputs)? })
    }

    /// The whole body is one tensor; its answer is binary too, since no JSON says otherwise.
    pub fn raw(input: OnlyInput, body: Bytes) -> Result<Self> {
        let (element, shape) = input.shape_for(body.len())?;
        let tensor = match element {
            tidegate_core::ElementType::String => Tensor::from_strings(shape, vec![utf8(&body)?]),
            _ => binary::decode(element, shape, body),
        }?;
        let inputs = vec![Named::new(input.name, Value::Tensor(tensor))];
        Ok(Self { id: None, inputs, form: Form { outputs: None, binary: true } })
    }
}

fn utf8(body: &[u8]) -> Result<String> {
    let text = std::str::from_utf8(body);
    text.map(str::to_owned).map_err(|cause| Error::invalid("the body is not UTF-8").because(cause))
}

/// Takes the tensor's bytes off the front of `rest` if it is a binary one.
fn tensor(input: &WireInput, rest: &mut Bytes) -> Result<Tensor> {
    let element = codec::element(&input.datatype)?;
    let shape = input.shape.clone();
    let size = input.parameters.as_ref().and_then(|parameters| parameters.binary_data_size);
    match (size, input.data) {
        (Some(_), Some(_)) => Err(Error::invalid("`data` and `parameters.binary_data_size` are both given")),
        (None, None) => Err(Error::invalid("`data` is missing")
            .hint("give `data`, or `parameters.binary_data_size` and the bytes after the JSON")),
        (None, Some(data)) => codec::from_json(element, shape, data),
        (Some(size), None) if size > rest.len() => {
            Err(Error::invalid(format!("{size} bytes are announced, {} are left", rest.len()))
                .hint("the header Inference-Header-Content-Length says where the JSON ends"))
        }
        (Some(size), None) => binary::decode(element, shape, rest.split_to(size)),
    }
}

fn form(parameters: Option<Parameters>, outputs: Option<Vec<WireOutput>>) -> Result<Form> {
    let binary = parameters.and_then(|parameters| parameters.binary_data_output).unwrap_or(false);
    let outputs = outputs.filter(|outputs| !outputs.is_empty());
    let classified =
        |output: &WireOutput| output.parameters.as_ref().is_some_and(|p| p.classification.is_some());
    if outputs.iter().flatten().any(classified) {
        return Err(Error::unsupported("the classification extension is not offered")
            .hint("leave out `parameters.classification`; /api/models/{name}/predict answers with labels"));
    }
    let wanted =
        |output: WireOutput| (output.name, output.parameters.and_then(|parameters| parameters.binary_data));
    Ok(Form { outputs: outputs.map(|outputs| outputs.into_iter().map(wanted).collect()), binary })
}

/// For the document: a request without binary tensors.
#[derive(ToSchema)]
#[schema(as = V2InferRequest)]
#[allow(dead_code, reason = "describes the wire, which is read by `Wire`")]
pub(super) struct Schema {
    id: Option<String>,
    /// `binary_data_output`: answer with binary tensors.
    parameters: Option<serde_json::Value>,
    inputs: Vec<InputSchema>,
    /// All outputs if left out.
    outputs: Option<Vec<OutputSchema>>,
}

#[derive(ToSchema)]
#[schema(as = V2InferInput)]
#[allow(dead_code, reason = "describes the wire, which is read by `WireInput`")]
struct InputSchema {
    name: String,
    shape: Vec<u64>,
    /// BOOL, UINT8 to UINT64, INT8 to INT64, FP16, BF16, FP32, FP64 or BYTES.
    datatype: String,
    /// `binary_data_size`: the tensor's bytes follow the JSON.
    parameters: Option<serde_json::Value>,
    /// Row-major, nested or flat; `null` is NaN.
    data: Option<serde_json::Value>,
}

#[derive(ToSchema)]
#[schema(as = V2InferWanted)]
#[allow(dead_code, reason = "describes the wire, which is read by `WireOutput`")]
struct OutputSchema {
    name: String,
    /// `binary_data`: answer with a binary tensor.
    parameters: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str, binary: &[u8]) -> Result<Asked> {
        let body = [json.as_bytes(), binary].concat();
        Asked::read(body.into(), Some(json.len()))
    }

    const BINARY: &str = r#"{"id":"","inputs":[
        {"name":"a","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}},
        {"name":"b","shape":[2],"datatype":"UINT8","data":[1,2]},
        {"name":"c","shape":[1],"datatype":"INT16","parameters":{"binary_data_size":2}}]}"#;

    #[test]
    fn binary_tensors_come_in_order_behind_the_json() {
        let asked = read(BINARY, &[0, 0, 128, 63, 7, 0]).unwrap();
        let numbers = |index: usize| asked.inputs[index].value.as_tensor().unwrap().to_f64().unwrap();
        assert_eq!([numbers(0), numbers(1), numbers(2)], [vec![1.0], vec![1.0, 2.0], vec![7.0]]);
        assert_eq!(asked.id, None);
    }

    #[test]
    fn missing_and_surplus_bytes_are_errors() {
        for (binary, named) in [(&[0; 5][..], "input `c`"), (&[0; 7], "1 bytes follow"), (&[], "input `a`")] {
            let error = read(BINARY, binary).err().unwrap();
            assert!(error.message.contains(named), "{error}");
        }
        let error = Asked::read(Bytes::from_static(b"{}"), Some(3)).err().unwrap();
        assert!(error.message.contains("only 2 bytes"), "{error}");
    }

    #[test]
    fn an_output_overrides_the_requests_form() {
        let json = r#"{"inputs":[],"parameters":{"binary_data_output":true,"priority":1},
            "outputs":[{"name":"p"},{"name":"q","parameters":{"binary_data":false}}]}"#;
        let form = read(json, &[]).unwrap().form;
        assert_eq!([form.is_binary("p"), form.is_binary("q")], [true, false]);
        assert_eq!(form.names().unwrap(), ["p", "q"]);
        assert_eq!(read(r#"{"inputs":[],"outputs":[]}"#, &[]).unwrap().form, Form::default());
    }

    #[test]
    fn classification_is_refused_in_words() {
        let json = r#"{"inputs":[],"outputs":[{"name":"p","parameters":{"classification":3}}]}"#;
        assert_eq!(read(json, &[]).err().unwrap().code, tidegate_core::Code::Unsupported);
    }
}
