//! Whose definition of drift a model and each of its inputs goes by.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// In whose terms drift is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum DriftTerms {
    /// PSI on the reference's bins, from counters that see every prediction; by the rows where those leave it open.
    #[default]
    #[serde(rename = "tidegate")]
    Tidegate,
    /// Evidently 0.7, on the recorded rows.
    #[serde(rename = "evidently")]
    Evidently,
    /// NannyML 0.13, on the recorded rows.
    #[serde(rename = "nannyml")]
    NannyMl,
    /// scipy's tests, adjusted for the number of columns, on the recorded rows.
    #[serde(rename = "scipy")]
    Scipy,
}

/// Whose definition of drift decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct DriftSettings {
    /// Of every input, the prediction and its score, unless `columns` says otherwise.
    pub definition: DriftTerms,
    /// Of single inputs by name, of the `prediction` and of its `score`.
    pub columns: BTreeMap<String, DriftTerms>,
}

/// What a model answers, as a column beside its inputs.
pub const PREDICTION: &str = "prediction";
/// How sure it was, likewise.
pub const SCORE: &str = "score";

impl DriftSettings {
    pub fn terms_of(&self, column: &str) -> DriftTerms {
        self.columns.get(column).copied().unwrap_or(self.definition)
    }

    /// The names it speaks of that are no column of a model with these inputs.
    pub fn unknown<'a>(&'a self, inputs: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = &'a str> {
        let known = move |name: &&str| ![PREDICTION, SCORE].contains(name) && !inputs(name);
        self.columns.keys().map(String::as_str).filter(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_input_can_go_by_another_definition_than_the_model() {
        let columns =
            [("age", DriftTerms::NannyMl), ("bmi", DriftTerms::Tidegate), (SCORE, DriftTerms::Evidently)];
        let settings = DriftSettings {
            definition: DriftTerms::Scipy,
            columns: columns.map(|(name, terms)| (name.to_owned(), terms)).into(),
        };
        assert_eq!(settings.terms_of("age"), DriftTerms::NannyMl);
        assert_eq!(settings.terms_of("bmi"), DriftTerms::Tidegate);
        assert_eq!(settings.terms_of("sex"), DriftTerms::Scipy);
        assert_eq!(settings.unknown(|name| name == "age").collect::<Vec<_>>(), ["bmi"]);
        assert_eq!(DriftSettings::default().terms_of("age"), DriftTerms::Tidegate);
    }
}
