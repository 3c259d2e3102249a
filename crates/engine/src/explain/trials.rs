//! The rows a model is asked for an explanation, and what follows from its answers.
//!
//! Pure. Owns which rows make up each trial and the measures taken of them. Must not know how a model is asked.

use std::collections::HashMap;

use tidegate_core::schema::{Answered, FeatureKind, Schema, Truth};
use tidegate_monitor::{
    drift::Drift,
    importance::{self, NDCG_LIMIT, mean_distance, mean_loss},
    transport::Values,
};

use crate::{
    rows::{Row, number},
    view::{AnswerUnit, Attribution, Cell, DriftEffect, EffectVerdict, Importance},
};

/// An input whose drift moves answers by this share of their spread or more hurts.
const HURTS: f64 = 0.1;
/// How often each input is shuffled.
const SHUFFLES: u32 = 3;

/// The same rows, asked once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trial {
    Live,
    /// With an input's values mapped back to the reference.
    Mapped(usize),
    /// With an input's values shuffled, for the n-th time.
    Shuffled(usize, u32),
    Reference,
    ReferenceShuffled(usize),
}

/// What is asked of. Inputs go by their place in the schema.
#[derive(Debug, Default)]
pub struct Material {
    pub schema: Schema,
    pub live: Vec<Row>,
    /// What turned out to be true of the live rows, as far as it is known.
    pub truths: Vec<Option<Truth>>,
    /// Rows from when all was well; may be empty.
    pub reference: Vec<Row>,
    /// Values from when all was well, of each input that can be mapped back.
    pub usual: Vec<Option<Values>>,
    pub drifted: Vec<Drift>,
    pub seed: u64,
}

pub type Answers = HashMap<Trial, Vec<Answered>>;

/// What answers say of inputs.
#[derive(Debug)]
pub struct Conclusion {
    pub unit: AnswerUnit,
    pub spread: f64,
    pub features: Vec<Importance>,
    pub drift: Vec<DriftEffect>,
    pub attribution: Option<Attribution>,
}

impl Material {
    /// The most telling first, so that stopping anywhere leaves something.
    pub fn trials(&self) -> Vec<Trial> {
        let inputs = 0..self.schema.features.len();
        let mut trials = vec![Trial::Live];
        let place =
            |drift: &Drift| self.schema.features.iter().position(|feature| feature.name == drift.name);
        let drifted = self.drifted.iter().filter_map(place);
        trials.extend(drifted.filter(|input| self.mappable(*input)).map(Trial::Mapped));
        trials.extend(inputs.clone().map(|input| Trial::Shuffled(input, 0)));
        if !self.reference.is_empty() {
            trials.push(Trial::Reference);
            trials.extend(inputs.clone().map(Trial::ReferenceShuffled));
        }
        trials.extend((1..SHUFFLES).flat_map(|n| inputs.clone().map(move |input| Trial::Shuffled(input, n))));
        trials
    }

    fn mappable(&self, input: usize) -> bool {
        self.usual.get(input).is_some_and(Option::is_some)
    }

    /// Fewer rows, for a model that is slow.
    pub fn keep(&mut self, rows: usize) {
        self.live.truncate(rows);
        self.truths.truncate(rows);
        self.reference.truncate(rows);
    }

    pub fn rows(&self, trial: Trial) -> Vec<Row> {
        match trial {
            Trial::Live => self.live.clone(),
            Trial::Reference => self.reference.clone(),
            Trial::Shuffled(input, n) => self.shuffled(&self.live, input, n),
            Trial::ReferenceShuffled(input) => self.shuffled(&self.reference, input, 0),
            Trial::Mapped(input) => self.mapped(input),
        }
    }

    fn shuffled(&self, rows: &[Row], input: usize, n: u32) -> Vec<Row> {
        let name = &self.schema.features[input].name;
        let seed = self.seed.wrapping_add(u64::from(n) << 32).wrapping_add(input as u64);
        let order = importance::permutation(rows.len(), seed);
        let with = |(row, from): (&Row, usize)| {
            let mut row = row.clone();
            if let Some(cell) = rows[from].get(name) {
                row.insert(name.clone(), cell.clone());
            }
            row
        };
        rows.iter().zip(order).map(with).collect()
    }

