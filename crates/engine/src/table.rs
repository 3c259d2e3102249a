//! A data set as rows of text: named columns, and how they become rows, tensors and truths.
//!
//! Pure but for reading the given bytes or file. Must not know where data sets are kept.

use std::{collections::BTreeMap, path::Path};

use tidegate_core::{
    Error, Result,
    data::DataFormat,
    schema::{Feature, FeatureKind, Schema, Truth},
};

use crate::{rows::Row, view::Cell};

/// Rows of text under a header.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    pub fn read(csv: &[u8]) -> Result<Self> {
        Self::read_head(csv, usize::MAX)
    }

    /// The header and the first `most_rows` rows at most.
    pub fn read_head(csv: impl std::io::Read, most_rows: usize) -> Result<Self> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv);
        let header: Vec<String> = reader.headers().map_err(csv_error)?.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records().take(most_rows) {
            rows.push(record.map_err(csv_error)?.iter().map(str::to_owned).collect());
        }
        if rows.is_empty() {
            return Err(Error::invalid("the CSV holds no rows")
                .hint("the first line names the columns, each further line is a row"));
        }
        Ok(Self { header, rows })
    }

    /// A file, or its first `most_rows` rows.
    pub fn open(path: &Path, format: DataFormat, most_rows: usize) -> Result<Self> {
        if format == DataFormat::Parquet {
            return Ok(Self::of(&tidegate_table::read(path)?, most_rows));
        }
        let file = std::fs::File::open(path)
            .map_err(|cause| Error::internal("the data set can't be read").because(cause))?;
        let mut file = std::io::BufReader::new(file);
        match std::io::BufRead::fill_buf(&mut file) {
            Ok([0x1f, 0x8b, ..]) => Ok(Self::of(&tidegate_table::read(path)?, most_rows)),
            _ => Self::read_head(file, most_rows),
        }
    }

    /// Typed columns as rows of text: numbers in their shortest form, times in ISO 8601, missing values empty.
    pub fn of(table: &tidegate_table::Table, most_rows: usize) -> Self {
        let rows = 0..table.rows.min(most_rows);
        let row = |row: usize| table.columns.iter().map(|column| column.data.text(row)).collect();
        Self {
            header: table.columns.iter().map(|column| column.name.clone()).collect(),
            rows: rows.map(row).collect(),
        }
    }

    /// All rows of a file that was read into typed columns, with its categories as the file writes them: a column of
    /// texts such as `01` or `True` reads as numbers or truth values.
    pub fn with_categories(
        typed: &tidegate_table::Table,
        path: &Path,
        format: DataFormat,
        schema: &Schema,
    ) -> Result<Self> {
        let mut table = Self::of(typed, usize::MAX);
        let categories = schema.features.iter().filter(|feature| feature.kind == FeatureKind::Categorical);
        let changed = |feature: &&Feature| {
            let column = typed.column(&feature.name);
            column.is_some_and(|column| !matches!(column.data, tidegate_table::Data::Text(_)))
        };
        let changed: Vec<&Feature> = categories.filter(changed).collect();
        if changed.is_empty() || format == DataFormat::Parquet {
            return Ok(table);
        }
        let written = Self::open(path, format, usize::MAX)?;
        if written.rows.len() != table.rows.len() {
            return Ok(table);
        }
        let places: Vec<usize> = changed.iter().filter_map(|feature| table.column(&feature.name)).collect();
        for column in places {
            let present = table.rows.iter_mut().zip(&written.rows).filter(|(row, _)| !row[column].is_empty());
            present.for_each(|(row, written)| row[column].clone_from(&written[column]));
        }
        Ok(table)
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// Row `index` as the model takes it. Every feature must have a column; a `Tensor` feature takes all
    /// columns but the target, in order.
    pub fn row(&self, schema: &Schema, index: usize) -> Result<Row> {
        let record = &self.rows[index];
        schema
            .features
            .iter()
            .map(|feature| Ok((feature.name.clone(), self.cell(schema, feature, record)?)))
            .collect()
    }

    fn cell(&self, schema: &Schema, feature: &Feature, record: &[String]) -> Result<Cell> {
        if let Some(column) = self.column(&feature.name) {
            return Ok(cell(feature.kind, &record[column]));
        }
        if feature.kind == FeatureKind::Tensor {
            let target = schema.target.as_deref();
            let elements = self.header.iter().zip(record).filter(|(name, _)| Some(name.as_str()) != target);
            return Ok(Cell::List(elements.map(|(_, text)| cell(FeatureKind::Numeric, text)).collect()));
        }
        Err(Error::invalid(format!("the data set has no column `{}`", feature.name))
            .hint(format!("its columns are {}", self.header.join(", "))))
    }

    /// The truth of row `index`; `None` where the target is empty.
    pub fn truth(&self, schema: &Schema, index: usize) -> Option<Truth> {
        let column = self.column(schema.target.as_deref()?)?;
        truth(&self.rows[index][column])
    }

    /// The first row, to fill a form with.
    pub fn example(&self, schema: &Schema) -> Row {
        self.row(schema, 0).unwrap_or_else(|_| zero_row(schema))
    }
}

