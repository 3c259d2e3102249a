//! A feature whose values are vectors (an embedding, an image), watched live: where they lie, how long they are, how
//! far from the reference's centre, and how well its principal components rebuild them.
//!
//! Owns the centre, the components and the counters. Vectors wider than [`WIDEST`] are averaged over neighbouring
//! elements first, so that a bucket stays small. Components and centre come from one half of the reference's rows, what
//! they show of rows from the other, so that a window's rows are as new to them.

use serde::{Deserialize, Serialize};

use super::{
    halves,
    scalar::{Moved, Part, decide, moved, times},
};
use crate::{
    bins::short,
    column::{Counts, Reference},
    drift::{Direction, Drift, State, benjamini_hochberg},
    report::{domain::spaced, pca::Components},
    special::normal_two_sided,
};

/// Elements watched of a vector.
pub const WIDEST: usize = 256;
/// Rows of the reference that principal components are found in, and the most components.
const LEARNT: usize = 1_000;
const COMPONENTS: usize = 16;
/// An element has moved from this many standard deviations on; a Wasserstein distance is at least as large as the
/// difference of the means, and 0.1 is Evidently's threshold of that.
const MOVED: f64 = 0.1;
/// Of the elements called moved, at most this share by chance.
const FALSE_DISCOVERY_RATE: f64 = 0.01;
/// An element that hardly varies is taken to vary by this share of what is usual among the others.
const LEAST_SPREAD: f64 = 0.05;

/// What vectors looked like when all was well; the mean of their elements is a [`Reference`] of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VectorReference {
    n: u64,
    mean: Vec<f64>,
    /// Of each element, and 0 of none.
    std: Vec<f64>,
    /// The mean of the half that components are found in.
    centre: Vec<f64>,
    components: Option<Components>,
    pub norm: Reference,
    /// From the centre.
    pub distance: Reference,
    /// Length of what the components leave out.
    pub residual: Option<Reference>,
    /// Place along each component.
    along: Vec<Reference>,
}

/// What vectors held in a span of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VectorCounts {
    pub n: u64,
    /// Of another width, or with an element that is no number.
    pub unusable: u64,
    sum: Vec<f64>,
    pub norm: Counts,
    pub distance: Counts,
    pub residual: Option<Counts>,
    along: Vec<Counts>,
}

/// How vectors moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VectorShift {
    /// Elements watched: neighbours of wider vectors are averaged.
    pub width: u64,
    /// Length of a vector.
    pub norm: Moved,
    /// From the reference's centre.
    pub distance: Moved,
    /// Length of what the reference's principal components leave out; none of vectors that never vary.
    pub residual: Option<Moved>,
    pub components: u64,
    /// Components along which vectors lie elsewhere.
    pub components_drifted: u64,
    /// Share of the elements whose mean moved by at least 0.1 standard deviations, more than chance gives among so
    /// many.
    pub share_moved: f64,
    /// Between the means of window and reference, and what so many rows give without drift.
    pub between_means: f64,
    pub between_means_expected: f64,
    /// Rows looked at, and those of another width or with an element that is no number.
    pub n: u64,
    pub n_reference: u64,
    pub unusable: u64,
}

/// A row's elements as they are watched: as many as there are, or [`WIDEST`] means of neighbours.
pub fn watched(row: &[f64]) -> impl Iterator<Item = f32> {
    let width = row.len().min(WIDEST);
    (0..width).map(move |place| {
        let part = &row[place * row.len() / width..(place + 1) * row.len() / width];
        (part.iter().sum::<f64>() / part.len() as f64) as f32
    })
}

/// A row's place as the watched numbers tell it.
struct Place {
    norm: f64,
    distance: f64,
    along: Vec<f64>,
    residual: Option<f64>,
}

impl VectorReference {
    /// From rows of `width` elements; `None` with fewer than two elements or four whole rows.
    pub fn new(values: &[f32], width: usize) -> Option<Self> {
        let rows: Vec<Vec<f64>> = values
            .chunks_exact(width.max(1))
            .filter(|row| row.iter().all(|value| value.is_finite()))
            .map(|row| row.iter().map(|value| f64::from(*value)).collect())
            .collect();
        if rows.len() < 4 || width < 2 {
            return None;
        }
        let (learnt, held_out) = halves(&rows);
        let (mean, std) = moments(&rows, width);
        let learnt: Vec<&Vec<f64>> = learnt.collect();
        let (centre, _) = moments(learnt.iter().copied(), width);
        let sample = spaced(learnt.len(), LEARNT).map(|row| learnt[row].clone());
        let mut reference = Self {
            n: rows.len() as u64,
            mean,
            std,
            centre,
            components: Components::fit(sample, width, COMPONENTS),
            norm: Reference::numeric("length", &[]),
            distance: Reference::numeric("distance from the centre", &[]),
            residual: None,
            along: Vec::new(),
        };
        let places: Vec<Place> = held_out.map(|row| reference.place(row.clone())).collect();
        reference.learn(&places);
        Some(reference)
    }

