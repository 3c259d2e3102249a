//! Rows as the inputs of a graph take them.

use tidegate_core::{
    ElementType, Error, Result, Tensor, Value,
    schema::{Feature, Schema},
    tensor::Named,
};
use tidegate_onnx::{
    data_type, element_type,
    node::initializer,
    proto::{
        GraphProto, TensorShapeProto, TypeProto, ValueInfoProto,
        tensor_shape_proto::{Dimension, dimension},
        type_proto,
    },
};

use crate::dataset::Dataset;

/// All rows of a data set, input by input.
#[derive(Debug)]
pub(crate) struct Inputs {
    inputs: Vec<Input>,
    pub rows: usize,
    /// The only number of rows that the model takes, if it says one.
    pub fixed: Option<usize>,
}

/// A value of a graph on all rows.
#[derive(Debug)]
pub(crate) struct Input {
    pub name: String,
    pub element: ElementType,
    /// Of one row.
    pub dims: Vec<usize>,
    pub cells: Cells,
}

/// Row after row.
#[derive(Debug)]
pub(crate) enum Cells {
    Numbers(Vec<f32>),
    Texts(Vec<String>),
}

impl Inputs {
    /// What each input of a graph gets, found by the schema's names among the data set's columns.
    pub fn of(graph: &GraphProto, schema: &Schema, data: &Dataset) -> Result<Self> {
        let declared: Vec<&ValueInfoProto> = given(graph).collect();
        if declared.len() != 1 && schema.features.is_empty() {
            return Err(Error::invalid(
                "the model has several inputs and no schema says which columns go where",
            )
            .hint("set the schema of the model"));
        }
        let mut fixed = None;
        let inputs = declared
            .into_iter()
            .map(|declared| {
                let (element, dims) = kind(declared)?;
                if let Some(Some(rows)) = dims.as_ref().and_then(|dims| dims.first()) {
                    fixed = Some(*rows);
                }
                Input::of(declared.name(), element, dims.as_deref(), schema, data)
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { inputs, rows: data.rows(), fixed })
    }

    /// What was computed before stands for the inputs of the graph.
    pub fn computed(inputs: Vec<Input>, rows: usize, fixed: Option<usize>) -> Self {
        Self { inputs, rows, fixed }
    }

    /// These rows, in this order.
    pub fn batch(&self, rows: &[usize]) -> Result<Vec<Named>> {
        self.inputs.iter().map(|input| input.batch(rows)).collect()
    }
}

impl Input {
    fn of(
        name: &str,
        element: ElementType,
        dims: Option<&[Option<usize>]>,
        schema: &Schema,
        data: &Dataset,
    ) -> Result<Self> {
        let (cells, width) = match element {
            ElementType::String => {
                let names: Vec<&str> = data.texts.iter().map(|column| column.name.as_str()).collect();
                let columns = columns(name, &schema.features, &names)?;
                let texts = |row: usize| columns.iter().map(move |at| data.texts[*at].values[row].clone());
                (Cells::Texts((0..data.rows()).flat_map(texts).collect()), columns.len())
            }
            _ => {
                let names: Vec<&str> = data.features.iter().map(String::as_str).collect();
                let columns = columns(name, &schema.features, &names)?;
                let wide = data.features.len();
                let numbers = |row: usize| columns.iter().map(move |at| data.x[row * wide + at]);
                (Cells::Numbers((0..data.rows()).flat_map(numbers).collect()), columns.len())
            }
        };
        Ok(Self { name: name.into(), element, dims: row(name, dims, width)?, cells })
    }

    pub fn rows(&self) -> usize {
        let cells = match &self.cells {
            Cells::Numbers(numbers) => numbers.len(),
            Cells::Texts(texts) => texts.len(),
        };
        cells.checked_div(self.dims.iter().product()).unwrap_or(0)
    }

    /// As an input of a graph.
    pub fn declared(&self) -> ValueInfoProto {
        let dimension = |value| Dimension { value: Some(value), ..Dimension::default() };
        let rows = dimension(dimension::Value::DimParam("rows".into()));
        let own = self.dims.iter().map(|dim| dimension(dimension::Value::DimValue(*dim as i64)));
        let shape = TensorShapeProto { dim: std::iter::once(rows).chain(own).collect() };
        let tensor = type_proto::Tensor { elem_type: Some(data_type(self.element)), shape: Some(shape) };
        let kind = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..TypeProto::default() };
        ValueInfoProto { name: Some(self.name.clone()), r#type: Some(kind), ..ValueInfoProto::default() }
    }

