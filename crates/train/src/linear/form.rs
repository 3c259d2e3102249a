//! How a file writes a linear model's rows of coefficients, and the parameters that are fitted behind them.

use super::fit::Coefficients;

/// The rows in the file against the fitted ones. A binary model is always fitted with one row, as
/// scikit-learn does: two free rows would halve its penalty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// The fitted rows themselves.
    Rows,
    /// Two rows under a sigmoid: minus w, w.
    Mirrored,
    /// Two rows under a softmax: minus w / 2, w / 2.
    Halved,
}

impl Form {
    pub fn written(self, fitted: &Coefficients) -> Coefficients {
        match self {
            Self::Rows => fitted.clone(),
            Self::Mirrored => mirror(fitted, 1.0),
            Self::Halved => mirror(fitted, 0.5),
        }
    }

    pub fn read_back(self, rows: Coefficients) -> Coefficients {
        match self {
            Self::Rows => rows,
            Self::Mirrored => difference(&rows, 0.5),
            Self::Halved => difference(&rows, 1.0),
        }
    }
}

fn mirror(fitted: &Coefficients, factor: f64) -> Coefficients {
    let both = |values: &[f64]| {
        [-factor, factor].iter().flat_map(|sign| values.iter().map(move |value| sign * value)).collect()
    };
    Coefficients { weights: both(&fitted.weights), intercepts: both(&fitted.intercepts) }
}

fn difference(rows: &Coefficients, factor: f64) -> Coefficients {
    let between = |values: &[f64]| {
        let (first, second) = values.split_at(values.len() / 2);
        first.iter().zip(second).map(|(first, second)| factor * (second - first)).collect()
    };
    Coefficients { weights: between(&rows.weights), intercepts: between(&rows.intercepts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_reads_back_what_it_wrote() {
        let fitted = Coefficients { weights: vec![1.5, -2.0], intercepts: vec![0.25] };
        for form in [Form::Rows, Form::Mirrored, Form::Halved] {
            assert_eq!(form.read_back(form.written(&fitted)), fitted, "{form:?}");
        }
        assert_eq!(Form::Halved.written(&fitted).weights, [-0.75, 1.0, 0.75, -1.0]);
    }
}
