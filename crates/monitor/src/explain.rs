//! Drift in words: which way a column moved, and which bins moved it.

use crate::{
    bins::{Bins, short},
    column::{Counts, Reference},
    drift::{Direction, Drift, State},
};

/// A change of the mean by this many standard deviations, or of the spread by this share, has a name.
const NOTABLE: f64 = 0.1;

/// Difference of the means in standard deviations of the reference; `None` for categories, for no values, and
/// where a constant reference has no standard deviation to measure a change in.
pub(crate) fn shift(reference: &Reference, counts: &Counts) -> Option<f64> {
    let difference = counts.mean()? - reference.mean;
    match reference.n {
        0 => None,
        _ if reference.std > 0.0 => Some(difference / reference.std),
        _ => (difference == 0.0).then_some(0.0),
    }
}

pub(crate) fn direction(reference: &Reference, counts: &Counts) -> Direction {
    let part = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    let silent = part(counts.missing, counts.rows()) - part(reference.missing, reference.rows());
    if silent > NOTABLE {
        return Direction::Missing;
    }
    if matches!(reference.bins, Bins::Categorical { .. }) {
        let new = part(counts.unseen_rows, counts.n) > part(reference.rare, reference.n);
        return if new { Direction::NewCategories } else { Direction::Mix };
    }
    numeric_direction(reference, counts)
}

fn numeric_direction(reference: &Reference, counts: &Counts) -> Direction {
    let difference = counts.mean().map_or(0.0, |mean| mean - reference.mean);
    let spread = counts.std(reference).unwrap_or(0.0);
    if difference.abs() > NOTABLE * reference.std {
        return if difference > 0.0 { Direction::Higher } else { Direction::Lower };
    }
    match spread {
        spread if spread > (1.0 + NOTABLE) * reference.std => Direction::Wider,
        spread if spread < (1.0 - NOTABLE) * reference.std => Direction::Narrower,
        _ => Direction::Mix,
    }
}

pub(crate) fn sentence(drift: &Drift, reference: &Reference, counts: &Counts, psi_threshold: f64) -> String {
    match (drift.state, drift.direction) {
        (State::Drifted, Some(direction)) => {
            format!("{}{}", moved(direction, reference, counts), blame(drift))
        }
        _ if drift.psi >= psi_threshold => format!(
            "PSI {}, but {} rows of unchanged data would show up to {} by chance",
            short(drift.psi),
            drift.n,
            short(drift.psi_noise)
        ),
        _ => format!("no drift (PSI {})", short(drift.psi)),
    }
}

pub(crate) fn not_enough(drift: &Drift, min_rows: u64) -> String {
    let (rows, whose) = match drift.n < min_rows.max(1) {
        true => (drift.n, "the window"),
        false => (drift.n_reference, "the reference"),
    };
    format!("not enough data: {whose} has {rows} of {} rows", min_rows.max(1))
}

fn moved(direction: Direction, reference: &Reference, counts: &Counts) -> String {
    let mean = counts.mean().unwrap_or(reference.mean);
    let spread = counts.std(reference).unwrap_or(reference.std);
    let means = format!("(mean {} -> {})", short(reference.mean), short(mean));
    let spreads = format!("(standard deviation {} -> {})", short(reference.std), short(spread));
    match direction {
        Direction::Higher => format!("values higher {means}"),
        Direction::Lower => format!("values lower {means}"),
        Direction::Wider => format!("values spread wider {spreads}"),
        Direction::Narrower => format!("values closer together {spreads}"),
        Direction::Missing => {
            let percent = |missing: u64, rows: u64| percent(missing as f64 / rows.max(1) as f64);
            let before = percent(reference.missing, reference.rows());
            format!("more values missing ({before} -> {})", percent(counts.missing, counts.rows()))
        }
        Direction::NewCategories => format!("new categories ({})", named_unseen(counts)),
        Direction::Mix => "a different mix of values".to_owned(),
    }
}

/// The three most common new categories by name, with their shares of the rows.
fn named_unseen(counts: &Counts) -> String {
    let mut unseen: Vec<_> = counts.unseen.iter().collect();
    unseen.sort_by_key(|(_, rows)| std::cmp::Reverse(**rows));
    let share = |rows: u64| percent(rows as f64 / counts.rows().max(1) as f64);
    let named = unseen.iter().take(3).map(|(name, rows)| format!("{name} {}", share(**rows)));
    let named = named.collect::<Vec<_>>().join(", ");
    if unseen.len() > 3 { format!("{named}, ...") } else { named }
}

/// The bin with the largest part in the PSI.
fn blame(drift: &Drift) -> String {
    match drift.contributions.first() {
        Some(first) if first.share > 0.0 => {
            format!("; {} of the PSI from {}", percent(first.share), first.bin)
        }
        _ => String::new(),
    }
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}
