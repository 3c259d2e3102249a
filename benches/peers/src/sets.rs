//! The rows that learners compete on, each in one of four parts.

use std::path::Path;

use tidegate_trees::Matrix;

use crate::process::Result;

/// Parts of the rows, each asked about once.
pub const PARTS: u8 = 4;

/// The sets, and how often each is fitted.
pub const SETS: [(&str, usize); 3] = [("breast_cancer", 15), ("digits", 7), ("synthetic", 5)];

/// A set as it is read.
pub struct Set {
    pub columns: Vec<Vec<f64>>,
    pub class: Vec<f64>,
    part: Vec<f64>,
}

pub struct Rows {
    pub matrix: Matrix,
    pub truth: Vec<f64>,
}

/// Each set, its name and how often it is fitted.
pub fn all(data: &Path) -> Result<Vec<(&'static str, usize, Set)>> {
    SETS.into_iter().map(|(name, runs)| Ok((name, runs, read(data, name)?))).collect()
}

fn read(data: &Path, name: &str) -> Result<Set> {
    let table = tidegate_table::read(&data.join(name).with_extension("parquet"))?;
    let mut columns = vec![];
    for column in &table.columns {
        columns.push(column.numbers().ok_or("text where numbers belong")?.into_owned());
    }
    let (part, class) = columns.pop().zip(columns.pop()).ok_or("columns are missing")?;
    Ok(Set { columns, class, part })
}

impl Set {
    pub fn classes(&self) -> usize {
        self.class.iter().copied().fold(0.0, f64::max) as usize + 1
    }

    pub fn rows(&self, wanted: impl Fn(f64) -> bool) -> Rows {
        let places: Vec<usize> = (0..self.part.len()).filter(|row| wanted(self.part[*row])).collect();
        let row = |row: &usize| self.columns.iter().map(|column| column[*row] as f32).collect::<Vec<f32>>();
        Rows {
            matrix: Matrix { columns: self.columns.len(), data: places.iter().flat_map(row).collect() },
            truth: places.iter().map(|row| self.class[*row]).collect(),
        }
    }
}
