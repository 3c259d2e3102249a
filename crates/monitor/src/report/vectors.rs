//! Drift of columns whose values are vectors: embeddings, images, tensors.
//!
//! Owns the distances between two clouds of points. Large columns are sampled, evenly spaced, since most of these
//! grow with the square of the rows.

use serde::{Deserialize, Serialize};

use super::{
    Pair, Sample, distance,
    domain::spaced,
    pca::{Components, Spread},
};
use crate::{drift::State, random::SplitMix};

/// Rows of a side that are compared in pairs.
const PAIRED: usize = 400;
/// Rows of a side whose components are looked at one by one.
const SORTED: usize = 2_000;
/// Rows of the reference that principal components are found in.
const LEARNT: usize = 1_000;
const PERMUTATIONS: usize = 199;
/// A component has drifted from this normed Wasserstein distance on, Evidently's default for embeddings.
const COMPONENT: f64 = 0.1;
/// The draws repeat.
const SEED: u64 = 0x7469_6465;

/// Rows of `width` numbers.
#[derive(Debug, Clone, Copy)]
pub struct Vectors<'a> {
    pub values: &'a [f32],
    pub width: usize,
}

/// How far two clouds of vectors are apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VectorDrift {
    pub width: u64,
    /// Between the means: the straight distance, and 1 - cosine of the angle where both have a length.
    pub euclidean: f64,
    pub cosine: Option<f64>,
    /// Share of the components whose normed Wasserstein distance is at least 0.1.
    pub share_drifted: f64,
    /// Maximum mean discrepancy squared (unbiased; Gretton, 2012), with a Gaussian kernel as wide as the median
    /// distance.
    pub mmd: f64,
    /// How often sides drawn at random are as far apart.
    pub mmd_p: f64,
    /// Rows of each side compared in pairs.
    pub mmd_rows: (u64, u64),
    pub reconstruction: Option<Rebuilt>,
}

/// Mean length of what the reference's principal components leave out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rebuilt {
    /// Of reference rows that the components were not found in.
    pub reference: f64,
    pub current: f64,
    /// Three standard errors of the difference.
    pub uncertainty: f64,
    pub components: u64,
    pub state: State,
}

impl<'a> Vectors<'a> {
    /// Rows without a number that is none.
    fn whole(self) -> Vec<&'a [f32]> {
        let rows = self.values.chunks_exact(self.width.max(1));
        rows.filter(|row| row.iter().all(|value| value.is_finite())).collect()
    }
}

/// Complete rows of both sides, and their drift; `None` with fewer than two on a side or of different widths.
pub(super) fn compare(reference: Vectors, current: Vectors) -> ((usize, usize), Option<VectorDrift>) {
    let (r, c) = (reference.whole(), current.whole());
    let rows = (r.len(), c.len());
    if r.len().min(c.len()) < 2 || reference.width != current.width || reference.width == 0 {
        return (rows, None);
    }
    let width = reference.width;
    let means = (mean(&r, width), mean(&c, width));
    let (mmd, mmd_p, mmd_rows) = discrepancy(&r, &c);
    let drift = VectorDrift {
        width: width as u64,
        euclidean: squared(&means.0, &means.1).sqrt(),
        cosine: cosine(&means.0, &means.1),
        share_drifted: (0..width).filter(|place| component(&r, &c, *place)).count() as f64 / width as f64,
        mmd,
        mmd_p,
        mmd_rows,
        reconstruction: rebuilt(&r, &c, width),
    };
    (rows, Some(drift))
}

fn mean(rows: &[&[f32]], width: usize) -> Vec<f64> {
    let mut sums = vec![0.0; width];
    for row in rows {
        sums.iter_mut().zip(*row).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    sums.iter_mut().for_each(|sum| *sum /= rows.len() as f64);
    sums
}

fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

fn cosine(a: &[f64], b: &[f64]) -> Option<f64> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let length = (dot(a, a) * dot(b, b)).sqrt();
    (length > 0.0 && length.is_finite()).then(|| (1.0 - dot(a, b) / length).clamp(0.0, 2.0))
}