    fn learn(&mut self, places: &[Place]) {
        let numeric = |name: &str, of: &dyn Fn(&Place) -> f64| {
            Reference::numeric(name, &places.iter().map(of).collect::<Vec<_>>())
        };
        self.norm = numeric("length", &|place| place.norm);
        self.distance = numeric("distance from the centre", &|place| place.distance);
        self.residual = self
            .components
            .is_some()
            .then(|| numeric("what components leave out", &|place| place.residual.unwrap_or(f64::NAN)));
        let components = self.components.as_ref().map_or(0, Components::len);
        self.along = (0..components)
            .map(|component| {
                numeric(&format!("component {}", component + 1), &|place| place.along[component])
            })
            .collect();
    }

    pub fn width(&self) -> usize {
        self.mean.len()
    }

    fn place(&self, row: Vec<f64>) -> Place {
        let norm = row.iter().map(|value| value * value).sum::<f64>().sqrt();
        let distance = squared(&row, &self.centre).sqrt();
        let (along, residual) = match &self.components {
            Some(components) => {
                let (along, residual) = components.split(row);
                (along, Some(residual))
            }
            None => (Vec::new(), None),
        };
        Place { norm, distance, along, residual }
    }

    /// Standard deviations to measure changes in.
    fn spread(&self) -> Vec<f64> {
        let usual = (self.std.iter().map(|std| std * std).sum::<f64>() / self.std.len() as f64).sqrt();
        self.std.iter().map(|std| std.max(LEAST_SPREAD * usual)).collect()
    }
}

fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// Mean and standard deviation of each element.
fn moments<'a>(rows: impl IntoIterator<Item = &'a Vec<f64>> + Clone, width: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut mean, mut n) = (vec![0.0; width], 0.0);
    for row in rows.clone() {
        n += 1.0;
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    mean.iter_mut().for_each(|sum| *sum /= f64::max(n, 1.0));
    let mut squares = vec![0.0; width];
    for row in rows {
        let apart = row.iter().zip(&mean).map(|(value, mean)| (value - mean).powi(2));
        squares.iter_mut().zip(apart).for_each(|(sum, apart)| *sum += apart);
    }
    (mean, squares.into_iter().map(|sum| (sum / f64::max(n, 1.0)).sqrt()).collect())
}

impl VectorCounts {
    pub fn new(reference: &VectorReference) -> Self {
        Self {
            n: 0,
            unusable: 0,
            sum: vec![0.0; reference.width()],
            norm: Counts::new(&reference.norm),
            distance: Counts::new(&reference.distance),
            residual: reference.residual.as_ref().map(Counts::new),
            along: reference.along.iter().map(Counts::new).collect(),
        }
    }

    /// A row as [`watched`] gives it.
    pub fn add(&mut self, reference: &VectorReference, row: &[f32]) {
        if row.len() != reference.width() || !row.iter().all(|value| value.is_finite()) {
            self.unusable += 1;
            return;
        }
        self.n += 1;
        let row: Vec<f64> = row.iter().map(|value| f64::from(*value)).collect();
        self.sum.iter_mut().zip(&row).for_each(|(sum, value)| *sum += value);
        let place = reference.place(row);
        self.norm.add_number(&reference.norm, place.norm);
        self.distance.add_number(&reference.distance, place.distance);
        if let (Some(counts), Some(reference), Some(residual)) =
            (&mut self.residual, &reference.residual, place.residual)
        {
            counts.add_number(reference, residual);
        }
        for ((counts, reference), along) in self.along.iter_mut().zip(&reference.along).zip(place.along) {
            counts.add_number(reference, along);
        }
    }

    /// Both must have been counted against the same reference.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.unusable += other.unusable;
        self.sum.iter_mut().zip(&other.sum).for_each(|(mine, theirs)| *mine += theirs);
        self.norm.merge(&other.norm);
        self.distance.merge(&other.distance);
        if let (Some(mine), Some(theirs)) = (&mut self.residual, &other.residual) {
            mine.merge(theirs);
        }
        self.along.iter_mut().zip(&other.along).for_each(|(mine, theirs)| mine.merge(theirs));
    }

    fn mean(&self) -> impl Iterator<Item = f64> {
        self.sum.iter().map(|sum| sum / self.n.max(1) as f64)
    }

    /// By how many standard deviations the mean of each element moved, and how likely as much is without drift.
    fn elements(&self, reference: &VectorReference) -> Vec<(f64, f64)> {
        let rows = 1.0 / self.n.max(1) as f64 + 1.0 / reference.n.max(1) as f64;
        let spread = reference.spread();
        let apart = self.mean().zip(&reference.mean).map(|(now, then)| now - then);
        apart
            .zip(spread)
            .map(|(apart, spread)| match spread > 0.0 {
                true => (apart / spread, normal_two_sided(apart / spread / rows.sqrt())),
                // No element ever varied: any change is news.
                false if apart == 0.0 => (0.0, 1.0),
                false => (1.0, 0.0),
            })
            .collect()
    }
}

