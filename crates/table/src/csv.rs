//! CSV into columns: one pass for all, and a second one for columns that looked like numbers and were not.

use std::{collections::HashSet, io::Read, path::Path};

use ::csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use tidegate_core::{Error, Result};

use crate::{
    Column, Table,
    growing::Growing,
    read::{check_names, unreadable},
    time,
};

/// `open` starts the file anew each time it is called.
pub(crate) fn read<R: Read>(
    path: &Path,
    names: Option<&[String]>,
    open: impl Fn() -> Result<R>,
) -> Result<Table> {
    let file = File { path, delimiter: delimiter(path, open()?)?, open };
    let header = file.header()?;
    check_names(path, names, &header)?;
    let wanted = |name: &String| names.is_none_or(|names| names.contains(name));
    let mut columns: Vec<_> = header.iter().map(|name| wanted(name).then_some(Growing::Empty(0))).collect();
    let rows = file.fill(&header, &mut columns)?;
    let mut again: Vec<Option<Growing>> =
        columns.iter().map(|column| matches!(column, Some(Growing::GivenUp)).then(Growing::text)).collect();
    if again.iter().any(Option::is_some) {
        file.fill(&header, &mut again)?;
    }
    let columns = header.into_iter().zip(columns).zip(again).filter_map(|((name, first), second)| {
        let data = second.or(first)?.finish()?;
        Some(Column { name, data: time::recognised(data) })
    });
    Ok(Table { columns: columns.collect(), rows, left: vec![] })
}

struct File<'a, Open> {
    path: &'a Path,
    delimiter: u8,
    open: Open,
}

impl<R: Read, Open: Fn() -> Result<R>> File<'_, Open> {
    fn reader(&self) -> Result<Reader<R>> {
        Ok(ReaderBuilder::new().delimiter(self.delimiter).from_reader((self.open)()?))
    }

    /// Names of the columns as pandas gives them: `Unnamed: 0` for an empty one, `x.1` for a second `x`.
    fn header(&self) -> Result<Vec<String>> {
        let mut reader = self.reader()?;
        let header = reader.byte_headers().map_err(|error| self.broken(error))?;
        let mut names: Vec<String> = vec![];
        let mut taken = HashSet::new();
        for (index, name) in header.iter().enumerate() {
            let name = match std::str::from_utf8(name) {
                Ok(name) if name.trim().is_empty() => format!("Unnamed: {index}"),
                Ok(name) => name.trim().to_owned(),
                Err(_) => return Err(self.not_text(1, &format!("column {}", index + 1))),
            };
            let unique = std::iter::once(name.clone()).chain((1..).map(|copy| format!("{name}.{copy}")));
            names.extend(unique.into_iter().find(|name| taken.insert(name.clone())));
        }
        if names.is_empty() {
            return Err(Error::invalid(format!("{} is empty", self.path.display()))
                .hint("the first line names the columns, each further line is a row"));
        }
        Ok(names)
    }

    /// Gives every row to the columns that are read; the number of rows.
    fn fill(&self, header: &[String], columns: &mut [Option<Growing>]) -> Result<usize> {
        let mut reader = self.reader()?;
        let (mut record, mut rows) = (ByteRecord::new(), 0);
        while reader.read_byte_record(&mut record).map_err(|error| self.broken(error))? {
            for (index, (column, text)) in columns.iter_mut().zip(&record).enumerate() {
                if let Some(column) = column {
                    let line = || record.position().map_or(0, ::csv::Position::line);
                    column
                        .push(text)
                        .map_err(|_| self.not_text(line(), &format!("column `{}`", header[index])))?;
                }
            }
            rows += 1;
        }
        Ok(rows)
    }

    fn not_text(&self, line: u64, column: &str) -> Error {
        Error::invalid(format!("{}, line {line}, {column}: the text is not UTF-8", self.path.display()))
            .hint("save the file as UTF-8")
    }

    fn broken(&self, error: ::csv::Error) -> Error {
        let file = self.path.display();
        match error.into_kind() {
            ErrorKind::Io(cause) => unreadable(self.path, cause),
            ErrorKind::UnequalLengths { pos, expected_len, len } => {
                let line = pos.map_or(0, |pos| pos.line());
                let fields = if len == 1 { "field" } else { "fields" };
                Error::invalid(format!(
                    "{file}, line {line}: {len} {fields} where the header has {expected_len}"
                ))
                .hint("put a text that holds the separator into double quotes")
            }
            other => Error::invalid(format!("{file} can't be read as CSV: {other:?}")),
        }
    }
}

/// A comma unless the first line has none but semicolons or tabs.
fn delimiter(path: &Path, file: impl Read) -> Result<u8> {
    const LONGEST_HEADER: u64 = 1 << 20;
    let mut start = vec![];
    file.take(LONGEST_HEADER).read_to_end(&mut start).map_err(|cause| unreadable(path, cause))?;
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok([b',', b';', b'\t'].into_iter().find(|delimiter| line.contains(delimiter)).unwrap_or(b','))
}
