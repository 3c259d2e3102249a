//! Live drift of one column: how far a window's counters are from the reference, and in which way.
//!
//! Owns the distances on fixed bins and the sentence that explains them. Shares include missing values and new
//! categories as bins of their own, so that a sensor that falls silent is drift too.

use serde::{Deserialize, Serialize};

use crate::{
    bins::Bins,
    bounds::{self, Bounded},
    column::{Counts, Reference},
    explain,
    live::{TextShift, VectorShift},
    report::effect::{Effect, detectable_association, detectable_shift},
    special::{chi_square_quantile, chi_square_sf},
};

/// The usual PSI from which a shift is called large.
pub const PSI_THRESHOLD: f64 = 0.2;
/// Normal quantile of 0.95.
const Z90: f64 = 1.644_853_626_951_472_2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Stable,
    Drifted,
    /// The value says drift but so few rows show as much by chance, or bins can't tell: the rows themselves might.
    Undecided,
    /// Too few rows in the window or the reference to say.
    NotEnough,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Higher,
    Lower,
    Wider,
    Narrower,
    /// Categories that the reference does not have.
    NewCategories,
    /// More rows without a value.
    Missing,
    /// Another mix of the same categories, or another shape with like mean and spread.
    Mix,
}

/// The outcome of a test: its statistic and the probability of one as large without drift.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Test {
    pub statistic: f64,
    pub p: f64,
}

/// A bin's part in the drift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Contribution {
    pub bin: String,
    /// Share of the PSI, 0 to 1.
    pub share: f64,
    /// Share of the rows in the reference and in the window.
    pub reference: f64,
    pub current: f64,
}

/// How far one column is from its reference. Every number is finite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Drift {
    pub name: String,
    pub state: State,
    /// Population stability index; 0 while one side is empty.
    pub psi: f64,
    /// The PSI that 95% of windows of this size stay below without any drift: what n rows cannot resolve.
    pub psi_noise: f64,
    /// Jensen-Shannon distance, natural logarithm, 0 to 0.833.
    pub js: f64,
    /// Hellinger distance, 0 to 1.
    pub hellinger: f64,
    /// How likely a difference as large is without drift: by chi-square on the bins; of text and vectors, by what
    /// decides among the several numbers they are watched by. 1 where nothing was tested.
    pub p: f64,
    /// Homogeneity of window and reference (2 x bins contingency table, Pearson).
    pub chi_square: Option<Test>,
    /// Two-sample Kolmogorov-Smirnov at the bin edges: the true statistic is at least this.
    pub ks: Option<Test>,
    /// And at most this.
    pub ks_bound: Option<f64>,
    /// Wasserstein distance in standard deviations of the reference, between bounds for certain.
    pub wasserstein: Option<Bounded>,
    /// Rows in the window and in the reference.
    pub n: u64,
    pub n_reference: u64,
    pub direction: Option<Direction>,
    /// Difference of the means in standard deviations of the reference.
    pub shift: Option<f64>,
    /// How large the difference is, whatever the rows.
    pub effect: Effect,
    /// The smallest difference that so many rows show four times of five at 5%: standard deviations for numbers,
    /// Cramér's V for categories.
    pub smallest_detectable: Option<f64>,
    /// Largest share of the PSI first.
    pub contributions: Vec<Contribution>,
    pub sentence: String,
    /// What a column of running text, or of vectors, is told by; the numbers above are then those of its lengths, or of
    /// the means of its elements, but for `psi`, `psi_noise`, `p` and `state`, which are those of what moved most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<TextShift>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vector: Option<VectorShift>,
}

