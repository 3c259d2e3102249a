use proptest::prelude::*;

use super::*;
use crate::report::EffectSize;

fn ramp(n: usize, scale: f64, shift: f64) -> Vec<f64> {
    (0..n).map(|i| ((i * 7919) % n) as f64 / n as f64 * scale + shift).collect()
}

fn numbers<'a>(reference: &'a [f64], current: &'a [f64]) -> Column<'a> {
    Column { name: "x", reference: Some(Values::Numeric(reference)), current: Some(Values::Numeric(current)) }
}

/// Letters as categories, spaces where missing.
struct Letters {
    codes: Vec<u32>,
    names: Vec<String>,
}

impl Letters {
    fn new(text: &str) -> Self {
        let mut names: Vec<String> = text.chars().filter(|c| *c != ' ').map(String::from).collect();
        names.sort_unstable();
        names.dedup();
        let code =
            |c: char| names.iter().position(|name| *name == c.to_string()).map_or(u32::MAX, |p| p as u32);
        Self { codes: text.chars().map(code).collect(), names }
    }
    fn values(&self) -> Values<'_> {
        Values::Categorical { codes: &self.codes, names: &self.names }
    }
}

fn letters(reference: &str, current: &str, options: Options) -> Comparison {
    let (r, c) = (Letters::new(reference), Letters::new(current));
    column(Column { name: "letter", reference: Some(r.values()), current: Some(c.values()) }, options)
}

const ALL: Options = Options { definition: Definition::Evidently, min_rows: 1, all_tests: true };

fn by(definition: Definition) -> Options {
    Options { definition, ..Options::default() }
}

#[test]
fn the_test_and_its_threshold_are_those_of_the_definition() {
    let (few, many) = (ramp(500, 1.0, 0.0), ramp(2_000, 1.0, 0.0));
    let test = |reference: &[f64], definition| column(numbers(reference, &few), by(definition)).test.unwrap();
    assert_eq!(test(&few, Definition::Evidently), Method::KolmogorovSmirnov);
    assert_eq!(test(&many, Definition::Evidently), Method::WassersteinNormed);
    assert_eq!(test(&many, Definition::Scipy), Method::KolmogorovSmirnov);
    let nannyml = column(numbers(&many, &few), by(Definition::NannyMl));
    assert_eq!((nannyml.test, nannyml.state), (Some(Method::JensenShannonBase2), State::Stable));
    assert!(nannyml.threshold.unwrap() > nannyml.score.unwrap(), "{nannyml:?}");
    let (a, b) = (&"abc".repeat(40), &"abd".repeat(40));
    assert_eq!(letters(a, b, by(Definition::Scipy)).test, Some(Method::ChiSquareContingency));
    assert_eq!(letters(a, b, by(Definition::NannyMl)).state, State::Drifted);
}

/// What Evidently 0.7.23 chose (`Report([DataDriftPreset()])` on such columns).
#[test]
fn whole_numbers_of_few_values_are_categories_as_the_current_side_says() {
    let whole = |values: usize| (0..600).map(|i| ((i * 31) % values) as f64).collect::<Vec<_>>();
    let test = |reference: &[f64], current: &[f64], whole: bool| {
        let of = |values| if whole { Values::Integer(values) } else { Values::Numeric(values) };
        let pair = Column { name: "x", reference: Some(of(reference)), current: Some(of(current)) };
        column(pair, Options::default()).test.unwrap()
    };
    assert_eq!(test(&whole(8), &whole(8), true), Method::ChiSquare);
    assert_eq!(test(&whole(8), &whole(20), true), Method::KolmogorovSmirnov);
    assert_eq!(test(&whole(20), &whole(8), true), Method::ChiSquare);
    assert_eq!(test(&whole(8), &whole(8), false), Method::KolmogorovSmirnov);
    assert_eq!(test(&whole(4), &whole(4), false), Method::ChiSquare);
    let holes = [&whole(8)[..], &[f64::NAN]].concat();
    assert_eq!(test(&holes, &whole(8), true), Method::KolmogorovSmirnov);
    let flags = [[0, 1].repeat(30), vec![1; 40]].concat();
    let flags = Some(Values::Boolean(&flags));
    let flags = column(Column { name: "flag", reference: flags, current: flags }, Options::default());
    assert_eq!((flags.test, flags.score, flags.kind), (Some(Method::Z), Some(1.0), ColumnKind::Boolean));
}

