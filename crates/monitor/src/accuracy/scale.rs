//! The bins of a probability: fine where probabilities crowd, near 0 and near 1.
//!
//! Owns the way from a probability to its bin and back.

/// Bins between one power of two and the next.
const PER_OCTAVE: f64 = 64.0;
/// Probabilities below 2^-16 share a bin.
const OCTAVES: i32 = 16;
/// Bins of the lower half.
const HALF: i32 = (OCTAVES - 1) * PER_OCTAVE as i32 + 1;
/// All bins: no bin is wider than 1/256, and none below 1/2 spans more than 1/64 of its own value.
pub(crate) const BINS: i32 = 2 * HALF;

/// Ascending with the probability, from 0 to [`BINS`] - 1; what lies outside 0 to 1 is clamped, NaN counts as 0.
pub(crate) fn bin(probability: f64) -> i32 {
    if probability >= 0.5 { BINS - 1 - low(1.0 - probability) } else { low(probability) }
}

fn low(probability: f64) -> i32 {
    let scaled = probability * f64::from(1 << OCTAVES);
    if scaled.is_nan() || scaled < 1.0 {
        return 0;
    }
    // 1 <= scaled <= 2^15: its exponent is the octave.
    let octave = (scaled.log2().floor() as i32).min(OCTAVES - 2);
    let within = (scaled / 2_f64.powi(octave) - 1.0) * PER_OCTAVE;
    1 + octave * PER_OCTAVE as i32 + (within as i32).clamp(0, PER_OCTAVE as i32 - 1)
}

/// Where a bin begins; that of [`BINS`] is 1.
pub(crate) fn edge(bin: i32) -> f64 {
    match bin {
        bin if bin <= 0 => 0.0,
        bin if bin <= HALF => {
            let (octave, within) = ((bin - 1) / PER_OCTAVE as i32, (bin - 1) % PER_OCTAVE as i32);
            2_f64.powi(octave - OCTAVES) * (1.0 + f64::from(within) / PER_OCTAVE)
        }
        bin => 1.0 - edge(BINS - bin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bins_cover_all_probabilities_in_order() {
        assert_eq!((bin(0.0), bin(1.0), bin(f64::NAN), bin(-3.0), bin(7.0)), (0, BINS - 1, 0, 0, BINS - 1));
        assert_eq!((edge(0), edge(HALF), edge(BINS)), (0.0, 0.5, 1.0));
        assert!((0..BINS).all(|bin| edge(bin) < edge(bin + 1)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]
        #[test]
        fn a_probability_lies_in_its_bin(p in prop_oneof![0.0_f64..=1.0, 0.0_f64..1e-3, 0.999_f64..=1.0]) {
            let at = bin(p);
            prop_assert!(edge(at) <= p + 1e-15 && p <= edge(at + 1) + 1e-15, "{p} {at}");
            prop_assert!(edge(at + 1) - edge(at) <= 1.0 / 256.0 + 1e-15);
        }
    }
}
