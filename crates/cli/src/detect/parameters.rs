//! The detectors by name, and what each can be told.

use clap::{Args, ValueEnum};
use tidegate_core::{Error, Result};
use tidegate_monitor::detector::{Adwin, Ddm, Detector, Eddm, HddmA, HddmW, Kswin, PageHinkley};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Name {
    Adwin,
    Ddm,
    Eddm,
    HddmA,
    HddmW,
    #[value(alias = "page-hinkley")]
    PageHinkley,
    Kswin,
}

/// Names and defaults are River's; each detector takes its own.
#[derive(Debug, Args)]
#[command(next_help_heading = "Parameters")]
pub struct Parameters {
    /// adwin: probability of a false detection (0.002); page_hinkley: deviation tolerated (0.005).
    #[arg(long)]
    delta: Option<f64>,
    /// adwin: values between two tests (32).
    #[arg(long)]
    clock: Option<f64>,
    /// adwin: buckets of one size (5).
    #[arg(long)]
    max_buckets: Option<f64>,
    /// adwin: values on each side of a cut (5).
    #[arg(long)]
    min_window: Option<f64>,
    /// adwin: values before the first test (10).
    #[arg(long)]
    grace: Option<f64>,
    /// page_hinkley: cumulated deviation that is a drift (50).
    #[arg(long)]
    threshold: Option<f64>,
    /// page_hinkley: values before it may detect (30).
    #[arg(long)]
    min_values: Option<f64>,
    /// page_hinkley: weight that sums keep (0.9999); kswin: level of the test (0.005); eddm: warning (0.95).
    #[arg(long)]
    alpha: Option<f64>,
    /// eddm: detection (0.9).
    #[arg(long)]
    beta: Option<f64>,
    /// ddm, eddm: values before it may speak (30).
    #[arg(long)]
    warm_start: Option<f64>,
    /// ddm: standard deviations above the best error rate (2).
    #[arg(long)]
    warning_threshold: Option<f64>,
    /// ddm: the same for a detection (3).
    #[arg(long)]
    drift_threshold: Option<f64>,
    /// hddm_a, hddm_w: probability of a false detection (0.001).
    #[arg(long)]
    drift_confidence: Option<f64>,
    /// hddm_a, hddm_w: the same for a warning (0.005).
    #[arg(long)]
    warning_confidence: Option<f64>,
    /// hddm_w: weight of the newest value (0.05).
    #[arg(long)]
    lambda: Option<f64>,
    /// kswin: values kept (100).
    #[arg(long)]
    window: Option<f64>,
    /// kswin: newest values that are tested against earlier ones (30).
    #[arg(long)]
    newest: Option<f64>,
    /// kswin: of the draws (0).
    #[arg(long)]
    seed: Option<f64>,
}

/// A detector with its parameters; one that is not its own is an error.
pub fn detector(name: Name, parameters: &Parameters) -> Result<Box<dyn Detector>> {
    let mut given = Given::of(parameters);
    let detector: Box<dyn Detector> = match name {
        Name::Adwin => Box::new(adwin(&mut given)?),
        Name::Ddm => {
            let mut ddm = Ddm::default();
            given.count("warm-start", 0, &mut ddm.warm_start)?;
            given.amount("warning-threshold", &mut ddm.warning)?;
            given.amount("drift-threshold", &mut ddm.drift)?;
            Box::new(ddm)
        }
        Name::Eddm => {
            let mut eddm = Eddm::default();
            given.count("warm-start", 0, &mut eddm.warm_start)?;
            given.share("alpha", &mut eddm.alpha)?;
            given.share("beta", &mut eddm.beta)?;
            Box::new(eddm)
        }
        Name::HddmA => {
            let mut hddm = HddmA::default();
            given.share("drift-confidence", &mut hddm.drift_confidence)?;
            given.share("warning-confidence", &mut hddm.warning_confidence)?;
            Box::new(hddm)
        }
        Name::HddmW => {
            let mut hddm = HddmW::default();
            given.share("drift-confidence", &mut hddm.drift_confidence)?;
            given.share("warning-confidence", &mut hddm.warning_confidence)?;
            given.share("lambda", &mut hddm.lambda)?;
            Box::new(hddm)
        }
        Name::PageHinkley => Box::new(page_hinkley(&mut given)?),
        Name::Kswin => Box::new(kswin(&mut given)?),
    };
    match given.0.first() {
        None => Ok(detector),
        Some((option, _)) => Err(Error::invalid(format!(
            "--{option} is not a parameter of {}",
            name.to_possible_value().map_or(String::new(), |name| name.get_name().to_owned())
        ))
        .hint("tidegate detect --help names the parameters of each detector")),
    }
}

fn adwin(given: &mut Given) -> Result<Adwin> {
    let mut adwin = Adwin::default();
    given.share("delta", &mut adwin.delta)?;
    given.count("clock", 1, &mut adwin.clock)?;
    given.count("max-buckets", 1, &mut adwin.max_buckets)?;
    given.count("min-window", 1, &mut adwin.min_window)?;
    given.count("grace", 0, &mut adwin.grace)?;
    Ok(adwin)
}

