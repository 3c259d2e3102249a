//! What a search varies for each trainer, and one of its trials.
//!
//! Owns which fields of a plan a search may vary and what they are judged by. Must not know how values are chosen.

use std::ops::ControlFlow;

use tidegate_core::{
    Error, Result,
    run::{Domain, Optimiser, Parameter, Plan, Progress, Schedule, Search, Trial, TrialState},
    schema::Schema,
};
use tidegate_onnx::proto::ModelProto;
use tidegate_runtime::Launcher;
use tidegate_tune::{Rungs, goes_on};

use crate::{Dataset, Trainer, train};

/// Fewer rows leave none out to judge a trial on.
pub const SEARCH_ROWS: usize = 100;

/// What is varied where a search names nothing: what matters most for the trainer, in ranges that hold what works.
pub fn parameters(trainer: Trainer) -> Vec<Parameter> {
    let real = |name: &str, low, high| Parameter {
        name: name.into(),
        domain: Domain::Real { low, high, log: true },
    };
    let whole = |name: &str, low, high| Parameter {
        name: name.into(),
        domain: Domain::Whole { low, high, log: true },
    };
    match trainer {
        Trainer::Linear => vec![real("l2", 1e-4, 1e3)],
        Trainer::BoostedTrees => vec![
            whole("rounds", 20, 400),
            real("learning_rate", 0.01, 0.3),
            whole("leaves", 4, 127),
            real("l2", 1e-3, 30.0),
        ],
        Trainer::RandomForest => vec![whole("rounds", 30, 500)],
        Trainer::NeuralNetwork => vec![
            real("network.learning_rate", 1e-4, 3e-2),
            real("network.weight_decay", 1e-5, 0.3),
            Parameter {
                name: "network.batch".into(),
                domain: Domain::Choice { options: ["16", "32", "64", "128"].map(str::to_owned).to_vec() },
            },
        ],
    }
}

/// The plan with a trial's values in it, and without its search.
///
/// # Errors
/// `Invalid` with the name of a parameter that a search can't vary, or of an option that is none.
pub fn plan_with(plan: &Plan, search: &Search, values: &[f64]) -> Result<Plan> {
    let mut plan = Plan { search: None, ..plan.clone() };
    for (parameter, value) in search.parameters.iter().zip(values) {
        set(&mut plan, parameter, *value)?;
    }
    Ok(plan)
}

/// The first parameter that a search can't vary, or its first option that is none, in words.
pub fn problem(search: &Search) -> Option<String> {
    let options = |parameter: &Parameter| match &parameter.domain {
        Domain::Choice { options } => options.len(),
        _ => 1,
    };
    let values = |parameter: &Parameter, option: usize| match &parameter.domain {
        Domain::Choice { .. } => option as f64,
        Domain::Real { low, .. } => *low,
        Domain::Whole { low, .. } => *low as f64,
    };
    search.problem().or_else(|| {
        search.parameters.iter().find_map(|parameter| {
            let mut plan = Plan::default();
            (0..options(parameter)).find_map(|option| {
                set(&mut plan, parameter, values(parameter, option)).err().map(|error| error.to_string())
            })
        })
    })
}