#[test]
fn a_shift_is_told_with_its_direction_size_and_bins() {
    let found = column(numbers(&ramp(5_000, 1.0, 0.0), &ramp(4_000, 1.0, 0.5)), ALL);
    assert_eq!(
        (found.state, found.drifted, found.direction),
        (State::Drifted, true, Some(Direction::Higher))
    );
    assert!((found.shift.unwrap() - 1.732).abs() < 0.01, "{found:?}");
    let median = found.quantiles[2];
    assert!((median.current - median.reference - 0.5).abs() < 1e-3);
    assert_eq!(found.effect.size, Some(EffectSize::Large));
    assert!(found.contributions[0].share >= found.contributions[1].share);
    assert!(found.sentence.starts_with("values higher (mean 0.4999 -> 0.9999); "), "{}", found.sentence);
    assert!((found.psi.unwrap() - found.tests["psi"]).abs() < 1e-12);
    assert_eq!(found.tests["ks_statistic"], found.effect.ks.unwrap());
    assert_eq!(found.tests.len(), 15);
    let back = column(numbers(&ramp(5_000, 1.0, 0.0), &ramp(4_000, 1.0, -0.5)), ALL);
    assert_eq!(back.direction, Some(Direction::Lower));
}

#[test]
fn new_and_disappeared_categories_are_named() {
    let found = letters(&"aabbc".repeat(30), &"aabbd".repeat(30), ALL);
    assert_eq!((found.state, found.direction), (State::Drifted, Some(Direction::NewCategories)));
    assert!(found.sentence.starts_with("new categories (d), others disappeared (c); "), "{}", found.sentence);
    let parts: Vec<&str> = found.contributions.iter().map(|part| part.bin.as_str()).collect();
    assert!(parts.contains(&"c") && parts.contains(&"d") && !parts.contains(&"a"), "{parts:?}");
    assert!(found.effect.cramers_v.unwrap() > 0.4);
    assert!(found.tests.contains_key("chi2_contingency_p") && found.tests["chi_square_p"] == 0.0);
    let gone = letters(&"aabbc".repeat(30), &"aabb".repeat(30), ALL);
    assert_eq!(gone.direction, Some(Direction::Mix));
    assert!(gone.sentence.starts_with("categories disappeared (c)"), "{}", gone.sentence);
    let holes = letters("ab ab", "a b b", ALL);
    assert_eq!((holes.missing_reference, holes.missing_current, holes.n_current), (1, 2, 3));
}

#[test]
fn text_and_vectors_are_compared_in_their_own_way() {
    let codes: Vec<u32> = (0..200).collect();
    let texts = |words: [&str; 3]| -> Vec<String> {
        (0..200).map(|i| format!("{} {} order {}", words[i % 3], words[i % 2], i % 7)).collect()
    };
    let (was, is) = (texts(["fine", "good", "nice"]), texts(["late", "broken", "lost"]));
    let (r, c) = (Values::Text { codes: &codes, names: &was }, Values::Text { codes: &codes, names: &is });
    let text = column(Column { name: "review", reference: Some(r), current: Some(c) }, ALL);
    assert_eq!(
        (text.state, text.test, text.kind),
        (State::Drifted, Some(Method::DomainClassifier), ColumnKind::Text)
    );
    assert!(
        text.sentence.starts_with("other words: 50% of the words are new (broken, "),
        "{}",
        text.sentence
    );
    assert_eq!(text.tests["unknown_words"], 0.5);

    let cloud =
        |centre: f32| -> Vec<f32> { (0..600).map(|i| centre + ((i * 37) % 101) as f32 / 101.0).collect() };
    let (here, there) = (cloud(0.0), cloud(1.0));
    let of = |values| Some(Values::Vectors(Vectors { values, width: 3 }));
    let moved = column(Column { name: "pixels", reference: of(&here), current: of(&there) }, ALL);
    assert_eq!((moved.state, moved.n_current), (State::Drifted, 200));
    assert!(moved.sentence.ends_with("100% of 3 components drifted"), "{}", moved.sentence);
    let wider = Some(Values::Vectors(Vectors { values: &here, width: 4 }));
    let changed = column(Column { name: "pixels", reference: of(&here), current: wider }, ALL);
    assert_eq!(
        (changed.state, &changed.sentence[..]),
        (State::NotEnough, "the vectors changed from 3 to 4 numbers")
    );
}

