//! Tables for people: columns stand under their names, numbers to the right.

use std::fmt::Write as _;

/// Lines of a table without anything around it. Columns whose cells all read as numbers are set to the right.
pub fn aligned(header: &[&str], rows: &[Vec<String>]) -> String {
    let right: Vec<bool> = (0..header.len()).map(|column| is_numeric(rows, column)).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([header[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::new();
        for (column, cell) in cells.enumerate() {
            let width = widths[column];
            let gap = if column == 0 { "" } else { "  " };
            let _ = match right[column] {
                true => write!(line, "{gap}{cell:>width$}"),
                false => write!(line, "{gap}{cell:width$}"),
            };
        }
        line.trim_end().to_owned()
    };
    let head = line(&mut header.iter().copied());
    let body = rows.iter().map(|row| line(&mut row.iter().map(String::as_str)));
    std::iter::once(head).chain(body).collect::<Vec<_>>().join("\n")
}

fn is_numeric(rows: &[Vec<String>], column: usize) -> bool {
    let cells =
        || rows.iter().map(|row| row[column].as_str()).filter(|cell| !cell.is_empty() && *cell != "-");
    let number =
        |cell: &str| cell.trim_start_matches(['+', '-', '<', '~']).starts_with(|c: char| c.is_ascii_digit());
    cells().next().is_some() && cells().all(number)
}

/// Four significant digits, as people read numbers: `0.0123`, `12.35`, `1.2e-9`.
pub fn significant(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if value == 0.0 => "0".into(),
        _ if !(1e-4..1e9).contains(&size) => format!("{value:.3e}"),
        _ if value.fract() == 0.0 => format!("{value}"),
        _ if size >= 1_000.0 => format!("{value:.1}"),
        _ => {
            let digits = (3 - size.log10().floor() as i32).max(0) as usize;
            let text = format!("{value:.digits$}");
            if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_names() {
        let rows = [("churn", "12", "healthy"), ("a", "-", "x")]
            .map(|(a, b, c)| vec![a.to_owned(), b.to_owned(), c.to_owned()]);
        let expected = "name   champion  health\nchurn        12  healthy\na             -  x";
        assert_eq!(aligned(&["name", "champion", "health"], &rows), expected);
        assert_eq!(aligned(&["name", "champion"], &[]), "name  champion");
    }

    #[test]
    fn numbers_have_four_digits() {
        let shown = [0.0, 0.012345, 12.345, 1234.56, 0.5, 7.0, 1.23e-9, -0.25, 1e12].map(significant);
        assert_eq!(shown, ["0", "0.01235", "12.35", "1234.6", "0.5", "7", "1.230e-9", "-0.25", "1.000e12"]);
    }
}
