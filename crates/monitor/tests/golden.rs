//! Agreement with Evidently, NannyML, scikit-learn, scipy and River on recorded cases.

#![allow(clippy::unwrap_used, reason = "a recorded case that does not read is a failed test")]

mod golden {
    pub mod accuracy;
    pub mod detectors;
    pub mod drift;
    pub mod estimate;
    pub mod estimates;
    pub mod stream;
    pub mod tables;
}
