//! Features cut into at most 255 bins, so that a split is found by looking at bins instead of rows.

use crate::{feature::Feature, matrix::Matrix};

/// Bins of values a feature has at most; one more code stands for missing values.
const MOST: usize = 255;

/// The columns of the training rows as bin codes, column by column.
pub(crate) struct Bins {
    pub columns: Vec<Column>,
    /// Cells of a histogram of all columns.
    pub cells: usize,
}

pub(crate) struct Column {
    /// The bin of each row, in the order of the rows given. A missing value has the code after the last bin.
    pub codes: Vec<u8>,
    pub values: Values,
    pub feature: Feature,
    /// Some values are missing.
    pub gaps: bool,
    /// Missing values alone may be set apart: no value is so large that a threshold could not tell it from them.
    pub parts_missing: bool,
    /// Where the cells of this column begin in a histogram.
    pub from: usize,
}

/// What stands in the bins.
#[derive(Debug, PartialEq)]
pub(crate) enum Values {
    /// Between each bin and the next: the largest value below and the smallest above.
    Cuts(Vec<(f32, f32)>),
    /// A category a bin; those too rare for one count as missing.
    Categories(Vec<f32>),
}

impl Values {
    fn bins(&self) -> usize {
        match self {
            Self::Cuts(cuts) => cuts.len() + 1,
            Self::Categories(categories) => categories.len(),
        }
    }
}

impl Column {
    /// Bins of values.
    pub fn bins(&self) -> usize {
        self.values.bins()
    }
    /// Cells in a histogram: the bins and one for missing values; none where there is nothing to split.
    pub fn width(&self) -> usize {
        let kinds = self.bins() + usize::from(self.gaps);
        if kinds < 2 { 0 } else { self.bins() + 1 }
    }
}

impl Bins {
    /// Bins the rows of these indices; heavy rows count as many for where the cuts fall. `features` is empty
    /// where all columns are plain numbers.
    pub fn new(rows: &Matrix, taken: &[usize], weight: &[f64], features: &[Feature]) -> Self {
        let mut cells = 0;
        let mut column = |index: usize| {
            let values: Vec<f32> = taken.iter().map(|row| rows.row(*row)[index]).collect();
            let weights: Vec<f64> = taken.iter().map(|row| weight[*row]).collect();
            let feature = features.get(index).copied().unwrap_or_default();
            let column = Column { from: cells, ..bin(&values, &weights, feature) };
            cells += column.width();
            column
        };
        let columns = (0..rows.columns).map(&mut column).collect();
        Self { columns, cells }
    }
}

fn bin(values: &[f32], weights: &[f64], feature: Feature) -> Column {
    let distinct = distinct(values, weights);
    let (codes, found) = if feature == Feature::Category {
        let categories = frequent(distinct);
        let code = |value: &f32| {
            categories.binary_search_by(|known| known.total_cmp(&(value + 0.0))).unwrap_or(categories.len())
                as u8
        };
        (values.iter().map(code).collect::<Vec<u8>>(), Values::Categories(categories))
    } else {
        let cuts = cut(&distinct);
        let missing = cuts.len() + 1;
        let code = |value: &f32| {
            let bin =
                if value.is_nan() { missing } else { cuts.partition_point(|(_, above)| above <= value) };
            bin as u8
        };
        (values.iter().map(code).collect(), Values::Cuts(cuts))
    };
    // Categories without a bin go where missing values go.
    let gaps = codes.iter().any(|code| usize::from(*code) == found.bins());
    let parts_missing = gaps && feature != Feature::Category && !values.contains(&f32::INFINITY);
    Column { codes, values: found, feature, gaps, parts_missing, from: 0 }
}

/// The values there are, ascending, each with its weight.
fn distinct(values: &[f32], weights: &[f64]) -> Vec<(f32, f64)> {
    let alike = weights.first().copied().filter(|first| weights.iter().all(|weight| weight == first));
    let mut sorted: Vec<f32> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    // Adding 0 makes -0 and 0 one, as a threshold would.
    sorted.iter_mut().for_each(|value| *value += 0.0);
    if let Some(weight) = alike {
        sorted.sort_unstable_by(f32::total_cmp);
        let runs = sorted.chunk_by(|a, b| a == b);
        return runs.map(|run| (run[0], weight * run.len() as f64)).collect();
    }
    let mut pairs: Vec<(f32, f64)> = values
        .iter()
        .map(|value| value + 0.0)
        .zip(weights.iter().copied())
        .filter(|(value, _)| !value.is_nan())
        .collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let runs = pairs.chunk_by(|a, b| a.0 == b.0);
    runs.map(|run| (run[0].0, run.iter().map(|(_, weight)| weight).sum())).collect()
}

/// The heaviest categories that get a bin, ascending.
fn frequent(mut distinct: Vec<(f32, f64)>) -> Vec<f32> {
    if distinct.len() > MOST {
        distinct.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.total_cmp(&b.0)));
        distinct.truncate(MOST);
        distinct.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    distinct.into_iter().map(|(value, _)| value).collect()
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

    fn of(values: Vec<f32>, feature: Feature) -> Column {
        let taken: Vec<usize> = (0..values.len()).collect();
        let weight = vec![1.0; values.len()];
        Bins::new(&Matrix { columns: 1, data: values }, &taken, &weight, &[feature]).columns.remove(0)
    }

    fn binned(values: Vec<f32>) -> Column {
        of(values, Feature::Number)
    }

    #[test]
    fn few_values_get_a_bin_each_and_missing_ones_the_last_code() {
        let column = binned(vec![3.0, f32::NAN, 1.0, 3.0, 2.0]);
        assert_eq!(column.values, Values::Cuts(vec![(1.0, 2.0), (2.0, 3.0)]));
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
        assert_eq!((column.codes.as_slice(), column.bins()), ([1, 1, 1].as_slice(), 1));
        assert_eq!(binned(vec![5.0; 3]).width(), 0);
    }

    #[test]
    fn zero_has_one_bin_whatever_its_sign() {
        assert_eq!(binned(vec![-0.0, 0.0, 1.0]).codes, [0, 0, 1]);
        assert_eq!(of(vec![-0.0, 0.0, 1.0], Feature::Category).codes, [0, 0, 1]);
    }

    #[test]
    fn rare_categories_count_as_missing() {
        // Category 0 once, the others twice.
        let values = (0..300).flat_map(|value| vec![value as f32; if value == 0 { 1 } else { 2 }]).collect();
        let column = of(values, Feature::Category);
        assert_eq!((column.bins(), column.gaps), (MOST, true));
        assert_eq!((column.codes[0], column.codes[1]), (255, 0));
    }
}
