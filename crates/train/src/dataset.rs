//! The rows a trainer is given.

use tidegate_core::{Error, Result, schema::Truth};

/// Labelled rows. The columns are found by name, so they may come in any order and some may be left over.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dataset {
    /// Names of the columns of `x`.
    pub features: Vec<String>,
    /// Row-major, `truth.len()` rows of `features.len()` columns; NaN is missing.
    pub x: Vec<f32>,
    /// The columns that the model takes as texts, which are none of `features`.
    pub texts: Vec<Texts>,
    /// What turned out to be true, one a row.
    pub truth: Vec<Truth>,
    /// How often each row counts, one a row, not negative: a row of weight 2 counts as two rows.
    pub weight: Vec<f64>,
    /// So many of the first rows are old: the model learnt from them before.
    pub old: usize,
}

/// A column of texts, one a row; an empty one is missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts {
    pub name: String,
    pub values: Vec<String>,
}

impl Dataset {
    pub fn rows(&self) -> usize {
        self.truth.len()
    }

    /// Refuses shapes that do not fit each other, no rows, and weights that are no weights.
    pub(crate) fn check(&self) -> Result<()> {
        let (rows, columns) = (self.rows(), self.features.len());
        if rows == 0 {
            return Err(Error::invalid("the data set has no rows").hint("add labelled rows"));
        }
        if rows.checked_mul(columns) != Some(self.x.len()) {
            return Err(Error::invalid(format!(
                "`x` holds {} values, {rows} rows of {columns} features need {}",
                self.x.len(),
                rows.saturating_mul(columns)
            )));
        }
        if let Some(texts) = self.texts.iter().find(|texts| texts.values.len() != rows) {
            return Err(Error::invalid(format!(
                "column `{}` holds {} texts for {rows} rows",
                texts.name,
                texts.values.len()
            )));
        }
        if self.weight.len() != rows {
            return Err(Error::invalid(format!("{} weights for {rows} rows", self.weight.len())));
        }
        match self.weight.iter().position(|weight| !weight.is_finite() || *weight < 0.0) {
            Some(row) => Err(Error::invalid(format!("the weight of row {row} is {}", self.weight[row]))
                .hint("weights are finite and not negative")),
            None if self.weight.iter().sum::<f64>() > 0.0 => Ok(()),
            None => Err(Error::invalid("every row has weight 0")),
        }
    }

    /// The index of each row's class; a class the model does not know is refused by name. `names` are other
    /// names of the same classes in the same order (those the program shows), or empty.
    pub(crate) fn class_indices(&self, labels: &[String], names: &[String]) -> Result<Vec<f64>> {
        let names = if names.len() == labels.len() { names } else { &[] };
        let index = |truth: &Truth| {
            let class = truth.class();
            let whole = truth.number().map(|number| number.to_string());
            let position = |known: &[String]| {
                known.iter().position(|label| *label == class || whole.as_ref() == Some(label))
            };
            position(labels).or_else(|| position(names)).map(|index| index as f64).ok_or_else(|| {
                Error::invalid(format!("label `{class}` is not a class of this model"))
                    .hint(format!("its classes are {}", labels.join(", ")))
            })
        };
        let indices: Vec<f64> = self.truth.iter().map(index).collect::<Result<_>>()?;
        if indices.iter().all(|index| Some(index) == indices.first()) {
            let only = self.truth.first().map_or_else(String::new, Truth::class);
            return Err(Error::invalid(format!("every row has label `{only}`"))
                .hint("add rows of another class: one class alone teaches nothing"));
        }
        Ok(indices)
    }

    /// Each row's truth as a number.
    pub(crate) fn numbers(&self) -> Result<Vec<f64>> {
        let number = |truth: &Truth| truth.number().filter(|number| number.is_finite());
        let checked = |truth| {
            number(truth).ok_or_else(|| {
                Error::invalid(format!("label `{}` is not a number", truth.class()))
                    .hint("this model predicts a number")
            })
        };
        self.truth.iter().map(checked).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(truth: Vec<Truth>) -> Dataset {
        let rows = truth.len();
        Dataset {
            features: vec!["a".into()],
            x: vec![0.0; rows],
            weight: vec![1.0; rows],
            truth,
            ..Dataset::default()
        }
    }

    #[test]
    fn classes_are_found_by_number_text_or_shown_name() {
        let data = labelled(vec![
            Truth::Number(1.0),
            Truth::Class("1.0".into()),
            Truth::Class("0".into()),
            Truth::Class("good".into()),
        ]);
        let (labels, names) = (["0".into(), "1".into()], ["bad".into(), "good".into()]);
        assert_eq!(data.class_indices(&labels, &names).unwrap(), [1.0, 1.0, 0.0, 1.0]);
        let error = data.class_indices(&labels, &[]).unwrap_err();
        assert!(error.message.contains("`good`"), "{error}");
        let error = labelled(vec![Truth::Number(1.0); 2]).class_indices(&labels, &[]).unwrap_err();
        assert!(error.message.contains("every row"), "{error}");
    }

    #[test]
    fn rows_that_do_not_fit_are_refused() {
        let good = labelled(vec![Truth::Number(1.0)]);
        assert!(good.check().is_ok());
        assert!(Dataset { x: vec![], ..good.clone() }.check().is_err());
        assert!(Dataset { weight: vec![], ..good.clone() }.check().is_err());
        let texts = Texts { name: "plan".into(), values: vec![] };
        assert!(Dataset { texts: vec![texts], ..good.clone() }.check().is_err());
        assert!(Dataset { weight: vec![f64::NAN], ..good.clone() }.check().is_err());
        assert!(Dataset { weight: vec![0.0], ..good }.check().is_err());
        assert!(Dataset::default().check().is_err());
        assert!(labelled(vec![Truth::Class("high".into())]).numbers().is_err());
    }
}
