use super::*;
use proptest::prelude::*;
use tidegate_core::{
    Time,
    schema::{Feature, FeatureKind, Task},
};

use crate::view::BaselineFrom;

/// One answered row: age, predicted class, true class if it is known, microseconds.
type Seen = (f64, bool, Option<bool>, u32);

fn schema() -> Schema {
    let age = Feature { name: "age".into(), input: "x".into(), column: None, kind: FeatureKind::Numeric };
    let labels = vec!["no".into(), "yes".into()];
    Schema { task: Task::Classification, features: vec![age], labels, ..Schema::default() }
}

fn baseline(id: i64) -> Baseline {
    let ages = Column::Numbers((0..50).map(f64::from).collect());
    let answers: Vec<_> = (0..50).map(|i| answered(i % 2 == 0)).collect();
    Baseline::new(&schema(), BaselineFrom::Reference, &[ages], &answers, None, Time(id))
}

fn word(yes: bool) -> String {
    if yes { "yes" } else { "no" }.into()
}

fn answered(yes: bool) -> Answered {
    Answered { label: Some(word(yes)), probabilities: None, value: None }
}

fn bucket(baseline: &Baseline, rows: &[Seen]) -> Bucket {
    let mut bucket = Bucket::new(&schema(), Some(baseline));
    for (age, said, truth, us) in rows {
        let timing = Timing { queue_us: us / 2, run_us: 1, total_us: *us };
        bucket.add_request(&timing, 1, None);
        bucket.add_rows(baseline, &[Column::Numbers(vec![*age])], &[answered(*said)]);
        if let Some(truth) = truth {
            bucket.replace_label(&answered(*said).into(), None, &Truth::Class(word(*truth)), 10);
        }
    }
    bucket
}

fn rows() -> impl Strategy<Value = Vec<Seen>> {
    // Ages by quarters, whose sums are exact in any order.
    let age = (0_u32..400).prop_map(|quarters| f64::from(quarters) / 4.0);
    prop::collection::vec((age, any::<bool>(), any::<Option<bool>>(), 1_u32..5_000_000), 0..40)
}

proptest! {
    #[test]
    fn merged_parts_are_the_whole(left in rows(), right in rows()) {
        let reference = baseline(1);
        let whole = bucket(&reference, &[left.clone(), right.clone()].concat());
        let mut merged = bucket(&reference, &left);
        merged.merge(&bucket(&reference, &right));
        prop_assert!((merged.features[0].sum_sq - whole.features[0].sum_sq).abs() < 1e-6);
        merged.features[0].sum_sq = whole.features[0].sum_sq;
        prop_assert_eq!(&merged, &whole);
        prop_assert_eq!(Bucket::decode(&whole.encode().unwrap()).unwrap(), whole);
    }

    #[test]
    fn rolling_keeps_the_newer_baselines_counts_and_all_the_rest(left in rows(), right in rows()) {
        let mut rolled = bucket(&baseline(1), &left);
        let newer = bucket(&baseline(2), &right);
        rolled.roll(&newer);
        rolled.roll(&bucket(&baseline(1), &left));
        prop_assert_eq!(rolled.requests as usize, 2 * left.len() + right.len());
        prop_assert_eq!(rolled.labelled, rolled.tally.as_ref().unwrap().n());
        prop_assert_eq!((rolled.baseline, rolled.features), (2, newer.features));
    }

    #[test]
    fn another_label_leaves_as_many_labelled(said: bool, first: bool, second: bool) {
        let mut twice = bucket(&baseline(1), &[(1.0, said, Some(first), 9)]);
        twice.replace_label(&answered(said).into(), Some(&Truth::Class(word(first))), &Truth::Class(word(second)), 99);
        prop_assert_eq!(twice, bucket(&baseline(1), &[(1.0, said, Some(second), 9)]));
    }
}

#[test]
fn what_is_damaged_is_told() {
    assert_eq!(Bucket::decode(&[255; 3]).unwrap_err().message, "a stored bucket is damaged");
}

#[test]
fn a_bucket_reads_back_whoever_wrote_it() {
    let bucket = bucket(&baseline(7), &[(3.0, true, Some(true), 10), (9.0, false, None, 20)]);
    assert_eq!(Bucket::decode(&bucket.encode().unwrap()).unwrap(), bucket);
    let before_sections = postcard::to_stdvec(&bucket).unwrap();
    let without = Bucket { performance: Performance::default(), ..bucket.clone() };
    assert_eq!(Bucket::decode(&before_sections).unwrap(), without);
    let from_a_newer_program = [bucket.encode().unwrap(), vec![250, 2, 0, 0, 0, 1, 2]].concat();
    assert_eq!(Bucket::decode(&from_a_newer_program).unwrap(), bucket);
    let cut = &from_a_newer_program[..from_a_newer_program.len() - 1];
    assert!(Bucket::decode(cut).is_err() && Bucket::decode(&[0x80, 0]).is_err());
}

#[test]
fn errors_by_arrival_merge_and_read_back() {
    let reference = baseline(1);
    let mut bucket = bucket(&reference, &[(3.0, true, None, 10)]);
    bucket.add_error(1.0);
    let mut later = Bucket::new(&schema(), Some(&reference));
    later.add_error(0.0);
    bucket.merge(&later);
    assert_eq!(bucket.arrived, Arrived { labels: 2, error: 1.0 });
    assert_eq!(Bucket::decode(&bucket.encode().unwrap()).unwrap(), bucket);
}

#[test]
fn what_quality_checks_count_is_kept_in_a_section_of_its_own() {
    use tidegate_monitor::quality::Broken;
    let plain = bucket(&baseline(7), &[(3.0, true, None, 10)]);
    let mut counted = plain.clone();
    counted.quality.rows = 20;
    counted.quality.rejected_rows = 3;
    counted.quality.violations.insert("age.range".into(), Broken { rows: 4, above: 3 });
    assert_eq!(Bucket::decode(&counted.encode().unwrap()).unwrap(), counted);
    let mut rolled = counted.clone();
    rolled.roll(&Bucket { baseline: 8, ..counted.clone() });
    assert_eq!(rolled.quality.violations["age.range"], Broken { rows: 8, above: 6 });
    assert!(Bucket::decode(&plain.encode().unwrap()).unwrap().quality.is_empty());
}
