//! Columns of categories.

use std::collections::BTreeMap;

use super::{
    super::{Effect, Method, effect, evidently, nannyml, significance},
    ColumnKind, Comparison, Decision, Definition, Options, Significance, words,
};
use crate::drift::{Direction, State, Test};

/// Codes and the names they stand for.
pub(super) type Side<'a> = (&'a [u32], &'a [String]);

pub(super) fn compare(
    name: &str,
    reference: Side,
    current: Side,
    kind: ColumnKind,
    options: Options,
) -> Comparison {
    let mut found = Comparison::new(name, kind);
    let table = Table::new(reference, current);
    let n = |counts: &[u64]| counts.iter().sum::<u64>() as usize;
    found.count((n(&table.reference), n(&table.current)), (reference.0.len(), current.0.len()));
    if found.n_reference.min(found.n_current) == 0 {
        found.sentence = words::not_enough(&found, options.min_rows);
        return found;
    }
    let contingency = significance::chi_square_contingency(&table.reference, &table.current);
    let decision = match options.definition {
        Definition::Evidently => {
            Decision::evidently(evidently::of_counts(&table.reference, &table.current, None))
        }
        Definition::Scipy => Decision::scipy(
            Method::ChiSquareContingency,
            // One category on both sides can't differ.
            Some(contingency.map_or(1.0, |test| test.p)),
        ),
        Definition::NannyMl => {
            let score = nannyml::jensen_shannon_of_counts(&table.reference, &table.current);
            Decision::nannyml(score, &table.of_chunks(reference))
        }
    };
    found.decide(&decision, options.min_rows);
    describe(&mut found, &table, contingency);
    if options.all_tests {
        found.tests = all(&table.reference, &table.current);
    }
    found.sentence = match found.state {
        State::NotEnough => words::not_enough(&found, options.min_rows),
        _ => words::of_names(&found, &table.only_in(&table.current), &table.only_in(&table.reference)),
    };
    found
}

fn describe(found: &mut Comparison, table: &Table, contingency: Option<Test>) {
    let n = found.n_reference + found.n_current;
    // Yates' correction is for the p-value; the size of the effect is told without.
    let plain = crate::drift::pearson(&table.reference, &table.current, 0.0);
    found.effect = Effect::of_categories(plain.map_or(0.0, |test| test.statistic), n);
    found.significance = contingency.map(|Test { statistic, p }| Significance {
        test: Method::ChiSquareContingency,
        statistic: Some(statistic),
        p,
        p_adjusted: p,
    });
    found.smallest_detectable = effect::detectable_association(table.names.len(), n);
    found.blame(&table.reference, &table.current, |bin| table.names[bin].to_owned());
    let new = table.reference.iter().zip(&table.current).any(|(r, c)| *r == 0 && *c > 0);
    found.direction = found.drifted.then_some(if new { Direction::NewCategories } else { Direction::Mix });
}

/// Every test by the name it is recorded under.
pub(super) fn all(r: &[u64], c: &[u64]) -> BTreeMap<String, f64> {
    let contingency = significance::chi_square_contingency(r, c);
    let by = |method| evidently::of_counts(r, c, Some(method)).score;
    let tests = [
        ("psi", by(Method::Psi)),
        ("kl", by(Method::KullbackLeibler)),
        ("jensen_shannon_ln", by(Method::JensenShannon)),
        ("hellinger", by(Method::Hellinger)),
        ("chi_square_p", by(Method::ChiSquare)),
        ("chi2_contingency_statistic", contingency.map(|test| test.statistic)),
        ("chi2_contingency_p", contingency.map(|test| test.p)),
        ("z_p", (r.len() <= 2).then(|| by(Method::Z)).flatten()),
        ("nannyml_jensen_shannon", nannyml::jensen_shannon_of_counts(r, c)),
        ("nannyml_hellinger", nannyml::hellinger_of_counts(r, c)),
        ("nannyml_l_infinity", nannyml::l_infinity_of_counts(r, c)),
    ];
    let known = tests.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    known.filter(|(_, value)| value.is_finite()).collect()
}

/// How often each name that occurs does so on either side, in alphabetical order.
struct Table<'a> {
    names: Vec<&'a str>,
    reference: Vec<u64>,
    current: Vec<u64>,
}

impl<'a> Table<'a> {
    fn new(reference: Side<'a>, current: Side<'a>) -> Self {
        let mut both = BTreeMap::<&str, (u64, u64)>::new();
        occurring(reference).for_each(|(name, n)| both.entry(name).or_default().0 += n);
        occurring(current).for_each(|(name, n)| both.entry(name).or_default().1 += n);
        let names = both.keys().copied().collect();
        let (reference, current) = both.into_values().unzip();
        Self { names, reference, current }
    }

    /// Names with rows in one column of the table and none in the other, the most common first.
    fn only_in(&self, side: &[u64]) -> Vec<String> {
        let both = self.reference.iter().zip(&self.current);
        let mut only: Vec<(u64, &str)> = both
            .zip(side)
            .zip(&self.names)
            .filter(|(((r, c), own), _)| **own > 0 && **r + **c == **own)
            .map(|((_, own), name)| (*own, *name))
            .collect();
        only.sort_by_key(|(rows, _)| std::cmp::Reverse(*rows));
        only.into_iter().map(|(_, name)| name.to_owned()).collect()
    }

    /// NannyML's distance of each chunk of the reference from the whole of it.
    fn of_chunks(&self, (codes, names): Side) -> Vec<f64> {
        let place = |name: &String| self.names.binary_search(&name.as_str()).unwrap_or(usize::MAX);
        let places: Vec<usize> = names.iter().map(place).collect();
        let distance = |chunk: &[u32]| {
            let mut counts = vec![0; self.names.len()];
            for code in chunk {
                let count = places.get(*code as usize).and_then(|place| counts.get_mut(*place));
                count.into_iter().for_each(|count| *count += 1);
            }
            nannyml::jensen_shannon_of_counts(&self.reference, &counts)
        };
        nannyml::chunks(codes).filter_map(distance).collect()
    }
}

/// The names that occur, with how often.
fn occurring<'a>((codes, names): Side<'a>) -> impl Iterator<Item = (&'a str, u64)> {
    let mut counts = vec![0; names.len()];
    for code in codes {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    }
    names.iter().map(String::as_str).zip(counts).filter(|(_, count)| *count > 0)
}
