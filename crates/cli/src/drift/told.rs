//! The comparison for a person: a table with the verdict in one line.

use tidegate_monitor::{
    drift::State,
    report::compare::{Comparison, Definition},
};

use super::{Skipped, Told};
use crate::aligned::{aligned, significant};

pub const HEADER: [&str; 8] = ["column", "type", "test", "score", "p", "threshold", "verdict", "how"];

impl Told {
    pub(super) fn table(&self) -> String {
        let rows: Vec<Vec<String>> = self.compared.columns.iter().map(row).collect();
        let mut lines = vec![aligned(&HEADER, &rows), String::new(), self.verdict()];
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

/// Cells under [`HEADER`].
pub fn row(column: &Comparison) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or("-".into(), significant);
    let verdict = match column.state {
        State::Drifted => "drifted",
        State::Stable => "stable",
        _ => "not enough data",
    };
    vec![
        column.name.clone(),
        word(&column.kind),
        column.test.as_ref().map_or("-".into(), word),
        number(column.score),
        number(column.p_value),
        number(column.threshold),
        verdict.into(),
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
