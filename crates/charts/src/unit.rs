//! Units, and how numbers are written on an axis. Must not know layout.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Milliseconds,
    /// A share between 0 and 1, shown as 0% to 100%.
    Percent,
    PerSecond,
    Count,
    Bytes,
    /// A bare number, such as a PSI or a loss.
    Plain,
}

/// A unit in the size that suits an axis: a value times `factor`, followed by `suffix`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scaled {
    pub factor: f64,
    pub suffix: &'static str,
}

/// From the largest magnitude that a size is used for, up.
type Sizes = [(f64, f64, &'static str)];

const DURATIONS: &Sizes =
    &[(0.1, 1e3, " µs"), (2e3, 1.0, " ms"), (1.2e5, 1e-3, " s"), (7.2e6, 1.0 / 6e4, " min")];
const BYTES: &Sizes = &[(2e3, 1.0, " B"), (2e6, 1e-3, " kB"), (2e9, 1e-6, " MB"), (2e12, 1e-9, " GB")];
const NUMBERS: &Sizes = &[(1e4, 1.0, ""), (1e6, 1e-3, "k"), (1e9, 1e-6, "M"), (1e12, 1e-9, "G")];
const RATES: &Sizes = &[(1e4, 1.0, "/s"), (1e6, 1e-3, "k/s"), (1e9, 1e-6, "M/s"), (1e12, 1e-9, "G/s")];

impl Unit {
    /// The size for an axis whose largest magnitude is `top`.
    pub(crate) fn scaled(self, top: f64) -> Scaled {
        let (sizes, (factor, suffix)) = match self {
            Unit::Percent => return Scaled { factor: 100.0, suffix: "%" },
            Unit::Milliseconds => (DURATIONS, (1.0 / 3.6e6, " h")),
            Unit::Bytes => (BYTES, (1e-12, " TB")),
            Unit::Count | Unit::Plain => (NUMBERS, (1e-12, "T")),
            Unit::PerSecond => (RATES, (1e-12, "T/s")),
        };
        let fitting = sizes.iter().find(|(below, ..)| top < *below && top > 0.0);
        let zero = sizes.iter().find(|(_, factor, _)| top == 0.0 && *factor == 1.0);
        fitting
            .or(zero)
            .map_or(Scaled { factor, suffix }, |(_, factor, suffix)| Scaled { factor: *factor, suffix })
    }
    /// Whether its values are never negative and mean most from zero up.
    pub(crate) fn starts_at_zero(self) -> bool {
        !matches!(self, Unit::Percent | Unit::Plain)
    }
    pub(crate) fn in_brackets(self) -> &'static str {
        match self {
            Unit::Milliseconds => " (ms)",
            Unit::PerSecond => " (/s)",
            Unit::Bytes => " (bytes)",
            Unit::Percent | Unit::Count | Unit::Plain => "",
        }
    }
    /// A value in words, to three digits: "1.84 ms", "91.4%".
    pub(crate) fn say(self, value: f64) -> String {
        let Scaled { factor, suffix } = self.scaled(value.abs());
        let shown = value * factor;
        let decimals = (2 - shown.abs().log10().floor().clamp(-6.0, 2.0) as i32).max(0) as usize;
        format!("{}{suffix}", number(shown, decimals))
    }
}

/// A number with at most so many decimals, without trailing zeros or a negative zero.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    let fixed = format!("{value:.decimals$}");
    let short = if fixed.contains('.') { fixed.trim_end_matches('0').trim_end_matches('.') } else { &fixed };
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// How many decimals tell multiples of `step` apart.
pub(crate) fn decimals_of(step: f64) -> usize {
    (0..12)
        .find(|d| {
            let scaled = step * 10_f64.powi(*d);
            (scaled - scaled.round()).abs() < 1e-6 * scaled.abs()
        })
        .unwrap_or(12) as usize
}
