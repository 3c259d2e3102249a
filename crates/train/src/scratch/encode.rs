//! Columns into the numbers a learner takes, exactly as the nodes of the file compute them.

use tidegate_trees::Matrix;

use super::cells::{Cells, Chosen, text};

/// More categories than this are left to the rare rest, which is all zeros.
const MOST_LEVELS: usize = 50;

/// How each column is encoded: numbers first, then a column for each category.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Encoder {
    pub numbers: Vec<Number>,
    pub categories: Vec<Category>,
    /// Numbers are filled and scaled, as linear models need them; trees take them as they are.
    pub scales: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    /// Index among the columns learnt from.
    pub column: usize,
    pub name: String,
    /// The median, which stands for missing values.
    pub fill: f32,
    pub offset: f32,
    pub scale: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Category {
    pub column: usize,
    pub name: String,
    /// Sorted. A text that is none of them, or missing, gives zeros.
    pub levels: Vec<String>,
}

impl Encoder {
    /// Learns medians, means, deviations and categories from these rows.
    pub fn fit(columns: &[Chosen<'_>], rows: &[usize], scales: bool) -> Self {
        let mut encoder = Self { numbers: Vec::new(), categories: Vec::new(), scales };
        for (column, chosen) in columns.iter().enumerate() {
            let name = chosen.name.to_owned();
            match &chosen.cells {
                Cells::Numbers(values) => {
                    let (fill, offset, scale) = moments(values, rows);
                    encoder.numbers.push(Number { column, name, fill, offset, scale });
                }
                Cells::Texts(texts) => {
                    let levels = levels(rows.iter().filter_map(|row| text(texts, *row)));
                    encoder.categories.push(Category { column, name, levels });
                }
            }
        }
        encoder
    }

    pub fn width(&self) -> usize {
        self.numbers.len() + self.categories.iter().map(|category| category.levels.len()).sum::<usize>()
    }

    pub fn encode(&self, columns: &[Chosen<'_>], rows: &[usize]) -> Matrix {
        let width = self.width();
        let mut data = vec![0.0; rows.len() * width];
        let mut start = 0;
        for number in &self.numbers {
            if let Cells::Numbers(values) = &columns[number.column].cells {
                let places = data.iter_mut().skip(start).step_by(width);
                places.zip(rows).for_each(|(place, row)| *place = self.number(number, values[*row]));
            }
            start += 1;
        }
        for category in &self.categories {
            if let Cells::Texts(texts) = &columns[category.column].cells {
                let level =
                    |name: &str| category.levels.binary_search_by(|level| level.as_str().cmp(name)).ok();
                let codes: Vec<Option<usize>> = texts.names.iter().map(level).collect();
                for (place, row) in rows.iter().enumerate() {
                    let code = codes.get(texts.codes[*row] as usize).copied().flatten();
                    code.into_iter().for_each(|code| data[place * width + start + code] = 1.0);
                }
            }
            start += category.levels.len();
        }
        Matrix { columns: width, data }
    }

    fn number(&self, number: &Number, value: f32) -> f32 {
        match self.scales {
            false => value,
            true => ((if value.is_nan() { number.fill } else { value }) - number.offset) * number.scale,
        }
    }
}

/// The median of the values that are there; mean and inverse deviation once it stands for the missing ones.
fn moments(values: &[f32], rows: &[usize]) -> (f32, f32, f32) {
    let mut present: Vec<f32> = rows.iter().map(|row| values[*row]).filter(|value| !value.is_nan()).collect();
    if present.is_empty() {
        return (0.0, 0.0, 1.0);
    }
    present.sort_unstable_by(f32::total_cmp);
    let middle = present.len() / 2;
    let fill = match present.len() % 2 {
        0 => f32::midpoint(present[middle - 1], present[middle]),
        _ => present[middle],
    };
    let filled = || rows.iter().map(|row| f64::from(if values[*row].is_nan() { fill } else { values[*row] }));
    let n = rows.len() as f64;
    let mean = filled().sum::<f64>() / n;
    let sd = (filled().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
    // Below the resolution of single precision it is rounding of the mean, not a spread.
    let scale = if sd > 1e-9 * mean.abs() && sd > f64::from(f32::MIN_POSITIVE) { 1.0 / sd } else { 1.0 };
    (fill, mean as f32, scale as f32)
}

/// The most common texts, sorted; of equals the first in the alphabet.
fn levels<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    texts.for_each(|text| *counts.entry(text).or_default() += 1);
    let mut levels: Vec<(&str, usize)> = counts.into_iter().collect();
    levels.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    levels.truncate(MOST_LEVELS);
    let mut levels: Vec<String> = levels.into_iter().map(|(text, _)| text.to_owned()).collect();
    levels.sort();
    levels
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_take_the_median_and_numbers_are_scaled() {
        let values = vec![1.0, f32::NAN, 3.0, 8.0, f32::NAN];
        let columns = [Chosen { name: "x", kind: "numeric", cells: Cells::Numbers(values) }];
        let encoder = Encoder::fit(&columns, &[0, 1, 2, 3], true);
        let number = &encoder.numbers[0];
        assert_eq!((number.fill, number.offset), (3.0, 3.75));
        let encoded = encoder.encode(&columns, &[0, 1, 2, 3, 4]);
        assert!(encoded.data[..4].iter().sum::<f32>().abs() < 1e-6 && encoded.data[1] == encoded.data[4]);
        assert!((encoded.data[..4].iter().map(|x| x * x).sum::<f32>() - 4.0).abs() < 1e-5);
        let raw = Encoder::fit(&columns, &[0, 1, 2, 3], false).encode(&columns, &[1, 3]);
        assert!(raw.data[0].is_nan() && raw.data[1] == 8.0);
    }

    #[test]
    fn only_the_most_common_texts_are_categories() {
        let names: Vec<String> = (0..80).map(|n| format!("c{:02}", n % 60)).collect();
        let found = levels(names.iter().map(String::as_str));
        assert_eq!((found.len(), &found[0], &found[49]), (MOST_LEVELS, &"c00".to_owned(), &"c49".to_owned()));
    }
}
