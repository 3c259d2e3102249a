//! A comparison in words: which way a column moved, and what moved it.

use super::Comparison;
use crate::{
    bins::short,
    drift::{Direction, State},
    report::{Pair, TextDrift, VectorDrift},
};

/// A change of the mean by this many standard deviations, or of the spread by this share, has a name.
const NOTABLE: f64 = 0.1;

pub(super) fn direction_of_numbers(pair: &Pair) -> Direction {
    let (r, c) = (pair.reference, pair.current);
    let difference = c.mean() - r.mean();
    if difference.abs() > NOTABLE * r.std() {
        return if difference > 0.0 { Direction::Higher } else { Direction::Lower };
    }
    match c.std() {
        spread if spread > (1.0 + NOTABLE) * r.std() => Direction::Wider,
        spread if spread < (1.0 - NOTABLE) * r.std() => Direction::Narrower,
        _ => Direction::Mix,
    }
}

pub(super) fn of_numbers(comparison: &Comparison, pair: &Pair) -> String {
    let (r, c) = (pair.reference, pair.current);
    let means = format!("(mean {} -> {})", short(r.mean()), short(c.mean()));
    let spreads = format!("(standard deviation {} -> {})", short(r.std()), short(c.std()));
    let moved = match comparison.direction {
        Some(Direction::Higher) => format!("values higher {means}"),
        Some(Direction::Lower) => format!("values lower {means}"),
        Some(Direction::Wider) => format!("values spread wider {spreads}"),
        Some(Direction::Narrower) => format!("values closer together {spreads}"),
        _ => "a different mix of values".to_owned(),
    };
    finished(comparison, moved)
}

/// `new` and `gone` name categories that only one side has.
pub(super) fn of_names(comparison: &Comparison, new: &[String], gone: &[String]) -> String {
    let some = |names: &[String]| {
        let more = if names.len() > 3 { ", ..." } else { "" };
        format!("({}{more})", names.iter().take(3).cloned().collect::<Vec<_>>().join(", "))
    };
    let moved = match (new, gone) {
        ([], []) => "a different mix of values".to_owned(),
        (new, []) => format!("new categories {}", some(new)),
        ([], gone) => format!("categories disappeared {}", some(gone)),
        (new, gone) => format!("new categories {}, others disappeared {}", some(new), some(gone)),
    };
    finished(comparison, moved)
}

pub(super) fn of_text(comparison: &Comparison, text: &TextDrift) -> String {
    if comparison.state != State::Drifted {
        return "no drift".to_owned();
    }
    let percent = |share: f64| format!("{:.0}%", share * 100.0);
    let unknown = format!("{} of the words are new", percent(text.unknown));
    let length = format!("mean length {} -> {}", short(text.length_reference), short(text.length_current));
    match text.new_words.get(..3.min(text.new_words.len())) {
        Some(some) if !some.is_empty() => {
            format!("other words: {unknown} ({}, ...), {length}", some.join(", "))
        }
        _ => format!("the known words are mixed otherwise, {length}"),
    }
}

pub(super) fn of_vectors(comparison: &Comparison, drift: &VectorDrift) -> String {
    if comparison.state != State::Drifted {
        return "no drift".to_owned();
    }
    format!(
        "the vectors moved: their means are {} apart, {:.0}% of {} components drifted",
        short(drift.euclidean),
        drift.share_drifted * 100.0,
        drift.width
    )
}

fn finished(comparison: &Comparison, moved: String) -> String {
    if comparison.state != State::Drifted {
        return "no drift".to_owned();
    }
    match comparison.contributions.first() {
        Some(first) => format!("{moved}; {:.0}% of the PSI from {}", first.share * 100.0, first.bin),
        None => moved,
    }
}

/// Why a column can't be judged.
pub(super) fn not_enough(comparison: &Comparison, min_rows: u64) -> String {
    let (n, missing, whose) = match comparison.n_current < min_rows.max(1) {
        true => (comparison.n_current, comparison.missing_current, "the current data"),
        false => (comparison.n_reference, comparison.missing_reference, "the reference"),
    };
    match (n, missing) {
        (0, 0) => format!("not enough data: {whose} has no rows"),
        (0, missing) => format!("not enough data: all {missing} values of {whose} are missing"),
        (n, _) if n < min_rows => format!("not enough data: {whose} has {n} of {min_rows} values"),
        _ => "not enough data: there is one value only".to_owned(),
    }
}
