//! Columns of numbers.

use std::collections::BTreeMap;

use super::{
    super::{
        Effect, Method, Pair, Sample, cramer, distance, effect,
        evidently::{self, Bins, binned},
        nannyml, significance, smirnov,
    },
    ColumnKind, Comparison, Decision, Definition, Options, QuantileShift, Significance, names, words,
};
use crate::{bins::short, drift::State};

/// Evidently takes whole numbers of up to so many distinct current values for categories.
const FEW_WHOLE: usize = 10;
/// Up to so many, chi-square tests may be of interest.
const SOME_WHOLE: usize = 100;
const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

pub(super) fn compare(
    name: &str,
    reference: &[f64],
    current: &[f64],
    whole: bool,
    options: Options,
) -> Comparison {
    let mut found = Comparison::new(name, if whole { ColumnKind::Integer } else { ColumnKind::Numeric });
    let rows = (reference.len(), current.len());
    let (r, c) = (Sample::new(reference), Sample::new(current));
    found.count((r.len(), c.len()), rows);
    let Some(pair) = Pair::new(&r, &c) else {
        found.sentence = words::not_enough(&found, options.min_rows);
        return found;
    };
    // A whole column with a hole is one of floating point to pandas, and so to Evidently.
    let counted = whole && found.missing_reference + found.missing_current == 0;
    let decision = decide(&pair, reference, counted, options.definition);
    found.decide(&decision, options.min_rows);
    describe(&mut found, &pair, counted);
    if options.all_tests {
        found.tests = all(&pair, counted);
    }
    found.direction = found.drifted.then(|| words::direction_of_numbers(&pair));
    found.sentence = match found.state {
        State::NotEnough => words::not_enough(&found, options.min_rows),
        _ => words::of_numbers(&found, &pair),
    };
    found
}

fn decide(pair: &Pair, reference: &[f64], whole: bool, definition: Definition) -> Decision {
    match definition {
        Definition::Evidently => Decision::evidently(by_evidently(pair, whole)),
        Definition::Scipy => {
            let p = smirnov::p_value(pair.walk.gap, pair.reference.len(), pair.current.len());
            Decision::scipy(Method::KolmogorovSmirnov, Some(p))
        }
        Definition::NannyMl => {
            let Some(fitted) = nannyml::Numeric::new(pair.reference) else {
                return Decision::nannyml(None, &[]);
            };
            let chunks = nannyml::chunks(reference).map(Sample::new);
            let chunks: Vec<f64> = chunks.filter_map(|chunk| fitted.jensen_shannon(&chunk)).collect();
            Decision::nannyml(fitted.jensen_shannon(pair.current), &chunks)
        }
    }
}

fn by_evidently(pair: &Pair, whole: bool) -> evidently::Outcome {
    if is_categorical(pair, whole) {
        let (_, r, c) = evidently::counts(pair.reference, pair.current);
        return evidently::of_counts(&r, &c, None);
    }
    evidently::of_pair(pair, whole, None)
}

fn is_categorical(pair: &Pair, whole: bool) -> bool {
    whole && pair.current.distinct().nth(FEW_WHOLE).is_none()
}

/// What is told beside the verdict.
fn describe(found: &mut Comparison, pair: &Pair, whole: bool) {
    let (r, c) = (pair.reference, pair.current);
    let of = |q: f64| QuantileShift { q, reference: r.quantile(q), current: c.quantile(q) };
    // Values near the ends of the range of numbers have differences beyond it.
    let told = |q: &QuantileShift| q.reference.is_finite() && q.current.is_finite();
    found.quantiles = QUANTILES.map(of).into_iter().filter(told).collect();
    found.shift = (r.std() > 0.0).then(|| (c.mean() - r.mean()) / r.std()).filter(|shift| shift.is_finite());
    found.effect = Effect::of_numbers(pair);
    let p = smirnov::p_value(pair.walk.gap, r.len(), c.len());
    let test = Method::KolmogorovSmirnov;
    found.significance = Some(Significance { test, statistic: Some(pair.walk.gap), p, p_adjusted: p });
    found.smallest_detectable = effect::detectable_shift(found.n_reference, found.n_current);
    let table = binned(r, c, whole);
    found.blame(&table.reference, &table.current, |bin| match &table.bins {
        Bins::Values(values) => format!("= {}", short(values[bin])),
        Bins::Edges(edges) => format!("{} to {}", short(edges[bin]), short(edges[bin + 1])),
    });
}

/// Every test by the name it is recorded under; of whole numbers that are categories to Evidently those of categories.
fn all(pair: &Pair, whole: bool) -> BTreeMap<String, f64> {
    let (r, c, walk) = (pair.reference, pair.current, &pair.walk);
    let by = |method| evidently::of_pair(pair, whole, Some(method)).score;
    let fitted = nannyml::Numeric::new(r);
    let fitted = fitted.as_ref();
    let tests = [
        ("ks_statistic", Some(walk.gap)),
        ("ks_p", by(Method::KolmogorovSmirnov)),
        ("wasserstein", Some(walk.area)),
        ("wasserstein_normed", by(Method::WassersteinNormed)),
        ("psi", by(Method::Psi)),
        ("kl", by(Method::KullbackLeibler)),
        ("jensen_shannon_ln", by(Method::JensenShannon)),
        ("hellinger", by(Method::Hellinger)),
        ("energy", Some(distance::energy_of(walk))),
        ("cramer_von_mises_p", cramer::of(pair).map(|test| test.p)),
        ("t_test_p", significance::t_test(r, c).map(|test| test.p)),
        ("nannyml_jensen_shannon", fitted.and_then(|f| f.jensen_shannon(c))),
        ("nannyml_hellinger", fitted.and_then(|f| f.hellinger(c))),
        ("nannyml_wasserstein", fitted.and_then(|f| f.wasserstein(c))),
        ("nannyml_ks", fitted.and_then(|f| f.kolmogorov_smirnov(c))),
    ];
    let known = tests.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let mut tests: BTreeMap<String, f64> = known.filter(|(_, value)| value.is_finite()).collect();
    if whole && c.distinct().nth(SOME_WHOLE).is_none() {
        let (_, reference, current) = evidently::counts(r, c);
        let own = is_categorical(pair, whole);
        let of_names = names::all(&reference, &current).into_iter();
        tests.extend(of_names.filter(|(name, _)| own || name.starts_with("chi")));
    }
    tests
}
