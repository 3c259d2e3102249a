//! The generator that the recorded cases were made with.

/// x <- 6364136223846793005 x + 1442695040888963407 mod 2^64, starting at the seed; u = (x >> 11) / 2^53.
pub fn uniforms(n: usize, seed: u64) -> Vec<f64> {
    let mut x = seed;
    let mut next = || {
        x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (x >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..n).map(|_| next()).collect()
}

pub fn parsed(json: &str) -> serde_json::Value {
    serde_json::from_str(json).unwrap()
}

pub fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap()
}

pub fn counts(value: &serde_json::Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect()
}