/// Compares a window with its reference. It has drifted where the PSI reaches the threshold and is also more
/// than windows of this size show by chance; under `min_rows` rows on either side nothing is said.
pub fn drift(reference: &Reference, counts: &Counts, min_rows: u64, psi_threshold: f64) -> Drift {
    let table = Table::new(reference, counts);
    let (r, c) = (shares(&table.reference), shares(&table.current));
    let terms = psi_terms(&r, &c);
    let psi: f64 = terms.iter().sum();
    let (n, n_reference) = (counts.rows(), reference.rows());
    let psi_noise = psi_noise(table.labels.len(), n, n_reference);
    let enough = n.min(n_reference) >= min_rows.max(1);
    let state = match enough {
        false => State::NotEnough,
        true if psi >= psi_threshold && psi > psi_noise => State::Drifted,
        true if psi >= psi_threshold => State::Undecided,
        true => State::Stable,
    };
    let ks = bounds::kolmogorov_smirnov(reference, counts);
    let chi_square = pearson(&table.reference, &table.current, 0.0);
    let shift = explain::shift(reference, counts);
    let mut drift = Drift {
        name: reference.name.clone(),
        state,
        psi,
        psi_noise,
        js: jensen_shannon(&r, &c),
        hellinger: hellinger(&r, &c),
        p: chi_square.map_or(1.0, |test| test.p),
        chi_square,
        ks: ks.map(|ks| ks_test(ks.low, counts.n, reference.n)),
        ks_bound: ks.map(|ks| ks.high),
        wasserstein: bounds::wasserstein(reference, counts),
        n,
        n_reference,
        direction: (state == State::Drifted).then(|| explain::direction(reference, counts)),
        shift,
        effect: effect(reference, counts, shift, chi_square),
        smallest_detectable: match reference.bins {
            Bins::Numeric { .. } => detectable_shift(counts.n, reference.n),
            Bins::Categorical { .. } => detectable_association(table.labels.len(), n + n_reference),
        },
        contributions: contributions(table.labels, &terms, &r, &c),
        sentence: String::new(),
        text: None,
        vector: None,
    };
    drift.sentence = match enough {
        true => explain::sentence(&drift, reference, counts, psi_threshold),
        false => explain::not_enough(&drift, min_rows),
    };
    drift
}

/// Both sides on the same bins: the reference's own, then `new categories` and `missing` where there are any.
struct Table {
    labels: Vec<String>,
    reference: Vec<u64>,
    current: Vec<u64>,
}

impl Table {
    fn new(reference: &Reference, counts: &Counts) -> Self {
        let mut table = Self {
            labels: (0..reference.bins.len()).map(|bin| reference.bins.label(bin)).collect(),
            reference: reference.counts.clone(),
            current: counts.bins.clone(),
        };
        table.push_unless_empty("new categories", reference.rare, counts.unseen_rows);
        table.push_unless_empty("missing", reference.missing, counts.missing);
        table
    }
    fn push_unless_empty(&mut self, label: &str, reference: u64, current: u64) {
        if reference + current > 0 {
            self.labels.push(label.to_owned());
            self.reference.push(reference);
            self.current.push(current);
        }
    }
}

/// Counts as shares of their sum; all 0 when there are none.
pub(crate) fn shares(counts: &[u64]) -> Vec<f64> {
    let sum = counts.iter().sum::<u64>().max(1) as f64;
    counts.iter().map(|count| *count as f64 / sum).collect()
}

/// Evidently's filling of empty bins: a millionth of the smallest share where that is at most 1e-4, else 1e-4.
pub(crate) fn zero_filled(shares: &[f64]) -> Vec<f64> {
    let least = shares.iter().copied().filter(|share| *share > 0.0).fold(f64::INFINITY, f64::min);
    let fill = if least <= 1e-4 { least / 1e6 } else { 1e-4 };
    shares.iter().map(|share| if *share == 0.0 { fill } else { *share }).collect()
}

/// The terms of PSI = sum((r - c) ln(r / c)); all 0 when one side is empty.
pub(crate) fn psi_terms(reference: &[f64], current: &[f64]) -> Vec<f64> {
    if is_empty(reference) || is_empty(current) {
        return vec![0.0; reference.len()];
    }
    let both_empty = |r: f64, c: f64| r == 0.0 && c == 0.0;
    let (filled_r, filled_c) = (zero_filled(reference), zero_filled(current));
    let term = |i: usize| match both_empty(reference[i], current[i]) {
        true => 0.0,
        false => (filled_r[i] - filled_c[i]) * (filled_r[i] / filled_c[i]).ln(),
    };
    (0..reference.len()).map(term).collect()
}

fn is_empty(shares: &[f64]) -> bool {
    shares.iter().all(|share| *share == 0.0)
}

/// sqrt of the mean divergence from the middle, natural logarithm; 0 when one side is empty.
pub(crate) fn jensen_shannon(reference: &[f64], current: &[f64]) -> f64 {
    if is_empty(reference) || is_empty(current) {
        return 0.0;
    }
    let toward = |share: f64, middle: f64| if share > 0.0 { share * (share / middle).ln() } else { 0.0 };
    let divergence: f64 = reference
        .iter()
        .zip(current)
        .map(|(r, c)| toward(*r, r.midpoint(*c)) + toward(*c, r.midpoint(*c)))
        .sum();
    (divergence / 2.0).max(0.0).sqrt()
}

