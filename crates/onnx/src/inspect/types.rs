//! `TypeProto` into [`PortKind`].

use tidegate_core::{
    ElementType, Result,
    signature::{Dim, PortKind},
};

use crate::{
    element::element_type,
    wire::{
        Payload::{Bytes, Varint},
        Span, Wire, malformed,
    },
};

/// A kind, or why this program cannot serve it.
pub(super) type Kind = std::result::Result<PortKind, String>;

const MAX_RANK: usize = 64;

pub(super) fn read(wire: &mut Wire, span: Span) -> Result<Kind> {
    let mut kind = Err("declares no type".to_owned());
    wire.each(span, |wire, number, payload| {
        let Bytes(content) = payload else { return Ok(()) };
        kind = match number {
            1 => tensor(wire, content)?,
            4 => item(wire, content, 1)?.map(|item| PortKind::Sequence { item: Box::new(item) }),
            5 => map(wire, content)?,
            7 => Err("is of an opaque type, which cannot be sent".into()),
            8 => Err("is a sparse tensor, which cannot be sent: make it dense".into()),
            9 => item(wire, content, 1)?.map(|item| PortKind::Optional { item: Box::new(item) }),
            _ => return Ok(()),
        };
        Ok(())
    })?;
    Ok(kind)
}

fn tensor(wire: &mut Wire, span: Span) -> Result<Kind> {
    let (mut element, mut shape) = (0, None);
    wire.each(span, |wire, number, payload| {
        match (number, payload) {
            (1, Varint(number)) => element = number,
            (2, Bytes(dims)) => shape = Some(read_shape(wire, dims)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(known(element).map(|element| PortKind::Tensor { element, shape }))
}

fn map(wire: &mut Wire, span: Span) -> Result<Kind> {
    let mut key = 0;
    wire.each(span, |_, number, payload| {
        if let (1, Varint(number)) = (number, payload) {
            key = number;
        }
        Ok(())
    })?;
    let value = item(wire, span, 2)?;
    let key = known(key).and_then(|key| match key {
        ElementType::String => Ok(key),
        key if key.is_integer() => Ok(key),
        key => Err(format!("is a map with keys of type {key:?}, which must be integers or strings")),
    });
    Ok(key.and_then(|key| Ok(PortKind::Map { key, value: Box::new(value?) })))
}

/// The type that a sequence, an optional or a map holds.
fn item(wire: &mut Wire, span: Span, field: u32) -> Result<Kind> {
    let mut kind = Err("does not say what it holds".to_owned());
    wire.each(span, |wire, number, payload| {
        if let Bytes(content) = payload
            && number == field
        {
            kind = read(wire, content)?;
        }
        Ok(())
    })?;
    Ok(kind)
}

fn known(element: u64) -> std::result::Result<ElementType, String> {
    let known = i32::try_from(element).ok().and_then(element_type);
    known.ok_or_else(|| format!("has elements of unknown type {element}"))
}

fn read_shape(wire: &mut Wire, span: Span) -> Result<Vec<Dim>> {
    let mut dims = vec![];
    wire.each(span, |wire, number, payload| {
        if let (1, Bytes(content)) = (number, payload) {
            dims.push(dim(wire, content)?);
        }
        if dims.len() > MAX_RANK {
            return Err(malformed("a shape has more than 64 dimensions"));
        }
        Ok(())
    })?;
    Ok(dims)
}

fn dim(wire: &mut Wire, span: Span) -> Result<Dim> {
    let mut dim = Dim::Unknown;
    wire.each(span, |wire, number, payload| {
        match (number, payload) {
            (1, Varint(length)) => dim = Dim::Fixed(length.cast_signed()),
            (2, Bytes(text)) => dim = Dim::Symbol(wire.name(text)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(if dim == Dim::Symbol(String::new()) { Dim::Unknown } else { dim })
}
