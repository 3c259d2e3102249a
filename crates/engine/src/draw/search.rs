//! Charts of a search: its trials, and what mattered.

use tidegate_charts::{Bars, Course, Parallel, Size, Standing, Theme, Upright, bars, parallel};
use tidegate_core::{
    Error, Result,
    run::{Domain, Run, Study, Trial, TrialState},
};
use tidegate_tune::place;

use super::Drawn;

fn study(run: &Run) -> Result<&Study> {
    run.study.as_ref().ok_or_else(|| Error::not_found(format!("run {} searched for nothing", run.id)))
}

/// An axis for each parameter and one for the loss, the lowest at the foot.
pub(super) fn trials(run: &Run, size: Size, theme: Theme) -> Result<Drawn> {
    let study = study(run)?;
    let losses = || study.trials.iter().filter_map(|trial| trial.loss);
    let (low, high) = (losses().fold(f64::INFINITY, f64::min), losses().fold(f64::NEG_INFINITY, f64::max));
    let mut axes: Vec<Upright> = study
        .search
        .parameters
        .iter()
        .map(|parameter| Upright { name: parameter.name.clone(), ticks: ticks(&parameter.domain) })
        .collect();
    let real = Domain::Real { low, high, log: false };
    let ends = if low < high { vec![(0.0, real.told(low)), (1.0, real.told(high))] } else { Vec::new() };
    axes.push(Upright { name: "loss".into(), ticks: ends });
    let lines =
        study.trials.iter().enumerate().map(|(index, trial)| course(study, index, trial, (low, high)));
    let chart = Parallel { axes, lines: lines.collect() };
    let note = match study.trials.len() {
        0 => "the first trial has not ended".to_owned(),
        trials => {
            format!("{trials} of {} trials; thick is the best, grey was stopped early", study.search.trials)
        }
    };
    Ok((format!("Search, run {}", run.id), note, parallel(&chart, size, theme)?))
}

pub(super) fn importance(run: &Run, size: Size, theme: Theme) -> Result<Drawn> {
    let study = study(run)?;
    let names = study.search.parameters.iter().map(|parameter| parameter.name.clone());
    let mut rows: Vec<(String, f64)> = names.zip(study.importance.iter().copied()).collect();
    rows.sort_by(|a, b| b.1.total_cmp(&a.1));
    let note = if rows.is_empty() { "too few trials to say what moves the loss" } else { "" };
    let chart = Bars { rows, of: "what moves the loss".into() };
    Ok(("Importance".into(), note.into(), bars(&chart, size, theme)?))
}

fn ticks(domain: &Domain) -> Vec<(f64, String)> {
    match domain {
        Domain::Choice { options } => {
            let at = |index: usize| index as f64 / (options.len() - 1).max(1) as f64;
            options.iter().enumerate().map(|(index, option)| (at(index), option.clone())).collect()
        }
        Domain::Real { low, high, .. } => vec![(0.0, domain.told(*low)), (1.0, domain.told(*high))],
        Domain::Whole { low, high, .. } => {
            vec![(0.0, domain.told(*low as f64)), (1.0, domain.told(*high as f64))]
        }
    }
}

fn course(study: &Study, index: usize, trial: &Trial, (low, high): (f64, f64)) -> Course {
    let parameters = study.search.parameters.iter().zip(&trial.values);
    let mut places: Vec<Option<f64>> =
        parameters.map(|(one, value)| Some(place(&one.domain, *value))).collect();
    let share = trial.loss.map(|loss| if low < high { (loss - low) / (high - low) } else { 0.0 });
    places.push(share);
    let mut values: Vec<Option<f64>> = trial.values.iter().copied().map(Some).collect();
    values.push(trial.loss);
    let standing = match trial.state {
        _ if study.best == Some(index) => Standing::Best,
        TrialState::Complete => Standing::Ended(1.0 - share.unwrap_or(1.0)),
        _ => Standing::Stopped,
    };
    Course { name: format!("trial {}", index + 1), places, values, standing }
}