/// Whether one component has drifted.
fn component(r: &[&[f32]], c: &[&[f32]], place: usize) -> bool {
    let sample = |rows: &[&[f32]]| {
        let values = spaced(rows.len(), SORTED).map(|row| f64::from(rows[row][place]));
        Sample::new(&values.collect::<Vec<_>>())
    };
    let (r, c) = (sample(r), sample(c));
    Pair::new(&r, &c).is_some_and(|pair| distance::normed(pair.walk.area, &r) >= COMPONENT)
}

/// The maximum mean discrepancy, its p-value by permutation, and the rows of each side.
fn discrepancy(r: &[&[f32]], c: &[&[f32]]) -> (f64, f64, (u64, u64)) {
    let taken = |rows: &[&[f32]]| spaced(rows.len(), PAIRED).collect::<Vec<_>>();
    let (left, right) = (taken(r), taken(c));
    let points: Vec<&[f32]> = left.iter().map(|row| r[*row]).chain(right.iter().map(|row| c[*row])).collect();
    let kernel = Kernel::new(&points);
    let mut order: Vec<usize> = (0..points.len()).collect();
    let observed = kernel.between(&order[..left.len()]);
    let mut random = SplitMix(SEED);
    let as_far = (0..PERMUTATIONS)
        .filter(|_| {
            // Only who is on the first side matters.
            for place in 0..left.len() {
                let other = place + random.below(order.len() - place);
                order.swap(place, other);
            }
            kernel.between(&order[..left.len()]) >= observed
        })
        .count();
    let p = (as_far + 1) as f64 / (PERMUTATIONS + 1) as f64;
    (observed, p, (left.len() as u64, right.len() as u64))
}

/// exp(-|a - b|^2 / median) of all pairs of points.
struct Kernel {
    points: usize,
    values: Vec<f32>,
}

impl Kernel {
    fn new(points: &[&[f32]]) -> Self {
        let apart = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>();
        let n = points.len();
        let mut values = vec![0.0_f32; n * n];
        let mut all = Vec::with_capacity(n * (n - 1) / 2);
        for i in 0..n {
            for j in 0..i {
                let apart = apart(points[i], points[j]);
                (values[i * n + j], values[j * n + i]) = (apart, apart);
                all.push(apart);
            }
        }
        let middle = all.len() / 2;
        let median = *all.select_nth_unstable_by(middle, f32::total_cmp).1;
        // More than half of the pairs are equal points: any width tells those from the others.
        let width = if median > 0.0 { median } else { 1.0 };
        values.iter_mut().for_each(|apart| *apart = (-*apart / width).exp());
        Self { points: n, values }
    }

    /// The squared discrepancy of these points from all others, unbiased.
    fn between(&self, first: &[usize]) -> f64 {
        let mut side = vec![0.0_f32; self.points];
        first.iter().for_each(|point| side[*point] = 1.0);
        let (mut within, mut across, mut beyond) = (0.0_f64, 0.0_f64, 0.0_f64);
        for (row, own) in self.values.chunks_exact(self.points).zip(&side) {
            let all: f32 = row.iter().sum();
            let ours: f32 = row.iter().zip(&side).map(|(value, side)| value * side).sum();
            match *own > 0.0 {
                // A point is not compared with itself.
                true => (within, across) = (within + f64::from(ours) - 1.0, across + f64::from(all - ours)),
                false => beyond += f64::from(all - ours) - 1.0,
            }
        }
        let (n, m) = (first.len() as f64, (self.points - first.len()) as f64);
        within / (n * (n - 1.0)) + beyond / (m * (m - 1.0)) - 2.0 * across / (n * m)
    }
}

