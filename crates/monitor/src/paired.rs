//! Tests of no difference between two models on the same rows.
//!
//! Owns the statistics; the tail probabilities they end in are [`crate::special`]'s.

use tidegate_core::run::PairedTest;

use crate::special::{chi_square_sf, normal_two_sided, sign_test, student_two_sided};

/// From so many discordant pairs on, chi-square is as good as the exact test (statsmodels' advice).
const EXACT_PAIRS: u64 = 1_000;
/// Up to so many differences, none of them 0 or tied, Wilcoxon's distribution is computed exactly, as scipy does.
const EXACT_RANKS: usize = 50;

/// McNemar's test: on how many rows only the challenger was right, and on how many only the champion.
pub(crate) fn mcnemar(gained: u64, lost: u64) -> PairedTest {
    if gained + lost <= EXACT_PAIRS {
        return PairedTest { name: "McNemar, exact".into(), p: sign_test(gained, lost) };
    }
    let apart = gained.abs_diff(lost).saturating_sub(1) as f64;
    let statistic = apart * apart / (gained + lost) as f64;
    let name = "McNemar, chi-square with continuity correction";
    PairedTest { name: name.into(), p: chi_square_sf(statistic, 1.0) }
}

/// Student's t on the differences of pairs; `None` for fewer than two, and where they are all the same.
pub(crate) fn paired_t(differences: &[f64]) -> Option<PairedTest> {
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let squares: f64 = differences.iter().map(|difference| (difference - mean).powi(2)).sum();
    let error = (squares / (n - 1.0) / n).sqrt();
    let test = || PairedTest { name: "paired t".into(), p: student_two_sided(mean / error, n - 1.0) };
    (differences.len() > 1 && error > 0.0).then(test)
}

/// Wilcoxon's signed ranks. Differences of 0 are left out; ties share their mean rank; beyond 50 differences, or
/// with ties or zeros, by the normal approximation (scipy's `wilcoxon` with `method="auto"`). `None` without any.
pub(crate) fn wilcoxon(differences: &[f64]) -> Option<PairedTest> {
    let mut sizes: Vec<(f64, bool)> = differences
        .iter()
        .filter(|difference| difference.is_finite() && **difference != 0.0)
        .map(|difference| (difference.abs(), *difference > 0.0))
        .collect();
    sizes.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let n = sizes.len();
    let (mut below, mut positive, mut ties) = (0.0, 0.0, 0.0);
    for tied in sizes.chunk_by(|a, b| a.0 == b.0) {
        let t = tied.len() as f64;
        let rank = below + (t + 1.0) / 2.0;
        positive += rank * tied.iter().filter(|(_, positive)| *positive).count() as f64;
        ties += t * t * t - t;
        below += t;
    }
    if n == 0 {
        return None;
    }
    if n <= EXACT_RANKS && ties == 0.0 && n == differences.len() {
        return Some(PairedTest { name: "Wilcoxon, exact".into(), p: signed_rank_p(positive as usize, n) });
    }
    let n = n as f64;
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    let z = (positive - n * (n + 1.0) / 4.0) / variance.max(f64::MIN_POSITIVE).sqrt();
    Some(PairedTest { name: "Wilcoxon".into(), p: normal_two_sided(z) })
}

/// Two-sided probability of a rank sum as far from its middle as this one, over all signs of ranks 1 to n.
fn signed_rank_p(sum: usize, n: usize) -> f64 {
    let most = n * (n + 1) / 2;
    let mut ways = vec![0.0; most + 1];
    ways[0] = 1.0;
    for rank in 1..=n {
        for sum in (rank..=most).rev() {
            ways[sum] += ways[sum - rank];
        }
    }
    let tail: f64 = ways[..=sum.min(most - sum)].iter().sum();
    (2.0 * tail / 2.0_f64.powi(n as i32)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() <= 1e-9 * expected, "{actual} is not {expected}");
    }

    fn pairs(n: u32, more: f64) -> Vec<f64> {
        let pair = |i: u32| {
            let (x, y) = (f64::from(i * 37 % 101) / 10.0, f64::from(i * 53 % 97) / 9.0);
            (x + 0.001 * f64::from(i)) - (y + 0.003 * f64::from(i) + more)
        };
        (0..n).map(pair).collect()
    }

    /// statsmodels 0.15.0, `mcnemar(table, exact=..., correction=True)`.
    #[test]
    fn mcnemar_agrees_with_statsmodels() {
        for (gained, lost, p) in
            [(3, 11, 0.057_373_046_875), (0, 5, 0.0625), (40, 61, 0.046_044_066_929_342_785)]
        {
            close(mcnemar(gained, lost).p, p);
        }
        close(mcnemar(700, 560).p, 9.007_453_012_614_099e-5);
        let many = mcnemar(600, 700);
        close(many.p, 0.006_036_981_097_798_615);
        assert!(many.name.contains("continuity"), "{}", many.name);
        assert_eq!(mcnemar(0, 0).p, 1.0);
    }

    /// scipy 1.17.1, `wilcoxon(x, y)` and `ttest_rel(x, y)`.
    #[test]
    fn signed_ranks_and_t_agree_with_scipy() {
        let few = pairs(20, 0.0);
        close(wilcoxon(&few).unwrap().p, 0.935_852_031_881_218_1);
        close(paired_t(&few).unwrap().p, 0.929_251_223_434_315_4);
        let many = pairs(200, 0.3);
        close(wilcoxon(&many).unwrap().p, 0.017_691_571_876_195_984);
        close(paired_t(&many).unwrap().p, 0.008_246_360_206_622_5);
        let tied: Vec<f64> = (0..60).map(|i| f64::from(i * 37 % 11) - f64::from(i * 53 % 13)).collect();
        close(wilcoxon(&tied).unwrap().p, 0.257_143_213_448_920_1);
        close(paired_t(&tied).unwrap().p, 0.233_047_627_328_355_3);
    }

    #[test]
    fn nothing_to_test_is_no_test() {
        assert_eq!(wilcoxon(&[0.0, 0.0]), None);
        assert_eq!(paired_t(&[1.0]), None);
        assert_eq!(paired_t(&[2.0, 2.0]), None);
        assert_eq!(paired_t(&[]), None);
    }
}