fn set(plan: &mut Plan, parameter: &Parameter, value: f64) -> Result<()> {
    let told = parameter.domain.told(value);
    let number = match &parameter.domain {
        Domain::Choice { .. } => told.parse().ok(),
        _ => Some(value),
    };
    let wrong = || {
        Error::invalid(format!("`search.parameters` `{}` cannot be `{told}`", parameter.name))
            .hint("options are numbers, or names as the plan's field takes them")
    };
    let (number, whole) = match parameter.name.as_str() {
        "network.optimiser" => {
            plan.network.optimiser = match told.as_str() {
                "adam_w" => Optimiser::AdamW,
                "sgd" => Optimiser::Sgd,
                _ => return Err(wrong()),
            };
            return Ok(());
        }
        "network.schedule" => {
            plan.network.schedule = match told.as_str() {
                "constant" => Schedule::Constant,
                "cosine" => Schedule::Cosine,
                "step" => Schedule::Step,
                _ => return Err(wrong()),
            };
            return Ok(());
        }
        _ => {
            let number = number.filter(|number: &f64| number.is_finite()).ok_or_else(wrong)?;
            (number, number.round().clamp(0.0, f64::from(u32::MAX)) as u32)
        }
    };
    match parameter.name.as_str() {
        "rounds" => plan.rounds = whole,
        "learning_rate" => plan.learning_rate = number,
        "leaves" => plan.leaves = whole,
        "l2" => plan.l2 = number,
        "network.batch" => plan.network.batch = whole,
        "network.learning_rate" => plan.network.learning_rate = number,
        "network.weight_decay" => plan.network.weight_decay = number,
        "network.momentum" => plan.network.momentum = number,
        "network.warm_up" => plan.network.warm_up = number,
        "network.clip" => plan.network.clip = Some(number),
        _ => {
            let hint = "rounds, learning_rate, leaves, l2, network.batch, network.learning_rate, \
                        network.weight_decay, network.momentum, network.warm_up, network.clip, network.optimiser \
                        and network.schedule can be";
            return Err(Error::invalid(format!(
                "`search.parameters` `{}` cannot be searched",
                parameter.name
            ))
            .hint(hint));
        }
    }
    Ok(())
}

/// The model, rows and plan that every trial of a search starts from.
#[derive(Debug)]
pub struct Trials<'a> {
    pub model: &'a ModelProto,
    pub schema: &'a Schema,
    pub data: &'a Dataset,
    pub plan: &'a Plan,
    pub search: &'a Search,
    pub trainer: Trainer,
    pub launcher: &'a Launcher,
}

impl Trials<'_> {
    /// Trains by these values and judges by the loss on the rows that watch (a forest: on those each tree left
    /// out), at the rungs against the trials before it.
    ///
    /// `progress` may break off, which ends in `Ok(None)`. What makes a training fail makes a failed trial. The
    /// time it took is left to the caller.
    pub fn one(
        &self,
        values: Vec<f64>,
        before: &[Trial],
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Option<Trial> {
        let mut trial = Trial {
            values,
            state: TrialState::Failed,
            loss: None,
            rungs: Vec::new(),
            steps: 0,
            took_ms: 0,
            error: None,
        };
        let (mut rungs, mut cancelled) = (None, false);
        let forest = self.trainer == Trainer::RandomForest;
        let judged = |loss: f64, held_out: Option<f64>| if forest { Some(loss) } else { held_out };
        let outcome = plan_with(self.plan, self.search, &trial.values).and_then(|plan| {
            train(self.model, self.schema, self.data, &plan, self.launcher, &mut |step| {
                trial.steps = step.step;
                if progress(step).is_break() {
                    cancelled = true;
                    return ControlFlow::Break(());
                }
                let Some(reduction) = self.search.reduction else { return ControlFlow::Continue(()) };
                let rungs = rungs.get_or_insert_with(|| Rungs::new(step.total, reduction));
                let (Some(rung), Some(loss)) = (rungs.at(step.step), judged(step.loss, step.held_out_loss))
                else {
                    return ControlFlow::Continue(());
                };
                if rung != trial.rungs.len() {
                    return ControlFlow::Continue(());
                }
                trial.rungs.push(loss);
                trial.loss = Some(loss);
                if goes_on(before, rung, loss, reduction) {
                    return ControlFlow::Continue(());
                }
                trial.state = TrialState::Stopped;
                ControlFlow::Break(())
            })
        });
        if cancelled {
            return None;
        }
        match outcome {
            Ok(trained) => {
                trial.loss = judged(trained.loss, trained.held_out_loss).filter(|loss| loss.is_finite());
                trial.state = if trial.loss.is_some() { TrialState::Complete } else { TrialState::Failed };
                trial.error = trial.loss.is_none().then(|| "its loss is not a number".to_owned());
            }
            Err(_) if trial.state == TrialState::Stopped => {}
            Err(error) => (trial.loss, trial.error) = (None, Some(error.to_string())),
        }
        Some(trial)
    }
}