    fn mapped(&self, input: usize) -> Vec<Row> {
        let feature = &self.schema.features[input];
        let mut rows = self.live.clone();
        let Some(Some(usual)) = self.usual.get(input) else { return rows };
        let live = values(&rows, &feature.name, feature.kind);
        let cells = cells(live.moved_to(usual, self.seed));
        rows.iter_mut().zip(cells).for_each(|(row, cell)| {
            row.insert(feature.name.clone(), cell);
        });
        rows
    }

    /// `None` while the live rows have no answers that can be compared.
    pub fn conclude(&self, answers: &Answers) -> Option<Conclusion> {
        let live = answers.get(&Trial::Live)?;
        let unit = unit(live.first()?)?;
        let spread = importance::spread(live, self.seed)?;
        let features = self.features(answers, live);
        let attribution = self.attribution(&features);
        Some(Conclusion {
            unit,
            spread,
            drift: self.effects(answers, live, unit, spread),
            attribution,
            features,
        })
    }

    fn features(&self, answers: &Answers, live: &[Answered]) -> Vec<Importance> {
        let loss = mean_loss(&self.schema, &self.truths, live);
        let reference = answers.get(&Trial::Reference);
        let importance = |(input, feature): (usize, &tidegate_core::schema::Feature)| {
            let shuffles: Vec<_> =
                (0..SHUFFLES).filter_map(|n| answers.get(&Trial::Shuffled(input, n))).collect();
            let losses = shuffles
                .iter()
                .filter_map(|shuffled| Some(mean_loss(&self.schema, &self.truths, shuffled)? - loss?));
            let shuffled_reference = answers.get(&Trial::ReferenceShuffled(input));
            Some(Importance {
                feature: feature.name.clone(),
                answer: mean(shuffles.iter().filter_map(|shuffled| mean_distance(live, shuffled)))?,
                loss: mean(losses),
                rank: 0,
                reference_rank: None,
                reference_answer: reference.zip(shuffled_reference).and_then(|(a, b)| mean_distance(a, b)),
            })
        };
        let mut features: Vec<_> = self.schema.features.iter().enumerate().filter_map(importance).collect();
        rank(&mut features);
        features
    }

    /// Where every input was shuffled among the reference rows too.
    fn attribution(&self, features: &[Importance]) -> Option<Attribution> {
        let reference: Vec<f64> = features.iter().map(|f| f.reference_answer).collect::<Option<_>>()?;
        if features.len() < self.schema.features.len() {
            return None;
        }
        let now: Vec<f64> = features.iter().map(|feature| feature.answer).collect();
        let ndcg = importance::ndcg(&reference, &now)?;
        let drifted = ndcg < NDCG_LIMIT;
        let first = features.iter().find(|feature| feature.reference_rank == Some(1));
        let sentence = match (drifted, first) {
            (true, Some(first)) => format!(
                "the inputs that matter have changed (nDCG {ndcg:.2}, limit {NDCG_LIMIT}): {} was first, now {} of {}",
                first.feature,
                first.rank,
                features.len()
            ),
            _ => format!("the inputs that matter are those that mattered (nDCG {ndcg:.2})"),
        };
        let reference_rows = self.reference.len() as u64;
        Some(Attribution { ndcg, limit: NDCG_LIMIT, drifted, reference_rows, sentence })
    }

