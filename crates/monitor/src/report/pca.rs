//! Principal components of a reference, and how well they rebuild other rows.
//!
//! Owns the eigenvectors; the mean length of what the components leave out is what drift is measured by.

use nalgebra::{DMatrix, SymmetricEigen};
use serde::{Deserialize, Serialize};

/// Share of the variance that the components keep, NannyML's.
const KEPT: f64 = 0.65;

/// The directions that hold most of the variance of a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Components {
    mean: Vec<f64>,
    /// Unit vectors, the one of the largest variance first.
    axes: Vec<Vec<f64>>,
    /// Share of the variance they keep.
    pub kept: f64,
}

impl Components {
    /// From rows of `width` numbers; as many components as keep more than [`KEPT`] of the variance, as scikit-learn's
    /// `PCA(0.65)`, but at most so many. `None` without variance.
    pub fn fit(rows: impl Iterator<Item = Vec<f64>> + Clone, width: usize, most: usize) -> Option<Self> {
        let mut mean = vec![0.0; width];
        let n = rows.clone().inspect(|row| add(&mut mean, row, 1.0)).count();
        mean.iter_mut().for_each(|sum| *sum /= n.max(1) as f64);
        if width > n {
            return Self::from_few(rows, mean, most);
        }
        let mut moments = DMatrix::zeros(width, width);
        for mut row in rows {
            add(&mut row, &mean, -1.0);
            // The lower half is all that is read.
            for column in 0..width {
                let scale = row[column];
                let below = moments.column_mut(column);
                below.into_iter().zip(&row).skip(column).for_each(|(sum, value)| *sum += scale * value);
            }
        }
        let decomposed = SymmetricEigen::new(moments);
        let axis = |place: usize| decomposed.eigenvectors.column(place).iter().copied().collect();
        Self::strongest(mean, decomposed.eigenvalues.as_slice(), most, axis)
    }

    /// With fewer rows than columns the eigenvectors of the rows' products are the smaller problem.
    fn from_few(rows: impl Iterator<Item = Vec<f64>>, mean: Vec<f64>, most: usize) -> Option<Self> {
        let centred: Vec<f64> = rows
            .flat_map(|mut row| {
                add(&mut row, &mean, -1.0);
                row
            })
            .collect();
        // Column-major: one row of the sample is one column.
        let sample = DMatrix::from_vec(mean.len(), centred.len() / mean.len(), centred);
        let decomposed = SymmetricEigen::new(sample.tr_mul(&sample));
        let axis = |place: usize| {
            let axis = &sample * decomposed.eigenvectors.column(place);
            let length = axis.norm();
            axis.iter().map(|value| value / length).collect()
        };
        Self::strongest(mean, decomposed.eigenvalues.as_slice(), most, axis)
    }

    fn strongest(
        mean: Vec<f64>,
        variances: &[f64],
        most: usize,
        axis: impl Fn(usize) -> Vec<f64>,
    ) -> Option<Self> {
        let all: f64 = variances.iter().map(|variance| variance.max(0.0)).sum();
        if !(all > 0.0 && all.is_finite()) {
            return None;
        }
        let mut order: Vec<usize> = (0..variances.len()).collect();
        order.sort_by(|a, b| variances[*b].total_cmp(&variances[*a]));
        let (mut axes, mut kept) = (vec![], 0.0);
        for place in order {
            if kept > KEPT || axes.len() == most {
                break;
            }
            kept += variances[place] / all;
            axes.push(axis(place));
        }
        Some(Self { mean, axes, kept })
    }

    pub fn len(&self) -> usize {
        self.axes.len()
    }

    /// The length of what the components leave out of a row.
    pub fn residual(&self, row: Vec<f64>) -> f64 {
        self.split(row).1
    }

    /// A row as its place along each component, and the length of what they leave out.
    pub fn split(&self, row: Vec<f64>) -> (Vec<f64>, f64) {
        let (along, left) = self.parts(row);
        (along, dot(&left, &left).sqrt())
    }

    /// What the components leave out of a row.
    pub fn left(&self, row: Vec<f64>) -> Vec<f64> {
        self.parts(row).1
    }

    fn parts(&self, mut row: Vec<f64>) -> (Vec<f64>, Vec<f64>) {
        add(&mut row, &self.mean, -1.0);
        let along: Vec<f64> = self.axes.iter().map(|axis| dot(axis, &row)).collect();
        self.axes.iter().zip(&along).for_each(|(axis, along)| add(&mut row, axis, -along));
        (along, row)
    }
}

fn add(to: &mut [f64], row: &[f64], scale: f64) {
    to.iter_mut().zip(row).for_each(|(sum, value)| *sum += scale * value);
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Mean and standard deviation (ddof 1) of residuals.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spread {
    pub mean: f64,
    pub std: f64,
    pub n: usize,
}

impl Spread {
    pub fn of(residuals: impl Iterator<Item = f64>) -> Self {
        let (mut n, mut mean, mut squares) = (0, 0.0, 0.0);
        for residual in residuals {
            n += 1;
            let before = residual - mean;
            mean += before / n as f64;
            squares += before * (residual - mean);
        }
        Self { mean, std: (squares / (n as f64 - 1.0).max(1.0)).sqrt(), n }
    }
    /// Standard error of the mean.
    pub fn error(&self) -> f64 {
        self.std / (self.n.max(1) as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(i: usize) -> Vec<f64> {
        let (a, b) = ((i * 37 % 101) as f64 - 50.0, (i * 53 % 97) as f64 - 48.0);
        vec![a, b, a + b]
    }

    #[test]
    fn rows_in_the_plane_of_the_components_are_rebuilt() {
        let line = |i: usize| vec![i as f64, 2.0 * i as f64, 5.0];
        let components = Components::fit((0..50).map(line), 3, usize::MAX).unwrap();
        assert_eq!(components.len(), 1);
        assert!((components.kept - 1.0).abs() < 1e-12);
        assert!(components.residual(line(77)) < 1e-9);
        // The distance of a point from the line.
        assert!((components.residual(vec![2.0, -1.0, 5.0]) - 5.0_f64.sqrt()).abs() < 1e-9);
        assert!(Components::fit((0..9).map(|_| vec![1.0, 2.0]), 2, 1).is_none());
    }

    #[test]
    fn few_rows_give_the_same_components_as_many() {
        let wide = |i: usize| [plane(i), plane(i + 5), plane(3 * i + 1)].concat();
        let few = Components::fit((0..8).map(wide), 9, usize::MAX).unwrap();
        let rows: Vec<Vec<f64>> = (0..8).flat_map(|i| [wide(i), wide(i)]).collect();
        let many = Components::fit(rows.into_iter(), 9, usize::MAX).unwrap();
        assert_eq!(few.len(), many.len());
        assert!((few.residual(wide(70)) - many.residual(wide(70))).abs() < 1e-6);
    }
}
