//! The comparison for a person: a table with the verdict in one line.

use tidegate_monitor::{
    drift::State,
    report::{
        compare::{Comparison, Definition},
        multivariate::Reconstruction,
    },
};

use super::{Skipped, Together, Told};
use crate::aligned::{aligned, significant};

pub const HEADER: [&str; 8] = ["column", "type", "test", "score", "p", "threshold", "verdict", "how"];

impl Told {
    pub(super) fn table(&self) -> String {
        let rows: Vec<Vec<String>> = self.compared.columns.iter().map(row).collect();
        let mut lines = vec![aligned(&HEADER, &rows), String::new(), self.verdict()];
        lines.extend(self.together.iter().flat_map(together));
        if !self.skipped.is_empty() {
            lines.push(skipped(&self.skipped));
        }
        lines.join("\n")
    }

    /// One sentence.
    pub(super) fn verdict(&self) -> String {
        let compared = &self.compared;
        let said = if compared.drifted { "drifted" } else { "not drifted" };
        let whose = match compared.definition {
            Definition::Evidently => "Evidently",
            Definition::NannyMl => "NannyML",
            Definition::Scipy => "scipy",
        };
        let (drifted, judged) = (compared.columns_drifted, compared.columns_judged);
        let percent = 100.0 * compared.share_drifted;
        let (n, m) = self.rows;
        format!(
            "{said}: {drifted} of {judged} columns ({percent:.0}%, half makes a drift), {n} against {m} rows, as {whose} counts"
        )
    }
}

/// A sentence for each of the two looks at the columns together.
pub fn together(together: &Together) -> [String; 2] {
    let rebuilt = together.reconstruction.map_or(
        "together: not enough data to rebuild rows from their principal components".to_owned(),
        |found| {
            let Reconstruction { error, low, high, components, kept, .. } = found;
            let [error, low, high] = [error, low, high].map(significant);
            let percent = 100.0 * kept;
            format!(
                "together: {}, rows rebuilt from {components} components ({percent:.0}% of the variance) are off by {error}, {low} to {high} is usual",
                word_of(found.state)
            )
        },
    );
    let told = together.domain_classifier.as_ref().map_or(
        "together: not enough data to tell the files apart (50 rows a side)".to_owned(),
        |found| {
            let asked: Vec<&str> = found.columns.iter().take(3).map(|asked| asked.column.as_str()).collect();
            let [auc, low, high] = [found.auc, found.low, found.high].map(significant);
            format!(
                "together: {}, trees tell the files apart with a ROC AUC of {auc}, {low} to {high} is usual; they ask first for {}",
                word_of(found.state),
                asked.join(", ")
            )
        },
    );
    [rebuilt, told]
}

fn word_of(state: State) -> &'static str {
    match state {
        State::Drifted => "drifted",
        State::Stable => "stable",
        _ => "not enough data",
    }
}

/// Cells under [`HEADER`].
pub fn row(column: &Comparison) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or("-".into(), significant);
    vec![
        column.name.clone(),
        word(&column.kind),
        column.test.as_ref().map_or("-".into(), word),
        number(column.score),
        number(column.p_value),
        number(column.threshold),
        word_of(column.state).into(),
        column.sentence.clone(),
    ]
}

/// The name that JSON has for it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

pub fn skipped(columns: &[Skipped]) -> String {
    let each = columns.iter().map(|column| format!("`{}` {}", column.name, column.why));
    format!("not compared: {}", each.collect::<Vec<_>>().join("; "))
}
