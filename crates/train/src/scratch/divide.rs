//! Rows into parts: those learnt from and those held out, and the folds of cross-validation.

use tidegate_core::Result;
use tidegate_table::Table;

use super::{
    request::Request,
    target::{Target, need},
};
use crate::split::SplitMix64;

/// Numbers are divided so that each of so many groups of like size is in every part.
const GROUPS: usize = 10;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parts {
    /// Rows of the table, in their order (of time, where they have one).
    pub learnt: Vec<usize>,
    pub held_out: Vec<usize>,
}

/// The rows in the order in which they are divided.
pub(super) struct Order {
    pub rows: Vec<usize>,
    pub warning: Option<String>,
}

/// All rows, or those that have a time, from the oldest on.
pub(super) fn order(table: &Table, request: &Request) -> Result<Order> {
    let Some(name) = &request.time else {
        return Ok(Order { rows: (0..table.rows).collect(), warning: None });
    };
    let column = need(table, name, "time")?;
    let times = column.numbers().ok_or_else(|| {
        tidegate_core::Error::invalid(format!("the time column `{name}` holds text"))
            .hint("write times as 2026-03-01 or 2026-03-01T12:30:00Z, or as numbers")
    })?;
    let mut rows: Vec<usize> = (0..table.rows).filter(|row| !times[*row].is_nan()).collect();
    rows.sort_by(|a, b| times[*a].total_cmp(&times[*b]));
    let without = table.rows - rows.len();
    let warning = (without > 0).then(|| format!("{without} rows have no time in `{name}` and are left out"));
    Ok(Order { rows, warning })
}

/// Holds out the newest rows where they have a time, else a seeded share of each class (or of each tenth of the
/// numbers).
pub(super) fn divide(rows: &[usize], target: &Target, request: &Request) -> Parts {
    if request.time.is_some() {
        let (learnt, held_out) = rows.split_at(rows.len() - share_of(rows.len(), request.holdout));
        return Parts { learnt: learnt.to_vec(), held_out: held_out.to_vec() };
    }
    let mut random = SplitMix64(request.seed);
    let (mut learnt, mut held_out) = (Vec::new(), Vec::new());
    for group in groups(rows, target, &mut random) {
        let (held, rest) = group.split_at(share_of(group.len(), request.holdout));
        held_out.extend(held);
        learnt.extend(rest);
    }
    learnt.sort_unstable();
    held_out.sort_unstable();
    Parts { learnt, held_out }
}

/// So many of `rows`, at least one of two and never all.
fn share_of(rows: usize, share: f64) -> usize {
    let wanted = (rows as f64 * share).round() as usize;
    wanted.max(usize::from(rows > 1)).min(rows.saturating_sub(1))
}

/// Rows of each class, or of each tenth of the numbers, shuffled.
fn groups(rows: &[usize], target: &Target, random: &mut SplitMix64) -> Vec<Vec<usize>> {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| target.values[*a].total_cmp(&target.values[*b]));
    let mut groups: Vec<Vec<usize>> = match target.is_classification() {
        true => {
            sorted.chunk_by(|a, b| target.values[*a] == target.values[*b]).map(<[usize]>::to_vec).collect()
        }
        false => sorted.chunks(sorted.len().div_ceil(GROUPS).max(1)).map(<[usize]>::to_vec).collect(),
    };
    groups.iter_mut().for_each(|group| random.shuffle(group));
    groups
}

/// Pairs of rows to learn from and rows to judge by. With a time, what is judged by is later than what is learnt
/// from.
pub(super) fn folds(rows: &[usize], target: &Target, request: &Request, count: usize) -> Vec<Parts> {
    if request.time.is_some() {
        let block = rows.len() / (count + 1);
        let fold = |fold: usize| Parts {
            learnt: rows[..fold * block].to_vec(),
            held_out: rows[fold * block..(fold + 1) * block].to_vec(),
        };
        return (1..=count).map(fold).collect();
    }
    let mut random = SplitMix64(request.seed.wrapping_add(1));
    let dealt: Vec<usize> = groups(rows, target, &mut random).concat();
    let fold = |fold: usize| {
        let (mut learnt, mut held_out) = (Vec::new(), Vec::new());
        for (place, row) in dealt.iter().enumerate() {
            if place % count == fold { held_out.push(*row) } else { learnt.push(*row) }
        }
        learnt.sort_unstable();
        held_out.sort_unstable();
        Parts { learnt, held_out }
    };
    (0..count).map(fold).collect()
}

/// At most so many of the rows, drawn by the seed, in their order.
pub(super) fn sample(rows: &[usize], most: usize, seed: u64) -> Vec<usize> {
    if rows.len() <= most {
        return rows.to_vec();
    }
    let mut random = SplitMix64(seed.wrapping_add(2));
    let mut places: Vec<usize> = (0..rows.len()).collect();
    random.shuffle(&mut places);
    places.truncate(most);
    places.sort_unstable();
    places.into_iter().map(|place| rows[place]).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tidegate_core::schema::Task;

    use super::*;

    fn classes(values: Vec<f64>) -> Target {
        Target { task: Task::Classification, values, names: vec![], classes: 3 }
    }

    proptest! {
        #[test]
        fn every_row_is_in_one_part_and_every_class_in_both(
            values in prop::collection::vec(0..3u8, 20..200), seed in any::<u64>(), time in any::<bool>(),
        ) {
            let target = classes(values.iter().map(|value| f64::from(*value)).collect());
            let rows: Vec<usize> = (0..values.len()).collect();
            let time = time.then(|| "when".to_owned());
            let request = Request { seed, time, ..Request::new("y") };
            let parts = divide(&rows, &target, &request);
            let mut all = [parts.learnt.clone(), parts.held_out.clone()].concat();
            all.sort_unstable();
            prop_assert_eq!(&all, &rows);
            prop_assert_eq!(&parts, &divide(&rows, &target, &request));
            for class in (0..3u8).filter(|class| values.iter().filter(|value| *value == class).count() > 1) {
                let holds = |rows: &[usize]| rows.iter().any(|row| values[*row] == class);
                prop_assert!(request.time.is_some() || (holds(&parts.learnt) && holds(&parts.held_out)));
            }
            for fold in folds(&rows, &target, &request, 4) {
                prop_assert!(fold.held_out.iter().all(|row| !fold.learnt.contains(row)));
                prop_assert!(!fold.held_out.is_empty() && !fold.learnt.is_empty());
                let newest = fold.learnt.iter().max();
                prop_assert!(request.time.is_none() || newest < fold.held_out.iter().min());
            }
        }
    }

    #[test]
    fn a_sample_keeps_the_order() {
        let rows: Vec<usize> = (0..100).collect();
        let drawn = sample(&rows, 10, 3);
        assert!(drawn.len() == 10 && drawn.is_sorted());
        assert_eq!(sample(&rows, 100, 3), rows);
    }
}
