//! `tidegate predict`: rows in, answers out, one line of JSON a row.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value, json};
use tidegate_core::{Error, Result};

use crate::{Data, print, reach::Reach};

#[derive(Debug, Args)]
pub struct Predict {
    /// The model's name.
    model: String,
    #[command(flatten)]
    rows: Rows,
    /// A version number; the champion if left out.
    #[arg(long)]
    version: Option<u32>,
    #[command(flatten)]
    data: Data,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Rows {
    /// One row as a JSON object, or many as an array of them.
    #[arg(long, value_name = "JSON")]
    row: Option<String>,
    /// A CSV file; the first line names the features.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

impl Predict {
    pub async fn run(self) -> Result<()> {
        let request = json!({ "rows": self.rows.read()?, "version": self.version });
        let answer = match Reach::open(&self.data.folder()?).await? {
            Reach::Server(client) => {
                client.post_json(&["api", "models", &self.model, "predict"], &request).await?
            }
            Reach::Here(engine) => {
                let unreadable = |cause| Error::invalid(format!("the rows can't be read: {cause}"));
                let request = serde_json::from_value(request).map_err(unreadable);
                let answer = match request {
                    Ok(request) => engine.predict(&self.model, request).await,
                    Err(error) => Err(error),
                };
                engine.shutdown().await?;
                serde_json::to_value(answer?)
                    .map_err(|cause| Error::internal("the answer can't be written").because(cause))?
            }
        };
        answer["answers"].as_array().into_iter().flatten().try_for_each(|row| print(&row.to_string()))
    }
}

impl Rows {
    fn read(&self) -> Result<Vec<Value>> {
        match (&self.row, &self.csv) {
            (Some(row), _) => parse_rows(row),
            (None, Some(file)) => csv_rows(file),
            (None, None) => Ok(Vec::new()),
        }
    }
}

fn parse_rows(text: &str) -> Result<Vec<Value>> {
    match serde_json::from_str(text) {
        Ok(Value::Array(rows)) => Ok(rows),
        Ok(row @ Value::Object(_)) => Ok(vec![row]),
        Ok(_) => Err(Error::invalid("`--row` is not an object").hint("write {\"feature\": value, ...}")),
        Err(cause) => Err(Error::invalid(format!("`--row` is not JSON: {cause}")).because(cause)),
    }
}

fn csv_rows(file: &Path) -> Result<Vec<Value>> {
    let wrong = |cause: csv::Error| Error::invalid(format!("{} can't be read: {cause}", file.display()));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file).map_err(wrong)?;
    let names = reader.headers().map_err(wrong)?.clone();
    let row = |record: csv::StringRecord| -> Value {
        names
            .iter()
            .zip(&record)
            .map(|(name, text)| (name.to_owned(), cell(text)))
            .collect::<Map<_, _>>()
            .into()
    };
    reader.records().map(|record| record.map(row).map_err(wrong)).collect()
}

/// Numbers as numbers, an empty cell as `null`, the rest as text.
fn cell(text: &str) -> Value {
    match text.parse::<f64>() {
        _ if text.is_empty() => Value::Null,
        Ok(number) if number.is_finite() => number.into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_or_many_are_read() {
        assert_eq!(parse_rows(r#"{"a": 1}"#).unwrap(), [json!({"a": 1})]);
        assert_eq!(parse_rows(r#"[{"a": 1}, {"a": 2}]"#).unwrap().len(), 2);
        assert!(parse_rows("7").is_err() && parse_rows("{a: 1}").is_err());
        assert_eq!([cell("1.5"), cell(""), cell("red")], [json!(1.5), Value::Null, json!("red")]);
    }
}