#[cfg(test)]
mod tests {
    use tidegate_tune::{best, suggest};

    use super::*;
    use crate::common::{data, model, nobody, rows, schema, silent};

    const SHOPS: &str = "lightgbm-categories.onnx";

    fn searched(search: &Search, earlier: Vec<Trial>, until: usize) -> Vec<Trial> {
        let (model, schema, data, plan) =
            (model(data(SHOPS)), schema(), rows(data("categories.csv")), Plan::default());
        let launcher = nobody();
        let trials = Trials {
            model: &model,
            schema: &schema,
            data: &data,
            plan: &plan,
            search,
            trainer: Trainer::BoostedTrees,
            launcher: &launcher,
        };
        let mut made = earlier;
        while made.len() < until {
            let values = suggest(search, &made, plan.seed);
            made.push(trials.one(values, &made, &mut silent).unwrap());
        }
        made
    }

    #[test]
    fn a_search_stops_the_poor_and_goes_on_where_it_left() {
        let search = Search { parameters: parameters(Trainer::BoostedTrees), ..Search::default() };
        let whole = searched(&search, Vec::new(), 16);
        assert_eq!(searched(&search, whole[..7].to_vec(), 16), whole);
        let stopped = whole.iter().filter(|trial| trial.state == TrialState::Stopped).count();
        assert!(stopped >= 3, "{stopped} of 16 were stopped");
        let best = &whole[best(&whole).unwrap()];
        assert!(whole.iter().filter_map(|trial| trial.loss).all(|loss| loss.is_finite()));
        assert!(whole.iter().all(|trial| trial.state != TrialState::Complete || trial.loss >= best.loss));
    }

    #[test]
    fn a_cancelled_trial_is_none_and_a_failed_one_says_why() {
        let search = Search { parameters: parameters(Trainer::BoostedTrees), ..Search::default() };
        let (model, schema, data, plan) =
            (model(data(SHOPS)), schema(), rows(data("categories.csv")), Plan::default());
        let launcher = nobody();
        let trials = |search| Trials {
            model: &model,
            schema: &schema,
            data: &data,
            plan: &plan,
            search,
            trainer: Trainer::BoostedTrees,
            launcher: &launcher,
        };
        let values = vec![20.0, 0.1, 7.0, 1.0];
        assert_eq!(trials(&search).one(values.clone(), &[], &mut |_| ControlFlow::Break(())), None);
        let failed = trials(&search).one(vec![0.0, 0.1, 7.0, 1.0], &[], &mut silent).unwrap();
        assert_eq!(failed.state, TrialState::Failed);
        assert!(failed.error.unwrap().contains("`rounds`"));
    }

    #[test]
    fn what_can_not_be_searched_is_named() {
        for trainer in [Trainer::Linear, Trainer::BoostedTrees, Trainer::RandomForest, Trainer::NeuralNetwork]
        {
            assert_eq!(problem(&Search { parameters: parameters(trainer), ..Search::default() }), None);
        }
        let with = |name: &str, options: [&str; 2]| {
            let domain = Domain::Choice { options: options.map(str::to_owned).to_vec() };
            problem(&Search {
                parameters: vec![Parameter { name: name.into(), domain }],
                ..Search::default()
            })
        };
        assert_eq!(with("network.optimiser", ["adam_w", "sgd"]), None);
        assert!(with("network.optimiser", ["sgd", "adagrad"]).unwrap().contains("`adagrad`"));
        assert!(with("network.batch", ["8", "many"]).unwrap().contains("`many`"));
        assert!(with("gates.min_rows", ["8", "9"]).unwrap().contains("`gates.min_rows`"));
    }
}
