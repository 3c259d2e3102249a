//! The gate on parts of the rows: none may surely lose much, however good the whole is.

use tidegate_core::run::{ComparisonLine, SliceGate};

use super::judge::signed;
use crate::{
    bins::short,
    metric::Z95,
    slices::{Column, Slice, Worth, by_feature, worst},
    special::normal_quantile,
};

/// Pairs of inputs that are looked at beside the single ones.
const PAIRS: usize = 10;

pub(super) struct Worths<'a> {
    /// Which of all rows these are.
    pub rows: &'a [usize],
    /// What each gained: 1, 0 or -1 for a classifier, else how much smaller its error is.
    pub gains: Vec<f64>,
    /// What a margin is a share of; points without.
    pub scale: Option<f64>,
}

/// Over all slices at once: with many looked at, each must be so much the surer (Bonferroni).
pub(super) fn line(
    gate: &SliceGate,
    confidence: f64,
    worths: &Worths<'_>,
    columns: &[Column<'_>],
    seed: u64,
) -> ComparisonLine {
    let columns: Vec<Column<'_>> = columns.iter().map(|column| column.picked(worths.rows)).collect();
    let worth = Worth { values: &worths.gains, shares: false, higher_is_better: true };
    let mut slices: Vec<Slice> =
        by_feature(&columns, worth).into_iter().flat_map(|feature| feature.slices).collect();
    if !worths.gains.is_empty() {
        slices.extend(worst(&columns, worth, PAIRS, seed, || false).slices);
    }
    slices.retain(|slice| slice.n >= u64::from(gate.min_rows.max(2)));
    let margin = gate.margin * worths.scale.unwrap_or(1.0);
    let z = normal_quantile(1.0 - (1.0 - confidence) / 2.0 / slices.len().max(1) as f64);
    // How much of the margin is left at best: below 0 the slice surely loses more.
    let best = |slice: &Slice| slice.value + z * (slice.high - slice.low) / (2.0 * Z95);
    let lost: Vec<&Slice> = slices.iter().filter(|slice| best(slice) < -margin).collect();
    let least = slices.iter().min_by(|a, b| best(a).total_cmp(&best(b)));
    let allowed = short(margin);
    let reason = match (least, lost.as_slice()) {
        (None, _) => format!("no part of the rows has {} of them", gate.min_rows),
        (Some(slice), []) => format!(
            "none of {} parts surely loses more than {allowed}; the worst, {}, changes by {} on {} rows",
            slices.len(),
            slice.name,
            signed(slice.value),
            slice.n
        ),
        (Some(_), lost) => {
            let named: Vec<String> = lost
                .iter()
                .take(3)
                .map(|slice| format!("{} by {} on {} rows", slice.name, signed(slice.value), slice.n))
                .collect();
            format!(
                "{} of {} parts surely lose more than {allowed}: {}",
                lost.len(),
                slices.len(),
                named.join(", ")
            )
        }
    };
    let named = lost.first().copied().or(least);
    ComparisonLine {
        what: "worst part of the new rows".into(),
        unit: if worths.scale.is_none() { "share" } else { "target's unit" }.into(),
        higher_is_better: true,
        difference: named.map_or(0.0, |slice| slice.value),
        low: named.map(|slice| slice.low),
        high: named.map(|slice| slice.high),
        passed: least.map(|_| lost.is_empty()),
        reason,
        ..ComparisonLine::default()
    }
}