    fn batch(&self, rows: &[usize]) -> Result<Named> {
        let shape: Vec<usize> = std::iter::once(rows.len()).chain(self.dims.iter().copied()).collect();
        let tensor = match &self.cells {
            Cells::Texts(texts) => Tensor::from_strings(shape, self.picked(texts, rows))?,
            Cells::Numbers(numbers) => {
                let picked = self.picked(numbers, rows);
                match self.element {
                    ElementType::F32 => tensor(shape, &picked)?,
                    element => {
                        let wide: Vec<f64> = picked.into_iter().map(f64::from).collect();
                        Tensor::from_f64(element, shape, &wide).map_err(|error| {
                            Error::invalid(format!("input `{}`: {}", self.name, error.message))
                                .hint("leave such rows out: only floating-point inputs hold missing values")
                        })?
                    }
                }
            }
        };
        Ok(Named::new(&self.name, Value::Tensor(tensor)))
    }

    fn picked<T: Clone>(&self, values: &[T], rows: &[usize]) -> Vec<T> {
        let width: usize = self.dims.iter().product();
        rows.iter().flat_map(|row| &values[row * width..(row + 1) * width]).cloned().collect()
    }
}

/// Inputs that are not filled by the file itself.
pub(crate) fn given(graph: &GraphProto) -> impl Iterator<Item = &ValueInfoProto> {
    graph.input.iter().filter(|input| initializer(graph, input.name()).is_none())
}

/// A tensor of single precision; made at every step, so that its bytes are copied as one piece.
pub(crate) fn tensor(shape: Vec<usize>, values: &[f32]) -> Result<Tensor> {
    let mut bytes = vec![0; 4 * values.len()];
    for (four, value) in bytes.as_chunks_mut().0.iter_mut().zip(values) {
        *four = value.to_le_bytes();
    }
    Tensor::from_bytes(ElementType::F32, shape, bytes)
}

/// Columns of the data set in the order in which an input takes them; a feature that is a tensor has one for each of
/// its elements.
fn columns(input: &str, features: &[Feature], names: &[&str]) -> Result<Vec<usize>> {
    if features.is_empty() {
        return Ok((0..names.len()).collect());
    }
    let mut own: Vec<&Feature> = features.iter().filter(|feature| feature.input == input).collect();
    own.sort_by_key(|feature| feature.column);
    let place = |name: &str| names.iter().position(|column| *column == name);
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

/// The element type of an input that takes a tensor of numbers or texts.
pub(crate) fn element(declared: &ValueInfoProto) -> Option<ElementType> {
    let element = element_type(tensor_type(declared)?.elem_type?)?;
    let known = element.is_float() || element.is_integer();
    (known || matches!(element, ElementType::String | ElementType::Bool)).then_some(element)
}

fn tensor_type(declared: &ValueInfoProto) -> Option<&type_proto::Tensor> {
    match declared.r#type.as_ref()?.value.as_ref()? {
        type_proto::Value::TensorType(tensor) => Some(tensor),
        _ => None,
    }
}

/// Element type and dimensions of an input, `None` for free ones.
fn kind(declared: &ValueInfoProto) -> Result<(ElementType, Option<Vec<Option<usize>>>)> {
    let element = element(declared).ok_or_else(|| {
        Error::unsupported(format!("input `{}` takes neither numbers nor texts", declared.name()))
    })?;
    let dims = tensor_type(declared).and_then(|tensor| tensor.shape.as_ref()).map(|shape| {
        let length = |dim: &Dimension| match dim.value {
            Some(dimension::Value::DimValue(length)) => usize::try_from(length).ok(),
            _ => None,
        };
        shape.dim.iter().map(length).collect()
    });
    Ok((element, dims))
}

/// The dimensions of one row of so many cells; one of them may be free.
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
            "input `{input}` takes rows of shape {own:?}, the data set has {width} values for one"
        ))
        .hint("check the schema of the model")),
    }
}
