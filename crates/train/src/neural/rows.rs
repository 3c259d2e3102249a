//! Rows as the graph takes them, and which of them are trained on.

use tidegate_core::{
    ElementType, Error, Result, Tensor, Value,
    run::{Mode, Plan},
    schema::{Feature, Schema},
    tensor::Named,
};
use tidegate_onnx::{
    element_type,
    proto::{ValueInfoProto, tensor_shape_proto::dimension, type_proto},
};

use super::Net;
use crate::{dataset::Dataset, split::SplitMix64};

/// All rows of a data set, input by input.
#[derive(Debug)]
pub(super) struct Inputs {
    inputs: Vec<Input>,
    pub rows: usize,
    /// The only number of rows that the model takes, if it says one.
    pub fixed: Option<usize>,
}

#[derive(Debug)]
struct Input {
    name: String,
    element: ElementType,
    /// Of one row.
    dims: Vec<usize>,
    width: usize,
    values: Vec<f32>,
}

impl Inputs {
    /// These rows, in this order.
    pub fn batch(&self, rows: &[usize]) -> Result<Vec<Named>> {
        self.inputs.iter().map(|input| input.batch(rows)).collect()
    }
}

impl Input {
    fn batch(&self, rows: &[usize]) -> Result<Named> {
        let shape: Vec<usize> = std::iter::once(rows.len()).chain(self.dims.iter().copied()).collect();
        let picked: Vec<f32> = rows
            .iter()
            .flat_map(|row| &self.values[row * self.width..(row + 1) * self.width])
            .copied()
            .collect();
        let tensor = match self.element {
            ElementType::F32 => tensor(shape, &picked)?,
            element => {
                let wide: Vec<f64> = picked.into_iter().map(f64::from).collect();
                Tensor::from_f64(element, shape, &wide)?
            }
        };
        Ok(Named::new(&self.name, Value::Tensor(tensor)))
    }
}

/// A tensor of single precision; made at every step, so that its bytes are copied as one piece.
pub(super) fn tensor(shape: Vec<usize>, values: &[f32]) -> Result<Tensor> {
    let mut bytes = vec![0; 4 * values.len()];
    for (four, value) in bytes.as_chunks_mut().0.iter_mut().zip(values) {
        *four = value.to_le_bytes();
    }
    Tensor::from_bytes(ElementType::F32, shape, bytes)
}