/// Components are found in one half of the reference's rows and judged on the other, so that rows are as new to
/// them on both sides.
fn rebuilt(r: &[&[f32]], c: &[&[f32]], width: usize) -> Option<Rebuilt> {
    let wide = |row: &[f32]| row.iter().map(|value| f64::from(*value)).collect::<Vec<f64>>();
    let learnt = r.iter().copied().step_by(2).map(wide).collect::<Vec<_>>();
    let learnt = spaced(learnt.len(), LEARNT).map(|row| learnt[row].clone());
    let components = Components::fit(learnt, width, usize::MAX)?;
    let of = |rows: &[&[f32]]| {
        Spread::of(spaced(rows.len(), SORTED).map(|row| components.residual(wide(rows[row]))))
    };
    let others: Vec<&[f32]> = r.iter().copied().skip(1).step_by(2).collect();
    let (before, now) = (of(&others), of(c));
    let uncertainty = 3.0 * before.error().hypot(now.error());
    let moved = (now.mean - before.mean).abs() > uncertainty;
    Some(Rebuilt {
        reference: before.mean,
        current: now.mean,
        uncertainty,
        components: components.len() as u64,
        state: if moved { State::Drifted } else { State::Stable },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points around a centre, in no order.
    fn cloud(n: usize, seed: u64, centre: f32) -> Vec<f32> {
        let mut random = SplitMix(seed);
        let mut noise = || (0..6).map(|_| random.below(1_000) as f32 / 1_000.0 - 0.5).sum::<f32>();
        (0..n * 4).map(|i| noise() + if i % 4 < 2 { centre } else { 1.0 }).collect()
    }

    fn between(a: &[f32], b: &[f32]) -> VectorDrift {
        compare(Vectors { values: a, width: 4 }, Vectors { values: b, width: 4 }).1.unwrap()
    }

    #[test]
    fn a_cloud_that_moved_is_seen_by_every_measure() {
        let found = between(&cloud(300, 1, 0.0), &cloud(200, 2, 1.0));
        assert!((found.euclidean - 2.0_f64.sqrt()).abs() < 0.2 && found.cosine.unwrap() > 0.1, "{found:?}");
        assert_eq!((found.share_drifted, found.mmd_p), (0.5, 1.0 / 200.0));
        assert_eq!(found.mmd_rows, (300, 200));
    }

    #[test]
    fn clouds_of_one_kind_are_not_told_apart() {
        let pairs = (0..40).map(|i| between(&cloud(60, 100 + i, 0.0), &cloud(70, 900 + i, 0.0)));
        let (alarms, rebuilt) = pairs.fold((0, 0), |(alarms, rebuilt), found| {
            let moved = found.reconstruction.unwrap().state == State::Drifted;
            (alarms + u32::from(found.mmd_p <= 0.05), rebuilt + u32::from(moved))
        });
        assert!(alarms <= 6 && rebuilt <= 2, "of 40, expected 2 and 0: {alarms} {rebuilt}");
        let itself = between(&cloud(100, 1, 0.0), &cloud(100, 1, 0.0));
        assert_eq!((itself.euclidean, itself.share_drifted), (0.0, 0.0));
        assert!(itself.mmd <= 0.0 && itself.mmd_p > 0.5);
    }

    #[test]
    fn the_discrepancy_is_symmetric_and_that_of_its_definition() {
        let points: [&[f32]; 4] = [&[0.0], &[1.0], &[3.0], &[4.0]];
        let kernel = Kernel::new(&points);
        let of = |a: f64, b: f64| (-(a - b).powi(2) / 9.0).exp();
        let expected =
            of(0.0, 1.0) + of(3.0, 4.0) - (of(0.0, 3.0) + of(0.0, 4.0) + of(1.0, 3.0) + of(1.0, 4.0)) / 2.0;
        assert!((kernel.between(&[0, 1]) - expected).abs() < 1e-6);
        assert!((kernel.between(&[2, 3]) - expected).abs() < 1e-6);
    }

    #[test]
    fn rows_that_cannot_be_compared_are_left_out() {
        let hole = [1.0, 2.0, f32::NAN, 4.0, 1.0, 1.0, 1.0, 1.0];
        let (rows, found) = compare(Vectors { values: &hole, width: 4 }, Vectors { values: &hole, width: 4 });
        assert_eq!((rows, found), ((1, 1), None));
        let same = [1.0; 40];
        assert_eq!(between(&same, &same).reconstruction, None);
        assert_eq!(between(&same, &same).mmd_p, 1.0);
    }
}
