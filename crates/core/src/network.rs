//! How a neural network is retrained: what a plan says beyond what all trainers take.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Network {
    /// Rows a step.
    pub batch: u32,
    pub learning_rate: f64,
    pub optimiser: Optimiser,
    /// Of SGD; 0 is without.
    pub momentum: f64,
    /// Share of each weight taken away at a step, times the learning rate; biases and scales are spared.
    pub weight_decay: f64,
    pub schedule: Schedule,
    /// Share of all steps in which the learning rate rises to its value.
    pub warm_up: f64,
    /// The largest length of a gradient; `null` does not clip.
    pub clip: Option<f64>,
    /// Epochs without a better loss on the rows that watch, after which it ends; `null` goes through all.
    pub patience: Option<u32>,
    /// Regression: squared error up to this distance, linear beyond (Huber); `null` is squared throughout.
    pub huber: Option<f64>,
    /// Rows of rare classes count more, so that every class counts the same.
    pub balanced: bool,
    /// Share of the truth spread evenly over all classes.
    pub smoothing: f64,
    /// Share of the truth replaced by what the champion answers.
    pub distil: f64,
    /// Old rows mixed with the new ones when continuing, drawn at random; `null` takes all.
    pub replay: Option<u32>,
    /// Strength that holds weights which old rows depend on where they are (elastic weight consolidation).
    pub ewc: f64,
    /// Only so many layers, counted from the output, are trained; `null` trains all.
    pub last_layers: Option<u32>,
    /// Weights whose names begin with one of these are left as they are.
    pub freeze: Vec<String>,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            batch: 32,
            learning_rate: 1e-3,
            optimiser: Optimiser::AdamW,
            momentum: 0.9,
            weight_decay: 0.01,
            schedule: Schedule::Cosine,
            warm_up: 0.0,
            clip: Some(1.0),
            patience: Some(10),
            huber: None,
            balanced: false,
            smoothing: 0.0,
            distil: 0.0,
            replay: None,
            ewc: 0.0,
            last_layers: None,
            freeze: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Optimiser {
    /// Loshchilov and Hutter 2019.
    #[default]
    AdamW,
    Sgd,
}

/// How the learning rate goes over the steps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    Constant,
    /// Half a cosine down to 0.
    #[default]
    Cosine,
    /// A tenth after each third of the steps.
    Step,
}

impl Network {
    /// The first field that makes no sense, in words.
    pub fn problem(&self) -> Option<&'static str> {
        let amount = |value: f64| value.is_finite() && value >= 0.0;
        let share = |value: f64| (0.0..=1.0).contains(&value);
        let positive = |value: f64| value.is_finite() && value > 0.0;
        Some(match self {
            Self { batch: 0, .. } => "`network.batch` is 0",
            Self { learning_rate, .. } if !positive(*learning_rate) => {
                "`network.learning_rate` is not a positive number"
            }
            Self { momentum, .. } if !(0.0..1.0).contains(momentum) => {
                "`network.momentum` is not between 0 and 1"
            }
            Self { weight_decay, .. } if !amount(*weight_decay) => {
                "`network.weight_decay` is negative or not finite"
            }
            Self { warm_up, .. } if !share(*warm_up) => "`network.warm_up` is not a share between 0 and 1",
            Self { clip: Some(clip), .. } if !positive(*clip) => "`network.clip` is not a positive number",
            Self { patience: Some(0), .. } => "`network.patience` is 0",
            Self { huber: Some(delta), .. } if !positive(*delta) => {
                "`network.huber` is not a positive number"
            }
            Self { smoothing, .. } if !share(*smoothing) => {
                "`network.smoothing` is not a share between 0 and 1"
            }
            Self { distil, .. } if !share(*distil) => "`network.distil` is not a share between 0 and 1",
            Self { ewc, .. } if !amount(*ewc) => "`network.ewc` is negative or not finite",
            Self { last_layers: Some(0), .. } => "`network.last_layers` is 0",
            _ => return None,
        })
    }
}
