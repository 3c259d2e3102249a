//! A density on 0..1 from a few points: a mixture of normal curves, one a point and a wide one for all that is not
//! known, each cut off at the ends. Must not know what the points stand for.

use tidegate_trees::SplitMix64;

#[derive(Debug)]
pub(crate) struct Parzen(Vec<Kernel>);

#[derive(Debug, Clone, Copy)]
struct Kernel {
    middle: f64,
    width: f64,
}

impl Parzen {
    /// A curve is as wide as the gap to its farther neighbour (Bergstra and others 2011), within bounds that
    /// narrow as points come in.
    pub(crate) fn new(points: &[f64]) -> Self {
        let mut middles = points.to_vec();
        middles.push(0.5);
        middles.sort_by(f64::total_cmp);
        let prior = middles.iter().position(|middle| *middle == 0.5);
        let narrowest = 1.0 / (1.0 + middles.len() as f64).min(100.0);
        let kernel = |(index, middle): (usize, &f64)| {
            let before = index.checked_sub(1).map_or(0.0, |index| middles[index]);
            let after = middles.get(index + 1).copied().unwrap_or(1.0);
            let width = (middle - before).max(after - middle).clamp(narrowest, 1.0);
            Kernel { middle: *middle, width: if prior == Some(index) { 1.0 } else { width } }
        };
        Self(middles.iter().enumerate().map(kernel).collect())
    }

    pub(crate) fn draw(&self, random: &mut SplitMix64) -> f64 {
        let kernel = self.0[random.below(self.0.len())];
        loop {
            let place = kernel.middle + kernel.width * normal(random);
            if (0.0..=1.0).contains(&place) {
                return place;
            }
        }
    }

    pub(crate) fn log_density(&self, place: f64) -> f64 {
        let sum: f64 = self.0.iter().map(|kernel| kernel.density(place)).sum();
        (sum / self.0.len() as f64).max(f64::MIN_POSITIVE).ln()
    }
}

impl Kernel {
    fn density(self, place: f64) -> f64 {
        let at = |x: f64| (x - self.middle) / self.width;
        let inside = below(at(1.0)) - below(at(0.0));
        (-0.5 * at(place).powi(2)).exp() / (self.width * (2.0 * std::f64::consts::PI).sqrt() * inside)
    }
}

/// Box and Muller 1958.
fn normal(random: &mut SplitMix64) -> f64 {
    let radius = (-2.0 * (1.0 - random.share()).ln()).sqrt();
    radius * (2.0 * std::f64::consts::PI * random.share()).cos()
}

/// Share of the standard normal below `x` (Abramowitz and Stegun 26.2.17, to 7.5e-8: enough for a density that is
/// only compared).
fn below(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let sum = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let tail = sum.iter().fold(0.0, |sum, factor| sum * t + factor) * t;
    let tail = tail * (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if x >= 0.0 { 1.0 - tail } else { tail }
}