/// What each input of the network gets, found by the schema's names among the data set's columns.
pub(super) fn inputs(net: &Net, schema: &Schema, data: &Dataset) -> Result<Inputs> {
    let declared = &net.graph().input;
    if declared.len() != 1 && schema.features.is_empty() {
        return Err(Error::invalid("the model has several inputs and no schema says which columns go where")
            .hint("set the schema of the model"));
    }
    let mut fixed = None;
    let inputs = declared
        .iter()
        .map(|declared| {
            let name = declared.name.clone().unwrap_or_default();
            let columns = columns(&name, &schema.features, data)?;
            let (element, dims) = kind(declared)?;
            if let Some(Some(rows)) = dims.as_ref().and_then(|dims| dims.first()) {
                fixed = Some(*rows);
            }
            let dims = row(&name, dims.as_deref(), columns.len())?;
            let wide = data.features.len();
            let values = (0..data.rows())
                .flat_map(|at| columns.iter().map(move |column| data.x[at * wide + column]))
                .collect();
            Ok(Input { name, element, dims, width: columns.len(), values })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Inputs { inputs, rows: data.rows(), fixed })
}

/// Columns of the data set in the order in which an input takes them; a feature that is a tensor has one for each of
/// its elements.
fn columns(input: &str, features: &[Feature], data: &Dataset) -> Result<Vec<usize>> {
    if features.is_empty() {
        return Ok((0..data.features.len()).collect());
    }
    let mut own: Vec<&Feature> = features.iter().filter(|feature| feature.input == input).collect();
    own.sort_by_key(|feature| feature.column);
    let place = |name: &str| data.features.iter().position(|column| column == name);
    let mut columns = Vec::new();
    for feature in own {
        let elements = || (0..).map_while(|element| place(&format!("{}[{element}]", feature.name)));
        let found: Vec<usize> = place(&feature.name).map_or_else(|| elements().collect(), |at| vec![at]);
        if found.is_empty() {
            return Err(Error::invalid(format!("the data set has no column `{}`", feature.name))
                .hint("every feature of the model needs a column of that name"));
        }
        columns.extend(found);
    }
    Ok(columns)
}

/// Element type and dimensions of an input, `None` for free ones.
fn kind(declared: &ValueInfoProto) -> Result<(ElementType, Option<Vec<Option<usize>>>)> {
    let value = declared.r#type.as_ref().and_then(|kind| kind.value.as_ref());
    let tensor = match value {
        Some(type_proto::Value::TensorType(tensor)) => Some(tensor),
        _ => None,
    };
    let element = tensor.and_then(|tensor| element_type(tensor.elem_type?));
    let element = element.filter(|element| element.is_float() || element.is_integer());
    let name = declared.name.as_deref().unwrap_or_default();
    let element = element.ok_or_else(|| Error::unsupported(format!("input `{name}` takes no numbers")))?;
    let dims = tensor.and_then(|tensor| tensor.shape.as_ref()).map(|shape| {
        let length = |dim: &tidegate_onnx::proto::tensor_shape_proto::Dimension| match dim.value {
            Some(dimension::Value::DimValue(length)) => usize::try_from(length).ok(),
            _ => None,
        };
        shape.dim.iter().map(length).collect()
    });
    Ok((element, dims))
}

/// The dimensions of one row of so many numbers; one of them may be free.
fn row(input: &str, dims: Option<&[Option<usize>]>, width: usize) -> Result<Vec<usize>> {
    let Some(dims) = dims else { return Ok(vec![width]) };
    let own = dims.get(1..).unwrap_or_default();
    let known: usize = own.iter().flatten().product();
    let free = own.iter().filter(|dim| dim.is_none()).count();
    let rest = width.checked_div(known).filter(|rest| rest * known == width);
    match (free, rest) {
        (0, Some(1)) => Ok(own.iter().flatten().copied().collect()),
        (1, Some(rest)) => Ok(own.iter().map(|dim| dim.unwrap_or(rest)).collect()),
        _ => Err(Error::invalid(format!(
            "input `{input}` takes rows of shape {own:?}, the data set has {width} numbers for one"
        ))
        .hint("check the schema of the model")),
    }
}

/// Which rows are trained on, and which watch.
#[derive(Debug)]
pub(super) struct Examples {
    pub train: Vec<usize>,
    pub watch: Vec<usize>,
    /// Rows of the model's past: of those marked as old, or of all where none is.
    pub past: Vec<usize>,
}

/// Fitting again takes all rows; continuing takes the new ones and as many of the old as are to be replayed.
pub(super) fn choose(data: &Dataset, held_out: &[bool], plan: &Plan) -> Result<Examples> {
    let old = data.old.min(data.rows());
    let mut kept: Vec<usize> = (0..old).collect();
    if let (Mode::Continue, Some(replay)) = (plan.mode, plan.network.replay) {
        SplitMix64(plan.seed ^ 0x7e91_a5ed).shuffle(&mut kept);
        kept.truncate(replay as usize);
        kept.sort_unstable();
    }
    kept.extend(old..data.rows());
    let (watch, train): (Vec<usize>, Vec<usize>) = kept.into_iter().partition(|row| held_out[*row]);
    let counts = |rows: &[usize]| rows.iter().any(|row| data.weight[*row] > 0.0);
    if !counts(&train) {
        return Err(Error::invalid("no row is left to train on")
            .hint("send labels, or replay old rows with `network.replay`"));
    }
    let past = if old > 0 { (0..old).collect() } else { (0..data.rows()).collect() };
    Ok(Examples { train, watch: if counts(&watch) { watch } else { Vec::new() }, past })
}
