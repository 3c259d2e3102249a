//! Rows into those learnt from and those held out, what stands in both, and the names of the parts. Pure.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};
use tidegate_core::{
    data::{DataUsed, RowSet},
    schema::{Task, Truth},
};

use super::{Labelled, Material, SplitMix};
use crate::rows::Row;

/// Numbers are divided so that each of so many groups of like size is in every part.
const GROUPS: usize = 10;

/// The newest share by time is held out; rows without a time are learnt from.
pub(super) fn by_time(all: Labelled, times: &[f64], share: f64) -> (Labelled, Labelled) {
    let mut order: Vec<usize> = (0..all.len()).filter(|row| !times[*row].is_nan()).collect();
    order.sort_by(|a, b| times[*a].total_cmp(&times[*b]));
    let held = (order.len() as f64 * share).round() as usize;
    let held: HashSet<usize> = order[order.len() - held..].iter().copied().collect();
    apart(all, |row| held.contains(&row))
}

/// A seeded share of each class, or of each tenth of the numbers, is held out.
pub(super) fn stratified(all: Labelled, task: Task, share: f64, seed: u64) -> (Labelled, Labelled) {
    let mut random = SplitMix(seed);
    let mut held = HashSet::new();
    for mut group in groups(&all.truths, task) {
        let most = (group.len() as f64 * share).round() as usize;
        for place in 0..most.min(group.len()) {
            let rest = group.len() - place;
            group.swap(place, place + ((random.share() * rest as f64) as usize).min(rest - 1));
            held.insert(group[place]);
        }
    }
    apart(all, |row| held.contains(&row))
}

fn groups(truths: &[Truth], task: Task) -> Vec<Vec<usize>> {
    if task == Task::Classification {
        let mut classes: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        truths
            .iter()
            .enumerate()
            .for_each(|(row, truth)| classes.entry(truth.class()).or_default().push(row));
        return classes.into_values().collect();
    }
    let number = |row: usize| truths[row].number().unwrap_or(f64::NAN);
    let mut rows: Vec<usize> = (0..truths.len()).collect();
    rows.sort_by(|a, b| number(*a).total_cmp(&number(*b)));
    rows.chunks(rows.len().div_ceil(GROUPS).max(1)).map(<[usize]>::to_vec).collect()
}

/// Those that are learnt from, and those held out.
pub(super) fn apart(all: Labelled, is_held: impl Fn(usize) -> bool) -> (Labelled, Labelled) {
    let (mut learnt, mut held) = (Labelled::default(), Labelled::default());
    for (index, (row, truth)) in all.rows.into_iter().zip(all.truths).enumerate() {
        if is_held(index) { held.push(row, truth) } else { learnt.push(row, truth) }
    }
    (learnt, held)
}

/// The names of the parts, and what is doubtful. Rows held out that are learnt from too, word for word, prove
/// nothing and are taken out; unless most are so, since then equal rows are what the data is like.
pub(super) fn settle(material: &mut Material, mut warnings: Vec<String>) -> DataUsed {
    let learnt: HashSet<[u8; 32]> =
        [&material.train_old, &material.train_new].into_iter().flat_map(hashes).collect();
    let held: Vec<Vec<bool>> = [&material.held_old, &material.held_new]
        .map(|part| hashes(part).map(|hash| learnt.contains(&hash)).collect())
        .to_vec();
    let twice = held.iter().flatten().filter(|twice| **twice).count();
    let all = held.iter().flatten().count();
    let mut removed = 0;
    if twice * 2 > all {
        warnings.push(format!(
            "{twice} of {all} rows held out equal one learnt from in every column: the columns tell rows hardly \
             apart, and the scores may be too good"
        ));
    } else if twice > 0 {
        removed = twice as u32;
        warnings.push(format!(
            "{twice} of {all} rows held out equal one learnt from in every column: they are not judged by"
        ));
        for (part, twice) in [&mut material.held_old, &mut material.held_new].into_iter().zip(&held) {
            *part = apart(std::mem::take(part), |row| twice[row]).0;
        }
    }
    let parts = [
        ("learnt from, old", &material.train_old),
        ("learnt from, new", &material.train_new),
        ("held out, old", &material.held_old),
        ("held out, new", &material.held_new),
    ];
    let parts = parts.map(|(part, rows)| RowSet {
        part: part.into(),
        rows: rows.len() as u64,
        sha256: name_of(rows),
    });
    DataUsed { parts: parts.to_vec(), removed, warnings }
}

/// A hash of each row with its truth.
fn hashes(rows: &Labelled) -> impl Iterator<Item = [u8; 32]> + '_ {
    rows.rows.iter().zip(&rows.truths).map(|(row, truth)| hash(row, truth))
}

fn hash(row: &Row, truth: &Truth) -> [u8; 32] {
    // Cells and truths are numbers, texts and lists: JSON holds them all, a map in the order of its names.
    Sha256::digest(serde_json::to_vec(&(row, truth.class())).unwrap_or_default()).into()
}

/// Of the rows in their order.
fn name_of(rows: &Labelled) -> String {
    let mut all = Sha256::new();
    hashes(rows).for_each(|hash| all.update(hash));
    all.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Cell;

    fn rows(ages: impl Iterator<Item = i32>) -> Labelled {
        let mut all = Labelled::default();
        for age in ages {
            let row = Row::from([("age".to_owned(), Cell::Number(f64::from(age)))]);
            all.push(row, Truth::Class(["no", "yes"][usize::from(age % 4 == 0)].into()));
        }
        all
    }

    #[test]
    fn the_newest_are_held_out_whatever_their_order() {
        let times = [3.0, 1.0, f64::NAN, 2.0];
        let (learnt, held) = by_time(rows(0..4), &times, 0.34);
        assert_eq!((learnt.len(), held.rows[0]["age"].clone()), (3, Cell::Number(0.0)));
    }

    #[test]
    fn each_class_is_held_out_alike_and_the_seed_decides_which() {
        let (learnt, held) = stratified(rows(0..40), Task::Classification, 0.25, 7);
        let yes = |part: &Labelled| part.truths.iter().filter(|truth| truth.class() == "yes").count();
        assert_eq!((learnt.len(), held.len(), yes(&held), yes(&learnt)), (29, 11, 3, 7));
        let again = stratified(rows(0..40), Task::Classification, 0.25, 7).1;
        assert_eq!(name_of(&again), name_of(&held));
        assert_ne!(name_of(&stratified(rows(0..40), Task::Classification, 0.25, 8).1), name_of(&held));
    }

    #[test]
    fn rows_on_both_sides_are_not_judged_by_unless_most_are() {
        let new = |held: Labelled| Material { train_new: rows(0..20), held_new: held, ..Material::default() };
        let mut few = new(rows(18..30));
        let told = settle(&mut few, vec![]);
        assert_eq!((told.removed, few.held_new.len(), told.parts[3].rows), (2, 10, 10));
        assert!(told.warnings[0].starts_with("2 of 12 rows"), "{:?}", told.warnings);
        let mut most = new(rows(10..22));
        let told = settle(&mut most, vec![]);
        assert_eq!((told.removed, most.held_new.len(), told.warnings.len()), (0, 12, 1));
    }
}
