use proptest::prelude::*;
use tidegate_core::{alert::Severity, schema::FeatureKind};

use super::*;
use crate::column::{Counts, Reference};

/// A column of the reference or of a window.
#[derive(Debug, Clone)]
enum Held {
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

impl Held {
    fn values(&self) -> Values<'_> {
        match self {
            Self::Numbers(values) => Values::Numbers(values),
            Self::Texts(values) => Values::Texts(values),
        }
    }
    fn reference(&self, name: &str) -> Reference {
        match self {
            Self::Numbers(values) => Reference::numeric(name, values),
            Self::Texts(values) => {
                Reference::categorical(name, &values.iter().cloned().map(Some).collect::<Vec<_>>())
            }
        }
    }
    fn counts(&self, reference: &Reference) -> Counts {
        let mut counts = Counts::new(reference);
        match self {
            Self::Numbers(values) => values.iter().for_each(|value| counts.add_number(reference, *value)),
            Self::Texts(values) => values.iter().for_each(|value| counts.add_category(reference, value)),
        }
        counts
    }
}

fn texts<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Held {
    Held::Texts(values.into_iter().map(Into::into).collect())
}

fn numbers(values: impl IntoIterator<Item = f64>) -> Held {
    Held::Numbers(values.into_iter().collect())
}

