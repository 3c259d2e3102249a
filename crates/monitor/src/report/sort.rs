//! Sorting numbers by their digits: linear in the rows, where comparing costs their logarithm too.

/// Bits of a digit; six digits hold a number.
const BITS: usize = 11;
const DIGITS: usize = 6;
const VALUES: usize = 1 << BITS;
/// Fewer values are faster to compare.
const FEW: usize = 2_000;

/// The finite values in ascending order; -0 comes before 0.
pub(super) fn ascending(values: &[f64]) -> Vec<f64> {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    if values.len() < FEW || u32::try_from(values.len()).is_err() {
        let mut sorted: Vec<f64> = finite.collect();
        sorted.sort_unstable_by(f64::total_cmp);
        return sorted;
    }
    let mut keys = Vec::with_capacity(values.len());
    keys.extend(finite.map(key));
    by_digits(keys).into_iter().map(value).collect()
}

/// Bits in the order of the numbers: positive ones above, negative ones turned around.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

fn value(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

fn digit(key: u64, place: usize) -> usize {
    (key >> (place * BITS)) as usize & (VALUES - 1)
}

/// Least significant digit first; each pass keeps the order of the one before.
fn by_digits(mut keys: Vec<u64>) -> Vec<u64> {
    let mut counts = vec![[0_u32; VALUES]; DIGITS];
    for key in &keys {
        for (place, counts) in counts.iter_mut().enumerate() {
            counts[digit(*key, place)] += 1;
        }
    }
    let all = keys.len() as u32;
    let mut sorted = vec![0; keys.len()];
    for (place, counts) in counts.iter_mut().enumerate() {
        // Numbers of like size share their high digits.
        if counts.contains(&all) {
            continue;
        }
        let mut next = 0;
        for count in counts.iter_mut() {
            next += std::mem::replace(count, next);
        }
        for key in &keys {
            let at = &mut counts[digit(*key, place)];
            sorted[*at as usize] = *key;
            *at += 1;
        }
        std::mem::swap(&mut keys, &mut sorted);
    }
    keys
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn digits_sort_as_comparing_does(values in prop::collection::vec(any::<f64>(), 0..400), times in 1_usize..9) {
            let many: Vec<f64> = (0..FEW).flat_map(|_| values.iter().copied()).take(values.len() * times * 5).collect();
            for values in [&values, &many] {
                let finite = values.iter().copied().filter(|value| value.is_finite());
                let mut expected: Vec<f64> = finite.clone().collect();
                expected.sort_unstable_by(f64::total_cmp);
                let found = by_digits(finite.map(key).collect()).into_iter().map(value);
                let same = |(a, b): (f64, &f64)| a.to_bits() == b.to_bits();
                prop_assert!(found.zip(&expected).all(same));
                prop_assert_eq!(ascending(values).len(), expected.len());
            }
        }
    }
}
