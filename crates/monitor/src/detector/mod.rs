//! Detectors that watch a stream value by value and say when it changed, as River 0.26 implements them.
//!
//! Owns each detector's state, which can be stored. Agrees with River on the index of every detection; all
//! start afresh after one. Must not know what the values are: errors as 0 and 1, or any number.

mod adwin;
mod ddm;
mod eddm;
mod hddm_a;
mod hddm_w;
mod kswin;
mod page_hinkley;

pub use adwin::Adwin;
pub use ddm::Ddm;
pub use eddm::Eddm;
pub use hddm_a::HddmA;
pub use hddm_w::HddmW;
pub use kswin::Kswin;
pub use page_hinkley::PageHinkley;

use serde::{Deserialize, Serialize};

/// What a detector says after a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    pub drift: bool,
    /// The detector is near its limit; only some detectors warn.
    pub warning: bool,
}

impl Signal {
    const NONE: Self = Self { drift: false, warning: false };
    const WARNING: Self = Self { drift: false, warning: true };
    const DRIFT: Self = Self { drift: true, warning: false };
}

pub trait Detector {
    /// Takes one value; after a drift the detector has started afresh.
    fn update(&mut self, x: f64) -> Signal;
}

/// A running mean, in the order of operations that River uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Mean {
    n: f64,
    mean: f64,
}

impl Mean {
    fn update(&mut self, x: f64) {
        self.n += 1.0;
        self.mean += (1.0 / self.n) * (x - self.mean);
    }
}