/// 0, 1/n ... spread over 0 to 1 in no order.
fn spread(n: usize) -> Vec<f64> {
    (0..n).map(|i| (i * 379 % n) as f64 / n as f64).collect()
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

fn references(columns: &[Held]) -> Vec<Reference> {
    NAMES.iter().zip(columns).map(|(name, column)| column.reference(name)).collect()
}

fn learnt(columns: &[Held]) -> Vec<Check> {
    let samples: Vec<_> = NAMES
        .iter()
        .zip(columns)
        .map(|(name, column)| Sample {
            name,
            kind: if matches!(column, Held::Texts(_)) {
                FeatureKind::Categorical
            } else {
                FeatureKind::Numeric
            },
            values: column.values(),
        })
        .collect();
    learn(&samples, &references(columns))
}

/// Row checks and window checks put to rows, as the engine does.
fn window(checks: &[Check], columns: &[Held]) -> Window {
    let names = &NAMES[..columns.len()];
    let plan = Plan::new(checks, names);
    let values: Vec<_> = columns.iter().map(Held::values).collect();
    let mut window = Window::default();
    window.add(&plan, &values, values[0].len());
    let named: Vec<_> =
        names.iter().zip(columns).map(|(name, column)| (*name, matches!(column, Held::Texts(_)))).collect();
    let rows = RowChecks::new(checks, &named);
    for (column, own) in columns.iter().zip(rows.columns()) {
        let mut broken = |at: usize, above: bool| {
            let broken = window.violations.entry(checks[at].id.clone()).or_default();
            broken.rows += 1;
            broken.above += u64::from(above);
        };
        match column {
            Held::Numbers(values) => {
                values.iter().filter(|v| !own.passes(**v)).for_each(|v| own.number(*v, &mut broken))
            }
            Held::Texts(values) => values.iter().for_each(|v| own.text(v, &mut broken)),
        }
    }
    window
}

fn outcomes(checks: &[Check], reference: &[Held], now: &[Held], min_rows: u64) -> Vec<Outcome> {
    let references = references(reference);
    let counts: Vec<_> =
        now.iter().zip(&references).map(|(column, reference)| column.counts(reference)).collect();
    let window = window(checks, now);
    let evidence = Evidence {
        references: &references,
        counts: &counts,
        window: &window,
        min_rows,
        seconds: 60.0,
        age_s: Some(30.0),
    };
    checks.iter().map(|check| evaluate(check, &evidence)).collect()
}

fn one(column: Option<&str>, expect: Expectation) -> Check {
    Check {
        id: "it".into(),
        column: column.map(str::to_owned),
        expect,
        severity: Severity::Watch,
        action: Action::Warn,
        tolerance: 0.01,
        enabled: true,
        edited: false,
    }
}

/// The state and the sentence of one check about column `a`, of rows like the reference and of others.
#[track_caller]
fn tells(expect: Expectation, reference: &[Held], bad: &[Held], sentence: &str) {
    let check = [one(Some("a"), expect)];
    let well = &outcomes(&check, reference, reference, 30)[0];
    assert_eq!(well.state, CheckState::Passed, "{well:?}");
    let failed = &outcomes(&check, reference, bad, 30)[0];
    assert_eq!((failed.state, failed.sentence.as_str()), (CheckState::Failed, sentence));
}

#[test]
fn each_row_check_passes_what_is_well_and_tells_what_is_not() {
    let ages = || numbers((0..100).map(|i| f64::from(20 + i)));
    let with = |bad: f64| numbers((0..100).map(|i| if i % 25 == 0 { bad } else { f64::from(20 + i) }));
    let range = |low, high| Expectation::Range { low: Some(low), high: Some(high) };
    let (well, bad) = ([ages()], |value| [with(value)]);
    tells(range(0.0, 120.0), &well, &bad(400.0), "a: 4% of rows above 120 (4 of 100), reference never");
    tells(range(0.0, 120.0), &well, &bad(-1.0), "a: 4% of rows below 0 (4 of 100), reference never");
    tells(
        Expectation::NotNull,
        &well,
        &bad(f64::NAN),
        "a: 4% of rows without a value (4 of 100), reference never",
    );
    tells(
        Expectation::Finite,
        &well,
        &bad(f64::INFINITY),
        "a: 4% of rows infinite (4 of 100), reference never",
    );
    let whole = Expectation::Type { of: ValueType::Whole };
    tells(whole, &well, &bad(20.5), "a: 4% of rows not a whole number (4 of 100), reference never");
    let yes = [numbers((0..100).map(|i| f64::from(i % 2)))];
    let two = [numbers((0..100).map(|i| f64::from(i % 25 / 12)))];
    let boolean = Expectation::Type { of: ValueType::Boolean };
    tells(boolean, &yes, &two, "a: 4% of rows not 0 or 1 (4 of 100), reference never");
    let set = Expectation::Allowed { values: vec!["0".into(), "1".into()] };
    tells(set, &yes, &two, "a: 4% of rows not among the values allowed (4 of 100), reference never");

    let colors =
        |bad: &str| [texts((0..100).map(|i| if i % 25 == 0 { bad.to_owned() } else { "red".into() }))];
    let set = Expectation::Allowed { values: vec!["red".into()] };
    tells(
        set,
        &colors("red"),
        &colors("mauve"),
        "a: 4% of rows not among the values allowed (4 of 100), reference never",
    );
    let length = Expectation::Length { low: Some(2), high: Some(5) };
    tells(
        length,
        &colors("green"),
        &colors("vermilion"),
        "a: 4% of rows not 2 to 5 characters long (4 of 100), reference never",
    );
    let pattern = Expectation::Pattern { regex: "[a-z]+".into() };
    tells(
        pattern,
        &colors("blue"),
        &colors("blue 2"),
        "a: 4% of rows not like [a-z]+ (4 of 100), reference never",
    );
    let number = Expectation::Type { of: ValueType::Number };
    let digits =
        |bad: &str| [texts((0..100).map(|i| if i % 25 == 0 { bad.to_owned() } else { i.to_string() }))];
    tells(
        number,
        &digits("7"),
        &digits("x"),
        "a: 4% of rows not text that reads as a number (4 of 100), reference never",
    );
}

#[test]
fn each_window_check_passes_what_is_well_and_tells_what_is_not() {
    let n = 400;
    let even = || numbers(spread(n));
    let stuck = || [numbers(vec![0.37; n])];
    let gaps =
        [numbers(spread(n).into_iter().enumerate().map(|(i, v)| if i % 10 == 0 { f64::NAN } else { v }))];
    let higher = [numbers(spread(n).into_iter().map(|v| v + 1.0))];
    let well = [even()];
    let up = |high| (None, Some(high));
    tells(
        Expectation::NullShare { high: 0.02 },
        &well,
        &gaps,
        "a: 10% of rows have no value, expected at most 2% missing",
    );
    tells(
        Expectation::NotConstant { high: 0.99 },
        &well,
        &stuck(),
        "a: one value (0.37) fills 100% of rows, expected no value in more than 99% of rows",
    );
    let (low, high) = up(0.5);
    tells(
        Expectation::MostCommon { low, high },
        &well,
        &stuck(),
        "a: the most common value fills 100% of rows, expected at most 50% of rows",
    );
    tells(
        Expectation::Unique { low: 0.9 },
        &well,
        &stuck(),
        "a: 0.25% of values are distinct, expected at least 90% distinct",
    );
    let (low, high) = up(1.0);
    tells(Expectation::Mean { low, high }, &well, &higher, "a: mean 1.499, expected at most 1");
    let (low, high) = up(0.9);
    tells(
        Expectation::Quantile { q: 0.5, low, high },
        &well,
        &higher,
        "a: median 1.499, expected at most 0.9",
    );
    tells(
        Expectation::Std { low: Some(0.1), high: None },
        &well,
        &[numbers(spread(n).into_iter().map(|v| v / 100.0))],
        "a: standard deviation 0.002887, expected at least 0.1",
    );
    let rising = [numbers((0..n).map(|i| i as f64))];
    tells(
        Expectation::Monotonic { high: 0.01 },
        &rising,
        &[numbers((0..n).map(|i| (i % 4) as f64))],
        "a: 24.8% of values go back, expected at most 1% going back",
    );
    let pair = |slope: f64| [even(), numbers(spread(n).into_iter().map(|v| slope * v))];
    tells(
        Expectation::Correlation { with: "b".into(), low: Some(0.5), high: None },
        &pair(2.0),
        &pair(-2.0),
        "a: correlation with b -1, expected at least 0.5",
    );
}

#[test]
fn rows_repeated_rows_seldom_and_long_ago_are_told() {
    let n = 400;
    let state = |expect, now: Held| {
        let outcome = outcomes(&[one(None, expect)], &[numbers(spread(n))], &[now], 30).remove(0);
        (outcome.state, outcome.sentence)
    };
    let repeated = Expectation::Duplicates { high: 0.05 };
    assert_eq!(state(repeated.clone(), numbers(spread(n))).0, CheckState::Passed);
    let twice = [spread(n), spread(n)].concat();
    let (failed, sentence) = state(repeated, numbers(twice));
    assert_eq!((failed, sentence.starts_with("duplicates: ")), (CheckState::Failed, true), "{sentence}");
    let rate = |low| Expectation::RowRate { low: Some(low), high: None };
    assert_eq!(state(rate(400.0), numbers(spread(n))).0, CheckState::Passed);
    let said = "row rate: 400 rows a minute, expected at least 401 rows a minute";
    assert_eq!(state(rate(401.0), numbers(spread(n))), (CheckState::Failed, said.into()));
    let fresh = |high| Expectation::Freshness { high };
    assert_eq!(state(fresh(60.0), numbers(spread(n))).0, CheckState::Passed);
    let said = "freshness: the newest row is 30 s old, expected a row in the last 10 s";
    assert_eq!(state(fresh(10.0), numbers(spread(n))), (CheckState::Failed, said.into()));
}

#[test]
fn what_can_not_be_said_is_not_said() {
    let check = |expect| {
        outcomes(&[one(Some("a"), expect)], &[numbers(spread(100))], &[numbers([0.5])], 200).remove(0)
    };
    for expect in [
        Expectation::Mean { low: Some(0.0), high: Some(1.0) },
        Expectation::NotConstant { high: 0.9 },
        Expectation::NullShare { high: 0.0 },
        Expectation::Range { low: Some(0.0), high: None },
        Expectation::Unique { low: 0.9 },
        Expectation::Monotonic { high: 0.5 },
        Expectation::Correlation { with: "b".into(), low: None, high: None },
    ] {
        let outcome = check(expect);
        assert_eq!(outcome.state, CheckState::NotEnough, "{outcome:?}");
        assert!(outcome.sentence.contains("not enough data"), "{outcome:?}");
    }
    let off = Check { enabled: false, ..one(Some("a"), Expectation::NotNull) };
    assert_eq!(outcomes(&[off], &[numbers([1.0])], &[numbers([f64::NAN])], 1)[0].state, CheckState::Off);
    // One bad row in ten may be chance, ten in ten are none.
    let few = |bad: usize| {
        let now = [numbers((0..10).map(|i| if i < bad { 9.0 } else { 0.5 }))];
        outcomes(&[one(Some("a"), Expectation::Range { low: None, high: Some(1.0) })], &now, &now, 200)[0]
            .state
    };
    assert_eq!((few(1), few(10)), (CheckState::Passed, CheckState::Failed));
}

#[test]
fn a_reference_teaches_what_held_in_it() {
    let n = 300;
    let columns = [
        numbers(spread(n)),
        numbers((0..n).map(|i| f64::from(i as u32 % 2) + 1.0)),
        texts((0..n).map(|i| if i % 3 == 0 { "red" } else { "blue" })),
        texts((0..n).map(|i| format!("ID-{:04}", i))),
    ];
    let checks = learnt(&columns);
    let ids: Vec<_> = checks.iter().map(|check| check.id.as_str()).collect();
    for expected in [
        "schema.missing",
        "a.not_null",
        "a.finite",
        "a.range",
        "a.mean",
        "a.std",
        "a.quantile",
        "a.not_constant",
        "b.type",
        "b.allowed",
        "b.most_common",
        "c.allowed",
        "c.not_null",
        "d.pattern",
        "d.length",
        "d.unique",
        "duplicates",
        "row_rate",
        "freshness",
    ] {
        assert!(ids.contains(&expected), "{expected} is not in {ids:?}");
    }
    let of = |id: &str| checks.iter().find(|check| check.id == id).unwrap().expect.clone();
    assert_eq!(of("b.allowed"), Expectation::Allowed { values: vec!["1".into(), "2".into()] });
    assert_eq!(of("d.pattern"), Expectation::Pattern { regex: r"[A-Z]{2}\-[0-9]{4}".into() });
    assert!(checks.iter().all(|check| check.validate().is_ok()));
    let off: Vec<_> = checks.iter().filter(|check| !check.enabled).map(|check| check.id.as_str()).collect();
    assert_eq!(off, ["schema.order", "d.unique", "duplicates", "row_rate", "freshness"]);
    let times = learnt(&[numbers((0..n).map(|i| 1.7e12 + i as f64 * 1e3)), numbers(spread(n))]);
    assert!(times.iter().any(|check| check.id == "a.monotonic"));
    assert!(!times.iter().any(|check| check.id == "a.range" || check.id == "a.mean"));
    let linear = learnt(&[numbers(spread(n)), numbers(spread(n).into_iter().map(|v| 3.0 - v))]);
    assert!(linear.iter().any(|check| check.id == "a.correlation.b"));
    assert_eq!(learnt(&[numbers(spread(10))]).iter().filter(|check| check.column.is_some()).count(), 0);
}

#[test]
fn limits_that_mean_nothing_are_refused_by_name() {
    let said = |expect, change: fn(Check) -> Check| {
        change(Check { id: "a.it".into(), ..one(Some("a"), expect) }).validate().unwrap_err().message
    };
    let same = |check| check;
    let range = Expectation::Range { low: Some(2.0), high: Some(1.0) };
    assert_eq!(said(range, same), "check `a.it`: `low` must not be above `high`");
    assert_eq!(said(Expectation::Unique { low: 1.5 }, same), "check `a.it`: `low` must be a share, 0 to 1");
    let broken = said(Expectation::Pattern { regex: "[".into() }, same);
    assert!(broken.starts_with("check `a.it`: `regex` is not a regular expression"), "{broken}");
    let reject =
        said(Expectation::NullShare { high: 0.1 }, |check| Check { action: Action::Reject, ..check });
    assert!(reject.starts_with("check `a.it`: `action` must be `warn`"), "{reject}");
    let tolerance = said(Expectation::NotNull, |check| Check { tolerance: f64::NAN, ..check });
    assert_eq!(tolerance, "check `a.it`: `tolerance` must be a share, 0 to 1");
}

#[test]
fn checks_are_alike_up_to_the_last_digits_of_their_limits() {
    let range = |high: f64| one(Some("age"), Expectation::Range { low: Some(0.0), high: Some(high) });
    assert!(range(0.1 + 0.2).is_like(&range(0.3)));
    assert!(!range(0.3).is_like(&range(0.300_001)));
    assert!(!range(0.3).is_like(&Check { enabled: false, ..range(0.3) }));
    assert!(!range(0.3).is_like(&one(Some("age"), Expectation::Range { low: None, high: Some(0.3) })));
    let set = |value: &str| one(Some("age"), Expectation::Allowed { values: vec![value.into()] });
    assert!(set("1").is_like(&set("1")) && !set("1").is_like(&set("2")));
}

#[test]
fn what_is_wrong_with_a_row_is_said_with_its_limit() {
    let range = one(Some("age"), Expectation::Range { low: Some(0.0), high: Some(120.0) });
    assert_eq!(violates(&range, "412", true), "`age` is 412, above 120");
    assert_eq!(advice(&range), "send 0 to 120, or change the check `it` among the model's quality checks");
    let set = one(Some("color"), Expectation::Allowed { values: vec!["red".into(), "blue".into()] });
    assert_eq!(violates(&set, "mauve", false), "`color` is `mauve`, which is not one of: red, blue");
}

#[test]
fn columns_are_compared_by_name_type_and_order() {
    let found = [("c", 1), ("b", 2), ("a", 1), ("x", 1)];
    let told = compare(&[("a", 1), ("b", 1), ("c", 1), ("d", 1)], &found);
    let told: Vec<_> = told.iter().map(|d| (d.part, d.column.as_str())).collect();
    use SchemaPart::*;
    assert_eq!(told, [(Type, "b"), (Missing, "d"), (Order, "a"), (Extra, "x")]);
    assert!(compare(&found, &found).is_empty());
}

#[test]
fn sketches_stay_within_their_bounds_and_come_back_as_they_were() {
    let mut distinct = Distinct::default();
    (0..50_000_u64).for_each(|value| distinct.add(value));
    let (_, low, high) = distinct.count();
    assert!(low <= 50_000.0 && 50_000.0 <= high, "{low} to {high}");
    let back: Distinct = serde_json::from_str(&serde_json::to_string(&distinct).unwrap()).unwrap();
    assert_eq!(back, distinct);
    assert!(serde_json::from_str::<Distinct>("[1,2,3]").is_err());
}

/// Values as columns of traffic have them: spread, repeated, missing, infinite.
fn column() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        8 => -1e6..1e6_f64,
        4 => (-3..3_i32).prop_map(f64::from),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(0.0),
    ];
    prop::collection::vec(value, 1..300)
}

