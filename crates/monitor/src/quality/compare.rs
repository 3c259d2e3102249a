//! The columns of a table against those expected: missing, extra, of another type, in another order.

use super::SchemaPart;

/// One difference, in the order of the expected columns, extra ones last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub part: SchemaPart,
    pub column: String,
}

/// `expected` and `found` as pairs of name and type. The order is judged by the columns both have; the first
/// that stands elsewhere is named.
pub fn compare<T: PartialEq>(expected: &[(&str, T)], found: &[(&str, T)]) -> Vec<Difference> {
    let of = |part, column: &str| Difference { part, column: column.into() };
    let mut differences = Vec::new();
    for (name, kind) in expected {
        match found.iter().find(|(other, _)| other == name) {
            None => differences.push(of(SchemaPart::Missing, name)),
            Some((_, other)) if other != kind => differences.push(of(SchemaPart::Type, name)),
            Some(_) => {}
        }
    }
    let shared = |of: &[(&str, T)], among: &[(&str, T)]| -> Vec<String> {
        let names = of.iter().map(|(name, _)| *name);
        names.filter(|name| among.iter().any(|(other, _)| other == name)).map(str::to_owned).collect()
    };
    let (here, there) = (shared(expected, found), shared(found, expected));
    let moved = here.iter().zip(&there).find(|(here, there)| here != there);
    differences.extend(moved.map(|(here, _)| of(SchemaPart::Order, here)));
    let extra = found.iter().filter(|(name, _)| !expected.iter().any(|(known, _)| known == name));
    differences.extend(extra.map(|(name, _)| of(SchemaPart::Extra, name)));
    differences
}
