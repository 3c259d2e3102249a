//! The next set of values to try. Must not know what a loss is a loss of.

use std::cmp::{Ordering, Reverse};

use tidegate_core::run::{Domain, Parameter, Sampler, Search, Trial, TrialState};
use tidegate_trees::SplitMix64;

use crate::parzen::Parzen;

/// Trials drawn evenly before anything is learnt from them.
const START: usize = 10;
/// Draws from the good trials' density, of which the most promising is tried.
const CANDIDATES: usize = 24;
/// The good trials are a tenth of all, but no more than this.
const MOST_GOOD: usize = 25;

/// Values for the trial after `trials`, one a parameter: of a choice the index of its option.
///
/// The same arguments give the same values. Failed trials teach nothing; those that were stopped count after
/// all complete ones.
pub fn suggest(search: &Search, trials: &[Trial], seed: u64) -> Vec<f64> {
    let mut random = SplitMix64(seed ^ (trials.len() as u64 + 1).wrapping_mul(0xd134_2543_de82_ef95));
    let ranked = ranked(trials);
    let good = (ranked.len().div_ceil(10)).min(MOST_GOOD);
    let draw = |(index, parameter): (usize, &Parameter)| {
        let scale = Scale(&parameter.domain);
        if search.sampler == Sampler::Random || ranked.len() < START {
            return scale.value(random.share());
        }
        let placed = |trials: &[&Trial]| -> Vec<f64> {
            trials.iter().filter_map(|trial| Some(scale.place(*trial.values.get(index)?))).collect()
        };
        let (better, worse) = (placed(&ranked[..good]), placed(&ranked[good..]));
        match &parameter.domain {
            Domain::Choice { options } => promising_option(options.len(), &better, &worse, &mut random),
            _ => scale.value(promising_place(&better, &worse, &mut random)),
        }
    };
    search.parameters.iter().enumerate().map(draw).collect()
}

/// Best first: complete ones by loss, then stopped ones by how far they came and the loss they had there.
fn ranked(trials: &[Trial]) -> Vec<&Trial> {
    let told = |trial: &&Trial| trial.state != TrialState::Failed && trial.loss.is_some_and(f64::is_finite);
    let mut ranked: Vec<&Trial> = trials.iter().filter(told).collect();
    let stage = |trial: &Trial| (trial.state == TrialState::Stopped, Reverse(trial.rungs.len()));
    let of_all = |trial: &Trial| trial.state == TrialState::Complete;
    ranked.sort_by(|a, b| {
        let same = of_all(a) && of_all(b);
        let stages = if same { Ordering::Equal } else { stage(a).cmp(&stage(b)) };
        stages.then(a.loss.unwrap_or(f64::NAN).total_cmp(&b.loss.unwrap_or(f64::NAN)))
    });
    ranked
}

fn promising_place(better: &[f64], worse: &[f64], random: &mut SplitMix64) -> f64 {
    let (good, bad) = (Parzen::new(better), Parzen::new(worse));
    let drawn = (0..CANDIDATES).map(|_| good.draw(random));
    let scored = drawn.map(|place| (place, good.log_density(place) - bad.log_density(place)));
    scored.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0.5, |(place, _)| place)
}

/// The option that is most likelier among the better trials, drawn as places are.
fn promising_option(options: usize, better: &[f64], worse: &[f64], random: &mut SplitMix64) -> f64 {
    let shares = |of: &[f64]| -> Vec<f64> {
        let mut shares = vec![1.0 / options as f64; options];
        for at in of {
            if let Some(share) = shares.get_mut(*at as usize) {
                *share += 1.0;
            }
        }
        let all: f64 = shares.iter_mut().map(|share| *share).sum();
        shares.iter().map(|share| share / all).collect()
    };
    let (good, bad) = (shares(better), shares(worse));
    let drawn = (0..CANDIDATES).map(|_| {
        let mut left = random.share();
        good.iter()
            .position(|share| {
                left -= share;
                left < 0.0
            })
            .unwrap_or(options - 1)
    });
    let best = drawn.max_by(|a, b| (good[*a] / bad[*a]).total_cmp(&(good[*b] / bad[*b])));
    best.unwrap_or(0) as f64
}

/// Where a value of a domain lies between its ends, from 0 to 1, on its own scale.
pub fn place(domain: &Domain, value: f64) -> f64 {
    match domain {
        Domain::Choice { options } => value / (options.len() - 1).max(1) as f64,
        _ => Scale(domain).place(value),
    }
}

/// A domain laid out between 0 and 1; the options of a choice keep their index.
pub(crate) struct Scale<'a>(pub &'a Domain);

impl Scale<'_> {
    /// The value at a place.
    fn value(&self, place: f64) -> f64 {
        match self.0 {
            Domain::Real { low, high, log } => between(*low, *high, *log, place),
            Domain::Whole { low, high, log } => {
                // Half a step more on both sides, so that the ends are as likely as what lies between.
                let (low, high) = (*low as f64, *high as f64);
                between(low - 0.5, high + 0.5, *log, place).round().clamp(low, high)
            }
            Domain::Choice { options } => {
                (place * options.len() as f64).floor().min(options.len() as f64 - 1.0)
            }
        }
    }

    pub(crate) fn place(&self, value: f64) -> f64 {
        let share = |low: f64, high: f64, log: bool| match log {
            true => (value.ln() - low.ln()) / (high.ln() - low.ln()),
            false => (value - low) / (high - low),
        };
        match self.0 {
            Domain::Real { low, high, log } => share(*low, *high, *log).clamp(0.0, 1.0),
            Domain::Whole { low, high, log } => {
                share(*low as f64 - 0.5, *high as f64 + 0.5, *log).clamp(0.0, 1.0)
            }
            Domain::Choice { .. } => value,
        }
    }
}

fn between(low: f64, high: f64, log: bool, place: f64) -> f64 {
    match log {
        true => (low.ln() + place * (high.ln() - low.ln())).exp().clamp(low, high),
        false => (low + place * (high - low)).clamp(low, high),
    }
}
