//! Which columns are learnt from, and why the others are not.

use std::collections::HashSet;

use tidegate_core::{Error, Result};
use tidegate_table::{Column, Data, Kind, Table};

use super::{
    card::LeftOut,
    cells::{Cells, Chosen},
    request::Request,
    target::need,
};

/// Columns whose name ends so count or name the rows, if no value comes twice.
const ID_NAMES: [&str; 8] = ["id", "uuid", "guid", "key", "index", "idx", "number", "no"];
/// Fewer rows than this may differ by chance.
const MANY: usize = 20;

/// The columns learnt from, judged by these rows, and those left out.
pub(super) fn choose<'a>(
    table: &'a Table,
    request: &Request,
    rows: &[usize],
) -> Result<(Vec<Chosen<'a>>, Vec<LeftOut>)> {
    for name in &request.exclude {
        need(table, name, "excluded column")?;
    }
    let mut left_out: Vec<LeftOut> =
        table.left.iter().map(|left| LeftOut { name: left.name.clone(), why: left.why.to_owned() }).collect();
    let mut chosen = Vec::new();
    for column in table.columns.iter().filter(|column| column.name != request.target) {
        let cells = Cells::of(column);
        match objection(column, &cells, request, rows) {
            Some(why) => left_out.push(LeftOut { name: column.name.clone(), why: why.to_owned() }),
            None => chosen.push(Chosen { name: &column.name, kind: column.kind().name(), cells }),
        }
    }
    if chosen.is_empty() {
        let reasons: Vec<String> =
            left_out.iter().map(|left| format!("`{}` {}", left.name, left.why)).collect();
        return Err(Error::invalid("no column is left to learn from").hint(match reasons[..] {
            [] => "the data holds the target alone: add columns that may tell it".to_owned(),
            _ => reasons.join("; "),
        }));
    }
    Ok((chosen, left_out))
}

/// Why nothing is learnt from a column.
fn objection(column: &Column, cells: &Cells<'_>, request: &Request, rows: &[usize]) -> Option<&'static str> {
    let keys: HashSet<u64> = rows.iter().map(|row| cells.key(*row)).collect();
    let missing = rows.iter().filter(|row| cells.is_missing(**row)).count();
    let present = rows.len() - missing;
    let all_differ = keys.len() - usize::from(missing > 0) == present;
    if request.time.as_ref() == Some(&column.name) {
        return Some("orders the rows");
    }
    if request.exclude.contains(&column.name) {
        return Some("was excluded");
    }
    match &column.data {
        _ if column.name.contains('\0') => Some("has a NUL in its name"),
        _ if present == 0 => Some("has no values"),
        _ if keys.len() == 1 => Some("has one value only"),
        Data::Time(_) => Some("holds times"),
        Data::Text(_) if all_differ && present >= MANY => Some("differs in every row (an id)"),
        Data::Text(_) if column.kind() == Kind::Text => {
            Some("is free text (more than half of its values differ)")
        }
        Data::Integer(values) if present >= MANY && is_id(&column.name, values) => {
            Some("names or counts the rows (an id)")
        }
        _ => None,
    }
}

/// Whether no number comes twice, and they are called an id or follow on one another.
pub(super) fn is_id(name: &str, values: &[i64]) -> bool {
    let distinct: HashSet<i64> = values.iter().copied().collect();
    let follow = values.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]));
    distinct.len() == values.len() && (follow || is_called_id(name))
}

fn is_called_id(name: &str) -> bool {
    // The way pandas names a column without a name, which is most often a written index.
    if name.starts_with("Unnamed: ") || name.ends_with("Id") || name.ends_with("ID") {
        return true;
    }
    let lower = name.to_lowercase();
    let last = lower.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
    ID_NAMES.contains(&last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_by_name_or_by_counting() {
        assert!(["id", "customer_id", "CustomerId", "Row No", "Unnamed: 0"].iter().all(|n| is_called_id(n)));
        assert!(!["paid", "grid", "idea", "area"].iter().any(|name| is_called_id(name)));
        assert!(is_id("row", &[7, 8, 9]) && is_id("id", &[9, 2, 5]));
        assert!(!is_id("area", &[9, 2, 5]) && !is_id("id", &[1, 2, 2]));
    }
}