#[test]
fn what_cannot_be_judged_says_why() {
    let nothing = [f64::NAN, f64::INFINITY];
    let some = ramp(50, 1.0, 0.0);
    let told = |reference: Option<Values>, current: Option<Values>, min_rows| {
        let found = column(Column { name: "x", reference, current }, Options { min_rows, ..ALL });
        assert_eq!((found.state, found.drifted), (State::NotEnough, false));
        found.sentence
    };
    let (nothing, some) = (Some(Values::Numeric(&nothing)), Some(Values::Numeric(&some)));
    assert_eq!(told(some, nothing, 1), "not enough data: all 2 values of the current data are missing");
    assert_eq!(told(Some(Values::Numeric(&[])), some, 1), "not enough data: the reference has no rows");
    assert_eq!(told(some, some, 100), "not enough data: the current data has 50 of 100 values");
    assert_eq!(told(some, None, 1), "the current data does not have this column");
    assert_eq!(told(None, some, 1), "the reference does not have this column");
    let names = Letters::new("ab");
    assert_eq!(told(some, Some(names.values()), 1), "the type changed from numeric to categorical");
    assert_eq!(letters("  ", "ab", ALL).state, State::NotEnough);
}

#[test]
fn constant_columns_are_stable_or_drifted() {
    assert_eq!(column(numbers(&[3.0; 40], &[3.0; 30]), ALL).state, State::Stable);
    assert_eq!(column(numbers(&[3.0; 40], &[4.0; 30]), ALL).state, State::Drifted);
    assert_eq!(letters("aaaa", "aaa", by(Definition::Scipy)).state, State::Stable);
}

#[test]
fn a_table_drifts_with_half_of_the_columns_that_could_be_judged() {
    let (still, moved, empty) = (ramp(300, 1.0, 0.0), ramp(300, 1.0, 0.4), vec![f64::NAN; 9]);
    let verdict = |currents: &[&[f64]]| {
        compare(currents.iter().map(|current| numbers(&still, current)), Options::default())
    };
    let half = verdict(&[&still, &moved, &empty]);
    assert_eq!((half.drifted, half.share_drifted, half.columns_judged), (true, 0.5, 2));
    assert!(!verdict(&[&still, &still, &moved]).drifted);
    assert_eq!(verdict(&[&empty]).share_drifted, 0.0);
}

#[test]
fn scipy_p_values_are_adjusted_for_the_number_of_columns() {
    let still = ramp(400, 1.0, 0.0);
    // Significant alone (p 0.03), not among twenty.
    let nearly = ramp(400, 1.0, 0.1);
    let alone = compare([numbers(&still, &nearly)], by(Definition::Scipy));
    let p = alone.columns[0].p_value.unwrap();
    assert!(alone.drifted && p > 0.005 && p < 0.05, "{p}");
    let columns = (0..20).map(|i| numbers(&still, if i == 0 { &nearly } else { &still }));
    let among = compare(columns, by(Definition::Scipy));
    assert!(!among.columns[0].drifted && among.columns[0].sentence.contains("after adjusting for 20"));
    assert!((among.columns[0].significance.unwrap().p_adjusted - (20.0 * p).min(1.0)).abs() < 1e-12);
}