/// Takes the drift of the means of a feature's elements on to the vectors: they have drifted where their length, their
/// distance from the centre, what components leave out or their place along one has, or where many elements moved.
pub fn judge(
    mut means: Drift,
    reference: &VectorReference,
    counts: &VectorCounts,
    min_rows: u64,
    threshold: f64,
) -> Drift {
    let scalar = |reference: &Reference, counts: &Counts| moved(reference, counts, min_rows, threshold);
    let (norm, of_norm) = scalar(&reference.norm, &counts.norm);
    let (distance, of_distance) = scalar(&reference.distance, &counts.distance);
    let residual = reference.residual.as_ref().zip(counts.residual.as_ref()).map(|(r, c)| scalar(r, c));
    let along: Vec<_> = reference.along.iter().zip(&counts.along).map(|(r, c)| scalar(r, c)).collect();
    let (share_moved, of_elements) = of_elements(reference, counts, min_rows, threshold);
    let mut parts = vec![of_distance, of_norm, of_elements];
    parts.extend(residual.map(|(_, part)| part));
    parts.extend(along.iter().map(|(_, part)| *part));
    decide(&mut means, &parts);
    let rows = 1.0 / counts.n.max(1) as f64 + 1.0 / reference.n.max(1) as f64;
    let apart = counts.mean().zip(&reference.mean).map(|(now, then)| (now - then).powi(2)).sum::<f64>();
    let varies = reference.std.iter().map(|std| std * std).sum::<f64>();
    let shift = VectorShift {
        width: reference.width() as u64,
        norm,
        distance,
        residual: residual.map(|(moved, _)| moved),
        components: along.len() as u64,
        components_drifted: along.iter().filter(|(moved, _)| moved.drifted).count() as u64,
        share_moved,
        between_means: if counts.n > 0 { apart.sqrt() } else { 0.0 },
        between_means_expected: if counts.n > 0 { (varies * rows).sqrt() } else { 0.0 },
        n: counts.n,
        n_reference: reference.n,
        unusable: counts.unusable,
    };
    means.n = counts.n;
    means.n_reference = reference.n;
    match means.state {
        State::Drifted => {
            means.direction = Some(direction(&shift));
            means.sentence = sentence(&shift, threshold);
        }
        State::Stable => {
            means.sentence = format!(
                "no drift (PSI {}): {} of {} elements moved",
                short(means.psi),
                percent(shift.share_moved),
                shift.width
            );
        }
        State::Undecided => {}
        State::NotEnough => {
            let needed = min_rows.max(1);
            means.sentence = format!("not enough data: {} of {needed} vectors", counts.n.min(reference.n));
        }
    }
    means.vector = Some(shift);
    means
}

/// Share of the elements that moved. It is compared with the threshold itself: 0.2 is Evidently's for embeddings, too.
fn of_elements(
    reference: &VectorReference,
    counts: &VectorCounts,
    min_rows: u64,
    threshold: f64,
) -> (f64, Part) {
    let elements = counts.elements(reference);
    let p: Vec<f64> = elements.iter().map(|(_, p)| *p).collect();
    let adjusted = benjamini_hochberg(&p);
    let moved = elements.iter().zip(&adjusted);
    let moved = moved.filter(|((by, _), p)| by.abs() >= MOVED && **p <= FALSE_DISCOVERY_RATE).count() as f64;
    let share = moved / reference.width().max(1) as f64;
    let enough = counts.n.min(reference.n) >= min_rows.max(1);
    let state = match enough {
        false => State::NotEnough,
        true if share >= threshold => State::Drifted,
        true => State::Stable,
    };
    let least = adjusted.iter().copied().fold(1.0, f64::min);
    let counted = if enough { share } else { 0.0 };
    (counted, Part { psi: counted, psi_noise: 0.0, p: least, state })
}

fn direction(shift: &VectorShift) -> Direction {
    match shift.distance {
        Moved { drifted: true, reference, current, .. } if current > reference => Direction::Wider,
        Moved { drifted: true, .. } => Direction::Narrower,
        _ => Direction::Mix,
    }
}

/// "vectors lie 1.8x as far from the reference's centre (mean distance 3.2 -> 5.8); 41% of 64 elements moved".
fn sentence(shift: &VectorShift, threshold: f64) -> String {
    let mut said = Vec::new();
    let mut say = |moved: &Moved, what: &str| {
        if moved.drifted {
            let by = times(moved.current, moved.reference);
            said.push(format!(
                "{} ({} -> {})",
                what.replace('#', &by),
                short(moved.reference),
                short(moved.current)
            ));
        }
    };
    say(&shift.distance, "vectors lie # as far from the reference's centre");
    if !shift.distance.drifted {
        say(&shift.norm, "vectors are # as long");
    }
    if let Some(residual) = &shift.residual {
        say(residual, "principal components leave out # as much");
    }
    if shift.share_moved >= threshold {
        said.push(format!("{} of {} elements moved", percent(shift.share_moved), shift.width));
    } else if shift.components_drifted > 0 {
        let of = shift.components;
        said.push(format!("vectors lie elsewhere along {} of {of} components", shift.components_drifted));
    }
    said.join("; ")
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

#[cfg(test)]
#[path = "vectors_tests.rs"]
mod tests;