/// A label as text: a number where it reads as one.
pub fn truth(text: &str) -> Option<Truth> {
    match (text.is_empty(), text.parse::<f64>()) {
        (true, _) => None,
        (false, Ok(number)) => Some(Truth::Number(number)),
        (false, Err(_)) => Some(Truth::Class(text.into())),
    }
}

fn cell(kind: FeatureKind, text: &str) -> Cell {
    match (kind, text) {
        (FeatureKind::Categorical, text) => Cell::Text(text.into()),
        (_, "") => Cell::Null,
        (FeatureKind::Boolean, "true" | "True" | "TRUE") => Cell::Bool(true),
        (FeatureKind::Boolean, "false" | "False" | "FALSE") => Cell::Bool(false),
        (_, text) => text.parse().map_or_else(|_| Cell::Text(text.into()), Cell::Number),
    }
}

pub fn zero_row(schema: &Schema) -> Row {
    let zero = |feature: &Feature| match feature.kind {
        FeatureKind::Categorical => Cell::Text(String::new()),
        FeatureKind::Boolean => Cell::Bool(false),
        FeatureKind::Tensor => Cell::List(Vec::new()),
        _ => Cell::Number(0.0),
    };
    schema.features.iter().map(|feature| (feature.name.clone(), zero(feature))).collect::<BTreeMap<_, _>>()
}

/// Labels as CSV: columns `id` and `label`, in any order.
pub fn label_rows(csv: &[u8]) -> Result<Vec<(String, Truth)>> {
    let table = Table::read(csv)?;
    let need = |name: &str| {
        table.column(name).ok_or_else(|| {
            Error::invalid(format!("the CSV has no column `{name}`"))
                .hint("labels need the columns id and label")
        })
    };
    let (id, label) = (need("id")?, need("label")?);
    let rows = table.rows.iter().enumerate();
    rows.map(|(line, row)| {
        let truth = truth(&row[label])
            .ok_or_else(|| Error::invalid(format!("line {}: `label` is empty", line + 2)))?;
        Ok((row[id].clone(), truth))
    })
    .collect()
}

fn csv_error(error: csv::Error) -> Error {
    Error::invalid(format!("the CSV can't be read: {error}")).because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_as_numbers_where_they_are() {
        let labels = label_rows(b"label,id\n1,a\nmalignant,b\n").unwrap();
        assert_eq!(labels[0], ("a".into(), Truth::Number(1.0)));
        assert_eq!(labels[1], ("b".into(), Truth::Class("malignant".into())));
        assert_eq!(label_rows(b"x,y\n1,2\n").unwrap_err().message, "the CSV has no column `id`");
        assert_eq!(label_rows(b"id,label\n1,\n").unwrap_err().message, "line 2: `label` is empty");
    }

    #[test]
    fn categories_are_taken_as_the_file_writes_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        std::fs::write(&path, "zip,age,flag\n01,01,True\n,2,False\n").unwrap();
        let feature =
            |name: &str, kind| Feature { name: name.into(), input: name.into(), column: None, kind };
        let schema = Schema {
            features: vec![
                feature("zip", FeatureKind::Categorical),
                feature("flag", FeatureKind::Categorical),
                feature("age", FeatureKind::Numeric),
            ],
            ..Schema::default()
        };
        let typed = tidegate_table::read(&path).unwrap();
        let table = Table::with_categories(&typed, &path, DataFormat::Csv, &schema).unwrap();
        assert_eq!(table.rows, [["01", "1", "True"], ["", "2", "False"]]);
    }

    #[test]
    fn the_head_of_a_table_needs_no_more_of_it() {
        let csv = "a,b\n1,2\n\"broken";
        let head = Table::read_head(csv.as_bytes(), 1).unwrap();
        assert_eq!(
            (head.header, head.rows),
            (vec!["a".into(), "b".into()], vec![vec!["1".into(), "2".into()]])
        );
        assert_eq!(Table::read_head(&b"a,b\n"[..], 1).unwrap_err().message, "the CSV holds no rows");
    }
}