fn finite(found: &Comparison) -> bool {
    let numbers =
        [found.score, found.p_value, found.threshold, found.shift, found.psi, found.smallest_detectable];
    let effect = found.effect;
    let effects = [effect.cohens_d, effect.cliffs_delta, effect.ks, effect.cramers_v];
    let quantiles = found.quantiles.iter().flat_map(|q| [q.reference, q.current]);
    let parts = found.contributions.iter().flat_map(|part| [part.share, part.reference, part.current]);
    let significance = found.significance.iter().map(|significance| significance.p);
    numbers
        .into_iter()
        .chain(effects)
        .flatten()
        .chain(quantiles)
        .chain(parts)
        .chain(significance)
        .all(f64::is_finite)
        && found.tests.values().all(|value| value.is_finite())
}

proptest! {
    #[test]
    fn nothing_makes_a_number_that_is_none(
        reference in prop::collection::vec(any::<f64>(), 0..40),
        current in prop::collection::vec(any::<f64>(), 0..40),
    ) {
        for definition in [Definition::Evidently, Definition::NannyMl, Definition::Scipy] {
            let found = column(numbers(&reference, &current), Options { definition, ..ALL });
            prop_assert!(finite(&found), "{found:?}");
        }
    }

    #[test]
    fn every_distance_is_zero_on_itself_and_every_p_value_one(
        values in prop::collection::vec(-50_i32..50, 2..200),
        text in "[a-f]{1,60}",
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let (numbers, names) = (column(numbers(&values, &values), ALL), letters(&text, &text, ALL));
        for (name, value) in numbers.tests.iter().chain(&names.tests) {
            let expected = if name.ends_with("_p") { 1.0 } else { 0.0 };
            // Ranks of so few values can't agree better than by chance.
            let slack = if name == "cramer_von_mises_p" { 0.1 } else { 1e-7 };
            prop_assert!((value - expected).abs() <= slack, "{name}: {value}");
        }
    }

    #[test]
    fn what_has_no_side_is_symmetric(
        left in prop::collection::vec(-50_i32..50, 2..150),
        right in prop::collection::vec(-60_i32..40, 2..150),
    ) {
        let [left, right] = [left, right].map(|side| side.into_iter().map(f64::from).collect::<Vec<_>>());
        let (there, back) = (column(numbers(&left, &right), ALL), column(numbers(&right, &left), ALL));
        for name in ["ks_statistic", "ks_p", "wasserstein", "energy", "hellinger", "cramer_von_mises_p", "t_test_p"] {
            let (a, b) = (there.tests.get(name), back.tests.get(name));
            let gap = a.zip(b).map_or(0.0, |(a, b)| (a - b).abs());
            prop_assert!(a.is_some() == b.is_some() && gap < 1e-9, "{name}: {a:?} {b:?}");
        }
        let opposite = |a: Option<f64>, b: Option<f64>| a.zip(b).is_none_or(|(a, b)| (a + b).abs() < 1e-9);
        prop_assert!(opposite(there.effect.cohens_d, back.effect.cohens_d));
        prop_assert!(opposite(there.effect.cliffs_delta, back.effect.cliffs_delta));
    }

    #[test]
    fn a_column_is_stable_against_itself(values in prop::collection::vec(-50_i32..50, 1..200), text in "[a-f ]{1,60}") {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        for definition in [Definition::Evidently, Definition::NannyMl, Definition::Scipy] {
            let options = Options { definition, ..ALL };
            let found = column(numbers(&values, &values), options);
            prop_assert_eq!((found.state, found.shift.unwrap_or(0.0)), (State::Stable, 0.0));
            prop_assert!(letters(&text, &text, options).state != State::Drifted);
        }
    }
}