    fn effects(
        &self,
        answers: &Answers,
        live: &[Answered],
        unit: AnswerUnit,
        spread: f64,
    ) -> Vec<DriftEffect> {
        let loss = mean_loss(&self.schema, &self.truths, live);
        let effect = |drift: &Drift| {
            let input = self.schema.features.iter().position(|feature| feature.name == drift.name)?;
            let mapped = answers.get(&Trial::Mapped(input))?;
            let effect = mean_distance(live, mapped)?;
            let share = if spread > 0.0 { effect / spread } else { 0.0 };
            let verdict = if share >= HURTS { EffectVerdict::Hurts } else { EffectVerdict::Harmless };
            let lower = loss.zip(mean_loss(&self.schema, &self.truths, mapped)).map(|(now, then)| now - then);
            let flipped = importance::flipped(live, mapped);
            Some(DriftEffect {
                feature: drift.name.clone(),
                psi: drift.psi,
                state: drift.state,
                effect,
                share,
                flipped,
                loss: lower,
                verdict,
                sentence: sentence(verdict, unit, effect, share, flipped),
            })
        };
        let mut effects: Vec<_> = self.drifted.iter().filter_map(effect).collect();
        effects.sort_by(|a, b| b.effect.total_cmp(&a.effect));
        effects
    }
}

fn rank(features: &mut [Importance]) {
    features.sort_by(|a, b| b.answer.total_cmp(&a.answer));
    (1..).zip(features.iter_mut()).for_each(|(rank, feature)| feature.rank = rank);
    let reference: Option<Vec<f64>> = features.iter().map(|feature| feature.reference_answer).collect();
    if let Some(reference) = reference {
        let ranks = importance::ranks(&reference);
        features.iter_mut().zip(ranks).for_each(|(feature, rank)| feature.reference_rank = Some(rank));
    }
}

fn sentence(
    verdict: EffectVerdict,
    unit: AnswerUnit,
    effect: f64,
    share: f64,
    flipped: Option<f64>,
) -> String {
    let word = match verdict {
        EffectVerdict::Hurts => "hurts",
        EffectVerdict::Harmless => "harmless",
    };
    let flips =
        flipped.map_or(String::new(), |share| format!(", {:.1}% of rows get another class", share * 100.0));
    match unit {
        AnswerUnit::Class => format!("{word}: {:.1}% of rows get another class", effect * 100.0),
        _ => format!(
            "{word}: answers move by {} on average, {:.0}% of their spread{flips}",
            crate::tiles::significant(effect),
            share * 100.0
        ),
    }
}

fn unit(answer: &Answered) -> Option<AnswerUnit> {
    match answer {
        Answered { probabilities: Some(_), .. } => Some(AnswerUnit::Probability),
        Answered { label: Some(_), .. } => Some(AnswerUnit::Class),
        Answered { value: Some(_), .. } => Some(AnswerUnit::Value),
        _ => None,
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_u32), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}

/// The values of one input; `None` for what is no single value.
pub fn column(rows: &[Row], name: &str, kind: FeatureKind) -> Option<Values> {
    (kind != FeatureKind::Tensor && !rows.is_empty()).then(|| values(rows, name, kind))
}

fn values(rows: &[Row], name: &str, kind: FeatureKind) -> Values {
    let cells = rows.iter().map(|row| row.get(name));
    if kind == FeatureKind::Categorical {
        return Values::Names(cells.map(name_of).collect());
    }
    Values::Numbers(cells.map(number_of).collect())
}

fn name_of(cell: Option<&Cell>) -> String {
    match cell {
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::Number(number)) => number.to_string(),
        Some(Cell::Bool(truth)) => truth.to_string(),
        _ => String::new(),
    }
}

fn number_of(cell: Option<&Cell>) -> f64 {
    match cell {
        Some(Cell::Number(number)) => *number,
        Some(Cell::Bool(truth)) => f64::from(u8::from(*truth)),
        Some(Cell::Text(text)) => text.trim().parse().unwrap_or(f64::NAN),
        _ => f64::NAN,
    }
}

fn cells(values: Values) -> Vec<Cell> {
    match values {
        Values::Numbers(numbers) => numbers.into_iter().map(number).collect(),
        Values::Names(names) => names.into_iter().map(Cell::Text).collect(),
    }
}

#[cfg(test)]
#[path = "trials_tests.rs"]
mod tests;
