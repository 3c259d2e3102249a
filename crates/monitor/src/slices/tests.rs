use proptest::prelude::*;

use super::*;
use crate::random::SplitMix;

const REGIONS: [&str; 4] = ["north", "south", "east", "west"];

struct Rows {
    age: Reference,
    region: Reference,
    noise: Reference,
    rows: Vec<(f64, &'static str, f64)>,
    right: Vec<f64>,
}

/// Right with 0.9, but with `bad` where age is 40 to 60 in the north.
fn rows(n: usize, bad: f64, seed: u64) -> Rows {
    let mut random = SplitMix(seed);
    let mut uniform = move || random.below(1 << 30) as f64 / f64::from(1 << 30);
    let (mut rows, mut right) = (vec![], vec![]);
    for _ in 0..n {
        let (age, region) = (20.0 + 80.0 * uniform(), REGIONS[(uniform() * 4.0) as usize]);
        let is_bad = (40.0..60.0).contains(&age) && region == "north";
        right.push(f64::from(u8::from(uniform() < if is_bad { bad } else { 0.9 })));
        rows.push((age, region, uniform()));
    }
    let names: Vec<_> = rows.iter().map(|(_, region, _)| Some((*region).to_owned())).collect();
    let numbers = |of: fn(&(f64, &str, f64)) -> f64| rows.iter().map(of).collect::<Vec<_>>();
    Rows {
        age: Reference::numeric("age", &numbers(|row| row.0)),
        region: Reference::categorical("region", &names),
        noise: Reference::numeric("noise", &numbers(|row| row.2)),
        rows,
        right,
    }
}

impl Rows {
    fn columns(&self) -> Vec<Column<'_>> {
        let mut columns: Vec<_> = [&self.noise, &self.age, &self.region].map(Column::new).into();
        for (age, region, noise) in &self.rows {
            columns[0].add_number(*noise);
            columns[1].add_number(*age);
            columns[2].add_category(region);
        }
        columns
    }
    fn worth(&self) -> Worth<'_> {
        Worth { values: &self.right, shares: true, higher_is_better: true }
    }
}

#[test]
fn the_slice_that_is_bad_is_found_and_named() {
    let rows = rows(8_000, 0.4, 3);
    let found = worst(&rows.columns(), rows.worth(), 5, 1, || false);
    let first = &found.slices[0];
    assert_eq!(first.conditions.iter().map(|c| c.feature.as_str()).collect::<Vec<_>>(), ["age", "region"]);
    assert!(first.name.starts_with("age ") && first.name.ends_with(" and region = north"), "{}", first.name);
    let (from, to) = (first.conditions[0].from.unwrap(), first.conditions[0].to.unwrap());
    assert!((from - 40.0).abs() < 5.0 && (to - 60.0).abs() < 5.0, "{from} {to}");
    assert!(first.low < 0.4 && 0.4 < first.high + 0.1 && first.difference < -0.35, "{first:?}");
    assert_eq!((first.verdict, found.inputs_paired), (SliceVerdict::Worse, 3));
    assert_eq!(found.searched_rows + found.measured_rows, 8_000);
}

/// Nothing is wrong anywhere: of 60 searches few find anything, though each looks at thousands of slices.
#[test]
fn chance_is_rarely_called_a_slice() {
    let alarms = (0..60)
        .filter(|seed| {
            let rows = rows(2_000, 0.9, *seed);
            !worst(&rows.columns(), rows.worth(), 5, *seed, || false).slices.is_empty()
        })
        .count();
    assert!(alarms <= 6, "{alarms} of 60");
}

#[test]
fn every_bin_of_a_feature_is_compared_with_the_rest() {
    let rows = rows(8_000, 0.4, 4);
    let features = by_feature(&rows.columns(), rows.worth());
    let region = features.iter().find(|feature| feature.feature == "region").unwrap();
    let north = region.slices.iter().find(|slice| slice.name == "region = north").unwrap();
    assert_eq!(north.verdict, SliceVerdict::Worse);
    assert!(north.difference_low < north.difference && north.difference < north.difference_high);
    let noise = features.iter().find(|feature| feature.feature == "noise").unwrap();
    assert_eq!(noise.slices.len(), 10);
    assert!(noise.slices.iter().all(|slice| slice.verdict == SliceVerdict::Same));
}

#[test]
fn missing_values_and_other_categories_are_slices_too() {
    let rows = rows(400, 0.9, 5);
    let mut columns: Vec<_> = [&rows.age, &rows.region].map(Column::new).into();
    for i in 0..100 {
        columns[0].add_number(if i < 40 { f64::NAN } else { 50.0 });
        columns[1].add_category(if i < 50 { "moon" } else { "north" });
    }
    let values: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i >= 40))).collect();
    let features = by_feature(&columns, Worth { values: &values, shares: true, higher_is_better: true });
    let names: Vec<_> = features.iter().flat_map(|f| &f.slices).map(|slice| slice.name.as_str()).collect();
    assert!(names.contains(&"age is missing") && names.contains(&"region is another category"), "{names:?}");
    assert_eq!(features[0].slices.last().unwrap().verdict, SliceVerdict::Worse);
}

#[test]
fn errors_are_worse_where_they_are_higher() {
    let rows = rows(4_000, 0.9, 6);
    let errors: Vec<f64> = rows
        .rows
        .iter()
        .map(|(_, region, noise)| if *region == "west" { 3.0 + noise } else { *noise })
        .collect();
    let found = worst(
        &rows.columns(),
        Worth { values: &errors, shares: false, higher_is_better: false },
        3,
        2,
        || false,
    );
    assert_eq!(found.slices[0].name, "region = west");
}

#[test]
fn few_rows_find_nothing_and_break_nothing() {
    for n in [0, 1, 5] {
        let rows = rows(n, 0.0, 7);
        assert!(worst(&rows.columns(), rows.worth(), 5, 1, || false).slices.is_empty());
        assert!(by_feature(&rows.columns(), rows.worth()).iter().flat_map(|f| &f.slices).all(|s| s.q == 1.0));
    }
}

proptest! {
    #[test]
    fn slices_of_a_feature_hold_every_row_once(n in 1_usize..300, seed: u64) {
        let rows = rows(n, 0.5, seed);
        for feature in by_feature(&rows.columns(), rows.worth()) {
            prop_assert_eq!(feature.slices.iter().map(|slice| slice.n).sum::<u64>() as usize, n);
            for slice in &feature.slices {
                prop_assert!(slice.low <= slice.value && slice.value <= slice.high);
                prop_assert!(slice.difference_low.is_finite() && slice.difference_high.is_finite());
                prop_assert!((0.0..=1.0).contains(&slice.p) && slice.p <= slice.q + 1e-12);
            }
        }
    }
}
