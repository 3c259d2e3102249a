//! By whose definition each column is compared.
//!
//! Pure.

use tidegate_core::{
    Error, Result,
    drift::{DriftSettings, DriftTerms},
    schema::Schema,
};
use tidegate_monitor::report::compare::{Column, Compared, Comparison, Definition, Options, column, judge};

/// Compares columns, each by the definition it goes by; `own` stands in for ours, which knows no rows.
pub fn compare_each(
    columns: &[Column],
    settings: &DriftSettings,
    own: Definition,
    options: Options,
) -> Compared {
    let each = |name: &str| definition(settings.terms_of(name)).unwrap_or(own);
    let compared: Vec<Comparison> =
        columns.iter().map(|of| column(*of, Options { definition: each(of.name), ..options })).collect();
    judge(compared, definition(settings.definition).unwrap_or(own))
}

fn definition(terms: DriftTerms) -> Option<Definition> {
    match terms {
        DriftTerms::Tidegate => None,
        DriftTerms::Evidently => Some(Definition::Evidently),
        DriftTerms::NannyMl => Some(Definition::NannyMl),
        DriftTerms::Scipy => Some(Definition::Scipy),
    }
}

/// Refuses settings that name columns the model does not have.
pub fn check(settings: &DriftSettings, schema: &Schema) -> Result<()> {
    let is_input = |name: &str| schema.features.iter().any(|feature| feature.name == name);
    match settings.unknown(is_input).next() {
        None => Ok(()),
        Some(name) => {
            let names: Vec<_> = schema.features.iter().take(8).map(|feature| feature.name.as_str()).collect();
            Err(Error::invalid(format!("`settings.drift.columns`: the model has no input `{name}`"))
                .hint(format!("name an input, `prediction` or `score`; its inputs are {}", names.join(", "))))
        }
    }
}
