//! A dense row-major matrix of features, single precision as ONNX Runtime reads them; NaN is missing.

/// `columns` values a row, row after row.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    pub columns: usize,
    pub data: Vec<f32>,
}

impl Matrix {
    pub fn rows(&self) -> usize {
        self.data.len().checked_div(self.columns).unwrap_or(0)
    }
    pub fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.columns..(row + 1) * self.columns]
    }
    pub fn iter_rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.data.chunks_exact(self.columns)
    }
    /// Every element replaced by a function of its column and value.
    #[must_use]
    pub fn map(mut self, change: impl Fn(usize, f32) -> f32) -> Self {
        for row in self.data.chunks_exact_mut(self.columns) {
            for (column, value) in row.iter_mut().enumerate() {
                *value = change(column, *value);
            }
        }
        self
    }
    /// The columns asked for, in that order.
    pub fn select(&self, columns: &[usize]) -> Self {
        let data = self.iter_rows().flat_map(|row| columns.iter().map(|column| row[*column])).collect();
        Self { columns: columns.len(), data }
    }
    /// Matrices of as many rows side by side.
    pub fn beside(parts: &[&Self]) -> Self {
        let rows = parts.first().map_or(0, |part| part.rows());
        let data =
            (0..rows).flat_map(|row| parts.iter().flat_map(move |part| part.row(row))).copied().collect();
        Self { columns: parts.iter().map(|part| part.columns).sum(), data }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_picked_and_put_side_by_side() {
        let matrix = Matrix { columns: 2, data: vec![1.0, 2.0, 3.0, 4.0] };
        let swapped = matrix.select(&[1, 0]);
        assert_eq!(swapped.data, [2.0, 1.0, 4.0, 3.0]);
        assert_eq!(Matrix::beside(&[&matrix, &swapped]).row(1), [3.0, 4.0, 4.0, 3.0]);
    }
}