proptest! {
    #[test]
    fn learnt_checks_pass_on_the_reference_itself(a in column(), b in column(), words in prop::collection::vec("[a-c]{0,3}", 1..300)) {
        let n = a.len().min(b.len()).min(words.len());
        let columns = [numbers(a[..n].to_vec()), numbers(b[..n].to_vec()), texts(words[..n].to_vec())];
        let checks = learnt(&columns);
        for (check, outcome) in checks.iter().zip(outcomes(&checks, &columns, &columns, 1)) {
            // A row can't be asked what only a running model is: how many rows come, and when.
            prop_assert!(check.validate().is_ok());
            prop_assert!(outcome.state != CheckState::Failed, "{}: {}", check.id, outcome.sentence);
            prop_assert!(outcome.observed.is_none_or(f64::is_finite));
        }
    }

    #[test]
    fn merging_is_counting_all(a in column(), at in 0..300_usize) {
        let n = a.len();
        let at = at % n;
        let second: Vec<f64> = a.iter().map(|v| v * 2.0).collect();
        let checks = [
            one(Some("a"), Expectation::Range { low: Some(-10.0), high: Some(10.0) }),
            Check { id: "c".into(), ..one(Some("a"), Expectation::NotConstant { high: 0.9 }) },
            Check { id: "u".into(), ..one(Some("a"), Expectation::Unique { low: 0.9 }) },
            Check { id: "m".into(), ..one(Some("a"), Expectation::Monotonic { high: 0.9 }) },
            Check { id: "d".into(), ..one(None, Expectation::Duplicates { high: 0.9 }) },
            Check { id: "r".into(), ..one(Some("a"), Expectation::Correlation { with: "b".into(), low: None, high: None }) },
        ];
        let part = |from: usize, to: usize| window(&checks, &[numbers(a[from..to].to_vec()), numbers(second[from..to].to_vec())]);
        let whole = part(0, n);
        let mut merged = Window::default();
        merged.merge(&part(0, at));
        merged.merge(&part(at, n));
        prop_assert_eq!((merged.rows, &merged.violations), (whole.rows, &whole.violations));
        prop_assert_eq!(merged.distinct_of, whole.distinct_of);
        let order = |w: &Window| w.columns[0].order.map(|order| (order.steps, order.back));
        prop_assert_eq!(order(&merged), order(&whole));
        // Below some hundred values the number of distinct ones is exact, up to the rounding of the estimate.
        let distinct = |w: &Window| w.distinct_rows.as_ref().map_or(0.0, |d| d.count().0);
        prop_assert!((distinct(&merged) - distinct(&whole)).abs() <= 0.08 * n as f64);
        // The share of the most common value lies within both bounds.
        let mut rows = std::collections::HashMap::<u64, u64>::new();
        a.iter().for_each(|v| *rows.entry(v.to_bits()).or_default() += 1);
        let most = rows.into_values().max().unwrap() as f64 / n as f64;
        for w in [&merged, &whole, &merged.pruned()] {
            let (low, high) = w.columns[0].common.as_ref().unwrap().share().unwrap();
            prop_assert!(low <= most + 1e-12 && most <= high + 1e-12, "{low} {most} {high}");
        }
        let r = |w: &Window| w.pairs.iter().find_map(|(_, cross)| cross.correlation());
        prop_assert_eq!(r(&merged).is_some(), r(&whole).is_some());
        if let (Some(merged), Some(whole)) = (r(&merged), r(&whole)) {
            prop_assert!((merged - whole).abs() < 1e-9);
        }
    }
}
