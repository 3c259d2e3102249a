//! Where the rows of a window have the last word: what counters leave undecided, and what goes by another definition
//! than ours.

use tidegate_core::drift::{DriftSettings, DriftTerms, PREDICTION};
use tidegate_monitor::{
    drift::{Drift, State},
    report::{Method, compare::Comparison},
};

use super::{Signals, ranked};

/// What the rows of a window say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recomputed {
    pub inputs: Vec<Comparison>,
    /// None while it is not known what the champion answers to the reference.
    pub prediction: Option<Comparison>,
}

impl Signals {
    /// Whether rows are to decide anything.
    pub fn need_rows(&self, settings: &DriftSettings) -> bool {
        self.inputs.iter().any(|drift| by_rows(drift, &drift.name, settings))
            || self.prediction_needs_rows(settings)
    }

    pub fn prediction_needs_rows(&self, settings: &DriftSettings) -> bool {
        self.prediction.as_ref().is_some_and(|drift| by_rows(drift, PREDICTION, settings))
    }

    /// Takes the rows' word.
    pub fn decide(&mut self, rows: &Recomputed, settings: &DriftSettings) {
        let significant = self.significant;
        let flagged = self.inputs.drain(..).enumerate().map(|(place, drift)| (drift, place < significant));
        let mut judged: Vec<(Drift, bool)> = flagged.collect();
        for (drift, significant) in &mut judged {
            if !by_rows(drift, &drift.name, settings) {
                continue;
            }
            let Some(exact) = rows.inputs.iter().find(|column| column.name == drift.name) else { continue };
            if take(drift, exact) {
                *significant = exact.drifted;
                self.exact.push(exact.clone());
            }
        }
        (self.inputs, self.significant) = ranked(judged);
        if self.prediction_needs_rows(settings)
            && let (Some(drift), Some(exact)) = (&mut self.prediction, &rows.prediction)
            && take(drift, exact)
        {
            self.prediction_exact = Some(exact.clone());
        }
    }
}

/// What too few rows were counted of, too few were recorded of.
fn by_rows(drift: &Drift, column: &str, settings: &DriftSettings) -> bool {
    match drift.state {
        State::NotEnough => false,
        State::Undecided => true,
        State::Stable | State::Drifted => settings.terms_of(column) != DriftTerms::Tidegate,
    }
}

/// Whether the rows were enough to say so.
fn take(drift: &mut Drift, exact: &Comparison) -> bool {
    if exact.state == State::NotEnough {
        return false;
    }
    drift.state = exact.state;
    drift.direction = exact.direction;
    drift.sentence = recomputed(exact);
    true
}

/// What the rows say, with where that comes from.
fn recomputed(exact: &Comparison) -> String {
    let test = exact.test.map_or("", Method::title);
    let p = exact.p_value.map_or_else(String::new, |p| format!(", p {p:.2e}"));
    format!("{} (recomputed from {} rows: {test}{p})", exact.sentence, exact.n_current)
}