/// Pearson's test of the 2 x k table; bins empty on both sides don't count. Each observed count is first moved
/// towards the expected one by the correction (Yates' is 0.5).
pub(crate) fn pearson(reference: &[u64], current: &[u64], correction: f64) -> Option<Test> {
    let (n_r, n_c) = (reference.iter().sum::<u64>() as f64, current.iter().sum::<u64>() as f64);
    let used: Vec<_> = reference.iter().zip(current).filter(|(r, c)| **r + **c > 0).collect();
    if n_r == 0.0 || n_c == 0.0 || used.len() < 2 {
        return None;
    }
    let part = |observed: u64, expected: f64| {
        let difference = (observed as f64 - expected).abs();
        (difference - correction.min(difference)).powi(2) / expected
    };
    let cell = |(r, c): &(&u64, &u64)| {
        let share = (**r + **c) as f64 / (n_r + n_c);
        part(**r, share * n_r) + part(**c, share * n_c)
    };
    let statistic = used.iter().map(cell).sum();
    Some(Test { statistic, p: chi_square_sf(statistic, (used.len() - 1) as f64) })
}

/// Without drift PSI is close to (1/n + 1/m) chi-square with bins - 1 degrees of freedom (Yurdakul, 2018).
fn psi_noise(bins: usize, n: u64, m: u64) -> f64 {
    if n == 0 || m == 0 {
        return 0.0;
    }
    chi_square_quantile(bins.saturating_sub(1) as f64, Z90) * (1.0 / n as f64 + 1.0 / m as f64)
}

/// The p-value of a gap between a window of `n` values and a reference of `m`.
fn ks_test(statistic: f64, n: u64, m: u64) -> Test {
    let (n, m) = (n as f64, m as f64);
    Test { statistic, p: kolmogorov_sf(statistic * (n * m / (n + m)).sqrt()) }
}

/// From the sums of a window: Cohen's d for numbers, Cramér's V of the bins for categories.
fn effect(reference: &Reference, counts: &Counts, shift: Option<f64>, chi_square: Option<Test>) -> Effect {
    match (&reference.bins, shift, counts.std(reference)) {
        (Bins::Numeric { .. }, Some(shift), Some(std)) => {
            let (n, m) = (counts.n as f64, reference.n as f64);
            let squares = n * std.powi(2) + m * reference.std.powi(2);
            let pooled = (squares / (n + m - 2.0).max(1.0)).sqrt();
            Effect::of_shift(if pooled > 0.0 { shift * reference.std / pooled } else { 0.0 })
        }
        (Bins::Numeric { .. }, ..) => Effect::default(),
        _ => {
            let statistic = chi_square.map_or(0.0, |test| test.statistic);
            Effect::of_categories(statistic, counts.rows() + reference.rows())
        }
    }
}

/// Of shares: sqrt(1 - sum sqrt(rc)), in the form that is exact near 0; 0 when one side is empty.
pub(crate) fn hellinger(reference: &[f64], current: &[f64]) -> f64 {
    if is_empty(reference) || is_empty(current) {
        return 0.0;
    }
    let squares: f64 = reference.iter().zip(current).map(|(r, c)| (r.sqrt() - c.sqrt()).powi(2)).sum();
    (squares / 2.0).min(1.0).sqrt()
}

/// The limiting distribution of the Kolmogorov-Smirnov statistic times sqrt(n).
fn kolmogorov_sf(x: f64) -> f64 {
    if x < 0.2 {
        return 1.0;
    }
    let term = |k: i32| {
        let sign = if k % 2 == 1 { 1.0 } else { -1.0 };
        sign * (-2.0 * f64::from(k * k) * x * x).exp()
    };
    (2.0 * (1..=100).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

fn contributions(labels: Vec<String>, terms: &[f64], r: &[f64], c: &[f64]) -> Vec<Contribution> {
    let psi = terms.iter().sum::<f64>();
    let share = |term: f64| if psi > 0.0 { term / psi } else { 0.0 };
    let mut all: Vec<_> = labels
        .into_iter()
        .enumerate()
        .map(|(i, bin)| Contribution { bin, share: share(terms[i]), reference: r[i], current: c[i] })
        .collect();
    all.sort_by(|a, b| b.share.total_cmp(&a.share));
    all
}

/// p-values adjusted so that, of the columns called drifted at a level, at most that share is false (Benjamini
/// and Hochberg, 1995); in the order given.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (position, index) in order.into_iter().enumerate() {
        let rank = (p.len() - position) as f64;
        least = least.min(p[index] * p.len() as f64 / rank);
        adjusted[index] = least;
    }
    adjusted
}

#[cfg(test)]
#[path = "drift_tests.rs"]
mod tests;
