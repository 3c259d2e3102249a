//! Tail probabilities of the distributions the tests need.
//!
//! Owns their edge cases (no degrees of freedom, zero, infinity), so that no test panics or yields NaN.

use statrs::function::{
    beta::beta_reg,
    erf::{erf_inv, erfc},
    gamma::gamma_ur,
};

/// P(X > x) for a chi-square variable; 1 for no degrees of freedom.
pub fn chi_square_sf(x: f64, degrees: f64) -> f64 {
    match x {
        x if degrees <= 0.0 || x.is_nan() || x <= 0.0 => 1.0,
        f64::INFINITY => 0.0,
        x => gamma_ur(degrees / 2.0, x / 2.0).clamp(0.0, 1.0),
    }
}

/// P(|Z| > |z|) for a standard normal variable.
pub fn normal_two_sided(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The standard normal value that this share lies below; the share is kept inside (0, 1).
pub fn normal_quantile(share: f64) -> f64 {
    let share = share.clamp(1e-15, 1.0 - 1e-15);
    std::f64::consts::SQRT_2 * erf_inv(2.0 * share - 1.0)
}

/// P(|T| > |t|) for Student's t.
pub fn student_two_sided(t: f64, degrees: f64) -> f64 {
    if degrees <= 0.0 || t.is_nan() {
        return 1.0;
    }
    beta_reg(degrees / 2.0, 0.5, degrees / (degrees + t * t)).clamp(0.0, 1.0)
}

/// The chi-square value that equal data stay below with the probability that `z` standard deviations leave
/// (Wilson and Hilferty's cube; within 1% for one degree of freedom or more at z = 1.645).
pub fn chi_square_quantile(degrees: f64, z: f64) -> f64 {
    if degrees <= 0.0 {
        return 0.0;
    }
    let spread = 2.0 / (9.0 * degrees);
    degrees * (1.0 - spread + z * spread.sqrt()).powi(3)
}

/// Two-sided exact binomial test of `a` against `b` successes at equal odds (McNemar's test on discordant
/// pairs); beyond 1000 pairs the normal approximation with continuity correction.
pub fn sign_test(a: u64, b: u64) -> f64 {
    let pairs = (a + b) as f64;
    if a == b {
        return 1.0;
    }
    if a + b > 1_000 {
        let z = (a.abs_diff(b) as f64 - 1.0) / pairs.sqrt();
        return normal_two_sided(z);
    }
    let fewer = a.min(b) as f64;
    (2.0 * beta_reg(pairs - fewer, fewer + 1.0, 0.5)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() <= 1e-9 * expected.abs(), "{actual} is not {expected}");
    }

    /// Expected values from scipy 1.17.1 (`chi2.sf`, `norm.sf`, `t.sf`, `binomtest`).
    #[test]
    fn tails_agree_with_scipy() {
        close(chi_square_sf(2.794_086_343_592_296_5, 4.0), 0.592_853_946_813_488_4);
        close(chi_square_sf(100.0, 3.0), 1.554_159_431_389_604_8e-21);
        close(normal_two_sided(6.0), 1.973_175_290_075_396e-9);
        close(student_two_sided(3.5, 12.0), 0.004_381_869_431_748_154);
        close(sign_test(4, 17), 0.007_197_380_065_917_969);
        close(normal_quantile(0.975), 1.959_963_984_540_054);
        close(normal_quantile(0.99999), 4.264_890_793_923_841);
    }

    #[test]
    fn edges_are_probabilities() {
        assert_eq!(chi_square_sf(f64::INFINITY, 3.0), 0.0);
        assert_eq!(chi_square_sf(1.0, 0.0), 1.0);
        assert_eq!(student_two_sided(f64::NAN, 3.0), 1.0);
        assert_eq!(sign_test(0, 0), 1.0);
        assert!(sign_test(600, 700) < 0.01);
    }
}
