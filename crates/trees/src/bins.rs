//! Features cut into at most 255 bins, so that a split is found by looking at bins instead of rows.

use crate::matrix::Matrix;

/// Bins of values a feature has at most; one more code stands for missing values.
const MOST: usize = 255;

/// The columns of the training rows as bin codes, column by column.
pub(crate) struct Bins {
    pub columns: Vec<Column>,
}

pub(crate) struct Column {
    /// The bin of each row, in the order of the rows given. A missing value has the code `cuts.len() + 1`.
    pub codes: Vec<u8>,
    /// Between each bin and the next: the largest value below and the smallest above.
    pub cuts: Vec<(f32, f32)>,
}

impl Column {
    /// Bins of values.
    pub fn bins(&self) -> usize {
        self.cuts.len() + 1
    }
}

impl Bins {
    /// Bins the rows of these indices; heavy rows count as many for where the cuts fall.
    pub fn new(rows: &Matrix, taken: &[usize], weight: &[f64]) -> Self {
        let column = |column: usize| {
            let values: Vec<f32> = taken.iter().map(|row| rows.row(*row)[column]).collect();
            let weights = taken.iter().map(|row| weight[*row]);
            bin(&values, weights)
        };
        Self { columns: (0..rows.columns).map(column).collect() }
    }
}

fn bin(values: &[f32], weights: impl Iterator<Item = f64>) -> Column {
    let mut sorted: Vec<(f32, f64)> =
        values.iter().copied().zip(weights).filter(|(value, _)| !value.is_nan()).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Comparing with == keeps -0 and 0 together, as a threshold would.
    let mut distinct: Vec<(f32, f64)> = Vec::new();
    for (value, weight) in sorted {
        match distinct.last_mut() {
            Some(last) if last.0 == value => last.1 += weight,
            _ => distinct.push((value, weight)),
        }
    }
    let cuts = cut(&distinct);
    let missing = cuts.len() + 1;
    let code = |value: &f32| {
        let bin = if value.is_nan() { missing } else { cuts.partition_point(|(_, above)| above <= value) };
        bin as u8
    };
    Column { codes: values.iter().map(code).collect(), cuts }
}

/// Cuts between all distinct values where they are few, else into bins of about equal weight.
fn cut(distinct: &[(f32, f64)]) -> Vec<(f32, f32)> {
    let between = |index: usize| (distinct[index].0, distinct[index + 1].0);
    if distinct.len() <= MOST {
        return (0..distinct.len().saturating_sub(1)).map(between).collect();
    }
    let mut left: f64 = distinct.iter().map(|(_, weight)| weight).sum();
    let (mut cuts, mut inside) = (Vec::with_capacity(MOST - 1), 0.0);
    for (index, (_, weight)) in distinct[..distinct.len() - 1].iter().enumerate() {
        inside += weight;
        // What is left is shared anew after each cut: a value of great weight fills a bin of its own.
        if cuts.len() < MOST - 1 && inside >= left / (MOST - cuts.len()) as f64 {
            cuts.push(between(index));
            left -= inside;
            inside = 0.0;
        }
    }
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binned(values: Vec<f32>) -> Column {
        let taken: Vec<usize> = (0..values.len()).collect();
        let weight = vec![1.0; values.len()];
        Bins::new(&Matrix { columns: 1, data: values }, &taken, &weight).columns.remove(0)
    }

    #[test]
    fn few_values_get_a_bin_each_and_missing_ones_the_last_code() {
        let column = binned(vec![3.0, f32::NAN, 1.0, 3.0, 2.0]);
        assert_eq!(column.cuts, [(1.0, 2.0), (2.0, 3.0)]);
        assert_eq!(column.codes, [2, 3, 0, 2, 1]);
    }

    #[test]
    fn many_values_share_bins_of_about_equal_weight() {
        let column = binned((0..10_000).map(|value| value as f32).collect());
        assert_eq!(column.bins(), MOST);
        let mut counts = [0; MOST];
        column.codes.iter().for_each(|code| counts[usize::from(*code)] += 1);
        assert!(counts.iter().all(|count| (38..=41).contains(count)), "{counts:?}");
    }

    #[test]
    fn one_common_value_does_not_eat_the_bins_of_the_others() {
        let column = binned((0..5_000).map(|row| if row < 4_000 { 0.0 } else { row as f32 }).collect());
        assert!(column.bins() > 200, "{}", column.bins());
    }

    #[test]
    fn a_column_without_values_cannot_be_split() {
        let column = binned(vec![f32::NAN; 3]);
        assert!(column.cuts.is_empty());
        assert_eq!(column.codes, [1, 1, 1]);
    }
}
