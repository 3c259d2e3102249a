//! Columns of vectors.

use super::{ColumnKind, Comparison, Decision, LEVEL, Options, words};
use crate::{
    drift::State,
    report::{Method, Vectors, vectors},
};

pub(super) fn compare(name: &str, reference: Vectors, current: Vectors, options: Options) -> Comparison {
    let mut found = Comparison::new(name, ColumnKind::Vector);
    let rows = |side: Vectors| side.values.len().checked_div(side.width).unwrap_or(0);
    let (present, drift) = vectors::compare(reference, current);
    found.count(present, (rows(reference), rows(current)));
    let Some(drift) = drift else {
        found.sentence = match reference.width == current.width {
            true => words::not_enough(&found, options.min_rows.max(2)),
            false => format!("the vectors changed from {} to {} numbers", reference.width, current.width),
        };
        return found;
    };
    let decision = Decision {
        test: Method::MaximumMeanDiscrepancy,
        score: Some(drift.mmd_p),
        threshold: LEVEL,
        drifted: drift.mmd_p <= LEVEL,
    };
    found.decide(&decision, options.min_rows);
    found.sentence = match found.state {
        State::NotEnough => words::not_enough(&found, options.min_rows),
        _ => words::of_vectors(&found, &drift),
    };
    if options.all_tests {
        let rebuilt = drift.reconstruction;
        let tests = [
            ("mean_euclidean", Some(drift.euclidean)),
            ("mean_cosine", drift.cosine),
            ("share_drifted_components", Some(drift.share_drifted)),
            ("mmd", Some(drift.mmd)),
            ("mmd_p", Some(drift.mmd_p)),
            ("reconstruction_reference", rebuilt.map(|rebuilt| rebuilt.reference)),
            ("reconstruction_current", rebuilt.map(|rebuilt| rebuilt.current)),
        ];
        found.tests = tests.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    }
    found.vectors = Some(drift);
    found
}