fn page_hinkley(given: &mut Given) -> Result<PageHinkley> {
    let mut test = PageHinkley::default();
    given.count("min-values", 0, &mut test.min_values)?;
    given.amount("delta", &mut test.delta)?;
    given.amount("threshold", &mut test.threshold)?;
    given.share("alpha", &mut test.alpha)?;
    Ok(test)
}

fn kswin(given: &mut Given) -> Result<Kswin> {
    let mut seed = 0_u64;
    given.count("seed", 0, &mut seed)?;
    let mut kswin = Kswin::new(seed);
    given.share("alpha", &mut kswin.alpha)?;
    given.count("window", 4, &mut kswin.window)?;
    given.count("newest", 2, &mut kswin.newest)?;
    if kswin.newest * 2 > kswin.window {
        return Err(Error::invalid(format!(
            "--newest is {}: it must be at most half of --window, {}",
            kswin.newest, kswin.window
        )));
    }
    Ok(kswin)
}

/// The parameters that were given, each to be taken once.
struct Given(Vec<(&'static str, f64)>);

impl Given {
    fn of(parameters: &Parameters) -> Self {
        let p = parameters;
        let all = [
            ("delta", p.delta),
            ("clock", p.clock),
            ("max-buckets", p.max_buckets),
            ("min-window", p.min_window),
            ("grace", p.grace),
            ("threshold", p.threshold),
            ("min-values", p.min_values),
            ("alpha", p.alpha),
            ("beta", p.beta),
            ("warm-start", p.warm_start),
            ("warning-threshold", p.warning_threshold),
            ("drift-threshold", p.drift_threshold),
            ("drift-confidence", p.drift_confidence),
            ("warning-confidence", p.warning_confidence),
            ("lambda", p.lambda),
            ("window", p.window),
            ("newest", p.newest),
            ("seed", p.seed),
        ];
        Self(all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
    }

    fn take(&mut self, name: &str) -> Option<f64> {
        let at = self.0.iter().position(|(given, _)| *given == name)?;
        Some(self.0.swap_remove(at).1)
    }
    /// A share between 0 and 1, both left out.
    fn share(&mut self, name: &str, into: &mut f64) -> Result<()> {
        match self.take(name) {
            Some(value) if value > 0.0 && value < 1.0 => *into = value,
            Some(value) => {
                return Err(Error::invalid(format!("--{name} is {value}: it must lie between 0 and 1")));
            }
            None => {}
        }
        Ok(())
    }
    /// Not negative.
    fn amount(&mut self, name: &str, into: &mut f64) -> Result<()> {
        match self.take(name) {
            Some(value) if value >= 0.0 && value.is_finite() => *into = value,
            Some(value) => {
                return Err(Error::invalid(format!("--{name} is {value}: it must not be negative")));
            }
            None => {}
        }
        Ok(())
    }
    /// A whole number from `least` on.
    fn count<T: TryFrom<u64>>(&mut self, name: &str, least: u64, into: &mut T) -> Result<()> {
        let Some(value) = self.take(name) else { return Ok(()) };
        let whole = value >= least as f64 && value.fract() == 0.0 && value <= f64::from(u32::MAX);
        match T::try_from(value as u64) {
            Ok(value) if whole => *into = value,
            _ => {
                return Err(Error::invalid(format!(
                    "--{name} is {value}: it must be a whole number from {least} on"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        parameters: Parameters,
    }

    fn told(name: Name, line: &[&str]) -> Result<Box<dyn Detector>> {
        detector(name, &Line::parse_from(std::iter::once(&"x").chain(line)).parameters)
    }

    #[test]
    fn each_detector_takes_its_own_parameters() {
        for (name, line) in [
            (Name::Adwin, ["--delta", "0.1"]),
            (Name::Ddm, ["--drift-threshold", "2.5"]),
            (Name::Eddm, ["--beta", "0.8"]),
            (Name::HddmA, ["--drift-confidence", "0.01"]),
            (Name::HddmW, ["--lambda", "0.1"]),
            (Name::PageHinkley, ["--threshold", "20"]),
            (Name::Kswin, ["--window", "80"]),
        ] {
            assert!(told(name, &line).is_ok(), "{line:?}");
        }
    }

    #[test]
    fn wrong_parameters_are_named() {
        let message =
            |name, line: &[&str]| told(name, line).err().map(|error| error.message).unwrap_or_default();
        assert_eq!(message(Name::Ddm, &["--delta", "0.1"]), "--delta is not a parameter of ddm");
        assert_eq!(message(Name::Adwin, &["--delta", "2"]), "--delta is 2: it must lie between 0 and 1");
        assert_eq!(
            message(Name::Adwin, &["--clock", "0"]),
            "--clock is 0: it must be a whole number from 1 on"
        );
        assert_eq!(
            message(Name::PageHinkley, &["--threshold=-1"]),
            "--threshold is -1: it must not be negative"
        );
        assert!(message(Name::Kswin, &["--newest", "60"]).contains("at most half"));
    }
}
