//! The form of a prediction: names, kinds, element types, shapes and map keys of its inputs and outputs,
//! without the numbers. Predictions of one version mostly share one form, which is written once a block; the
//! numbers, its leaves, go into one column each.

use tidegate_core::{
    ElementType, Tensor, Value,
    tensor::{Data, Keys, Map, Named},
};

use super::wire::{Malformed, Reader, put_bytes, put_signed, put_varint};

const NONE: u8 = 0;
const BYTES: u8 = 1;
const STRINGS: u8 = 2;
const SEQUENCE: u8 = 3;
const INT_MAP: u8 = 4;
const STRING_MAP: u8 = 5;

/// Values nest no deeper than this; ONNX types in use nest two deep.
const DEPTH: u8 = 16;

/// The element types by ONNX's own numbers (`TensorProto.DataType`), which never change.
const ELEMENTS: [(ElementType, u8); 26] = {
    use ElementType::*;
    [
        (F32, 1),
        (U8, 2),
        (I8, 3),
        (U16, 4),
        (I16, 5),
        (I32, 6),
        (I64, 7),
        (String, 8),
        (Bool, 9),
        (F16, 10),
        (F64, 11),
        (U32, 12),
        (U64, 13),
        (Complex64, 14),
        (Complex128, 15),
        (Bf16, 16),
        (F8E4M3Fn, 17),
        (F8E4M3Fnuz, 18),
        (F8E5M2, 19),
        (F8E5M2Fnuz, 20),
        (U4, 21),
        (I4, 22),
        (F4E2M1, 23),
        (F8E8M0, 24),
        (U2, 25),
        (I2, 26),
    ]
};

fn element_number(element: ElementType) -> u8 {
    ELEMENTS.iter().find(|(known, _)| *known == element).map_or(0, |(_, number)| *number)
}

/// Writes the form of some named values and hands out their leaves in order.
pub(super) fn write<'a>(out: &mut Vec<u8>, leaves: &mut Vec<&'a Data>, values: &'a [Named]) {
    put_varint(out, values.len() as u64);
    for named in values {
        put_bytes(out, named.name.as_bytes());
        write_value(out, leaves, &named.value);
    }
}

fn write_value<'a>(out: &mut Vec<u8>, leaves: &mut Vec<&'a Data>, value: &'a Value) {
    match value {
        Value::None => out.push(NONE),
        Value::Tensor(tensor) => write_tensor(out, leaves, tensor),
        Value::Sequence(items) => {
            out.push(SEQUENCE);
            put_varint(out, items.len() as u64);
            items.iter().for_each(|item| write_value(out, leaves, item));
        }
        Value::Map(map) => {
            write_keys(out, &map.keys);
            write_tensor(out, leaves, &map.values);
        }
    }
}

fn write_tensor<'a>(out: &mut Vec<u8>, leaves: &mut Vec<&'a Data>, tensor: &'a Tensor) {
    let (kind, length) = match &tensor.data {
        Data::Bytes(bytes) => (BYTES, bytes.len()),
        Data::Strings(strings) => (STRINGS, strings.len()),
    };
    out.extend([kind, element_number(tensor.element)]);
    put_varint(out, tensor.shape.len() as u64);
    tensor.shape.iter().for_each(|dim| put_varint(out, *dim as u64));
    put_varint(out, length as u64);
    leaves.push(&tensor.data);
}

fn write_keys(out: &mut Vec<u8>, keys: &Keys) {
    match keys {
        Keys::Ints(keys) => {
            out.push(INT_MAP);
            put_varint(out, keys.len() as u64);
            keys.iter().for_each(|key| put_signed(out, *key));
        }
        Keys::Strings(keys) => {
            out.push(STRING_MAP);
            put_varint(out, keys.len() as u64);
            keys.iter().for_each(|key| put_bytes(out, key.as_bytes()));
        }
    }
}

/// Appends one leaf to its column.
pub(super) fn put_leaf(column: &mut Vec<u8>, leaf: &Data) {
    match leaf {
        Data::Bytes(bytes) => column.extend_from_slice(bytes),
        Data::Strings(strings) => strings.iter().for_each(|string| put_bytes(column, string.as_bytes())),
    }
}

/// Reads values of a form, their leaves from the front of the columns.
pub(super) struct Filler<'a> {
    pub form: Reader,
    pub columns: &'a mut [Reader],
    pub next: usize,
}

impl Filler<'_> {
    pub(super) fn values(&mut self) -> Result<Vec<Named>, Malformed> {
        let count = self.form.count("number of values")?;
        (0..count)
            .map(|_| Ok(Named { name: self.form.string("name of a value")?, value: self.value(DEPTH)? }))
            .collect()
    }

    fn value(&mut self, depth: u8) -> Result<Value, Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed("values nest too deep"))?;
        match self.form.byte("kind of a value")? {
            NONE => Ok(Value::None),
            kind @ (BYTES | STRINGS) => Ok(Value::Tensor(self.tensor(kind)?)),
            SEQUENCE => {
                let count = self.form.count("length of a sequence")?;
                (0..count).map(|_| self.value(depth)).collect::<Result<_, _>>().map(Value::Sequence)
            }
            INT_MAP => {
                let count = self.form.count("number of keys")?;
                let keys = (0..count).map(|_| self.form.signed("key")).collect::<Result<_, _>>()?;
                self.map(Keys::Ints(keys))
            }
            STRING_MAP => {
                let count = self.form.count("number of keys")?;
                let keys = (0..count).map(|_| self.form.string("key")).collect::<Result<_, _>>()?;
                self.map(Keys::Strings(keys))
            }
            _ => Err(Malformed("kind of a value")),
        }
    }

    fn map(&mut self, keys: Keys) -> Result<Value, Malformed> {
        let kind = self.form.byte("kind of a map's values")?;
        Ok(Value::Map(Map { keys, values: self.tensor(kind)? }))
    }

    fn tensor(&mut self, kind: u8) -> Result<Tensor, Malformed> {
        let number = self.form.byte("element type")?;
        let known = ELEMENTS.iter().find(|(_, known)| *known == number);
        let (element, _) = *known.ok_or(Malformed("element type"))?;
        let dims = self.form.count("number of dimensions")?;
        let shape = (0..dims).map(|_| self.form.length("dimension")).collect::<Result<_, _>>()?;
        let length = self.form.length("length of a tensor")?;
        let column = self.columns.get_mut(self.next).ok_or(Malformed("a column is missing"))?;
        self.next += 1;
        let data = match kind {
            BYTES => Data::Bytes(column.take(length, "numbers of a tensor")?),
            STRINGS => {
                let strings = (0..length).map(|_| column.string("string of a tensor"));
                Data::Strings(strings.collect::<Result<_, _>>()?)
            }
            _ => return Err(Malformed("kind of a tensor")),
        };
        Ok(Tensor { element, shape, data })
    }
}
