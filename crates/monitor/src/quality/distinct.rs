//! How many different values: a HyperLogLog of 2,048 registers, standard error 1.04 / sqrt(2048) = 2.3%;
//! exact in practice up to a few hundred values.

use datasketches::{
    common::NumStdDev,
    hll::{Coupon, HllSketch, HllType, HllUnion},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

const LG_REGISTERS: u8 = 11;

#[derive(Debug, Clone, PartialEq)]
pub struct Distinct(HllSketch);

impl Default for Distinct {
    fn default() -> Self {
        Self(HllSketch::new(LG_REGISTERS, HllType::Hll4).expect("2^11 registers are allowed"))
    }
}

impl Distinct {
    /// A value by its bits or its hash.
    pub fn add(&mut self, value: u64) {
        self.0.update_with_coupon(Coupon::from_value(value));
    }

    pub fn merge(&mut self, other: &Self) {
        let mut union = HllUnion::new(LG_REGISTERS).expect("2^11 registers are allowed");
        union.update(&self.0);
        union.update(&other.0);
        self.0 = union.to_sketch(HllType::Hll4);
    }

    /// The estimate, and what it lies between with 99.7% confidence.
    pub fn count(&self) -> (f64, f64, f64) {
        let sd = NumStdDev::Three;
        (self.0.estimate(), self.0.lower_bound(sd), self.0.upper_bound(sd))
    }
}

impl Serialize for Distinct {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        HllSketch::deserialize(&bytes).map(Self).map_err(D::Error::custom)
    }
}
