//! What a model's answers hang on now, and what its drift does to them.

use serde::Serialize;
use tidegate_core::Time;
use tidegate_monitor::drift::State;
use utoipa::ToSchema;

/// An explanation under way or done. It is made in the background: ask again until it is no longer `running`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExplainView {
    pub state: ExplainState,
    /// Requests to the model made so far, and in all.
    pub done: u32,
    pub total: u32,
    /// Why there is none: too few rows, or the model failed.
    pub why: Option<String>,
    /// While `running`, that of an earlier window, if there is one.
    pub result: Option<Explanation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExplainState {
    Running,
    Done,
    Failed,
}

/// Made of recorded rows that the deployed model was asked again, unrecorded and uncounted.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Explanation {
    pub version: u32,
    /// The window the rows are from.
    pub from: Time,
    pub to: Time,
    pub made: Time,
    /// Rows asked, and those among them that have a label.
    pub rows: u64,
    pub labelled: u64,
    /// What changes of the answer are measured in.
    pub unit: AnswerUnit,
    /// Mean distance of the answers of two rows: what changes are large or small against.
    pub spread: f64,
    /// Every input, the most important first.
    pub features: Vec<Importance>,
    /// The drifted inputs, that with the largest effect on the answer first.
    pub drift: Vec<DriftEffect>,
    /// `None` where there are no reference rows to rank inputs on.
    pub attribution: Option<Attribution>,
    /// What was left out for want of time, in words; else empty.
    pub note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerUnit {
    /// Half the summed difference of the classes' probabilities, 0 to 1: with two classes, of either.
    Probability,
    /// Share of rows that get another class.
    Class,
    /// The predicted number.
    Value,
}

/// Permutation importance: what changes when an input's values are shuffled among the rows.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Importance {
    pub feature: String,
    /// Mean change of the answer.
    pub answer: f64,
    /// Mean rise of the loss (log loss, share of wrong answers, or absolute error) over labelled rows.
    pub loss: Option<f64>,
    /// Place by `answer`, from 1; and on the reference rows.
    pub rank: u32,
    pub reference_rank: Option<u32>,
    pub reference_answer: Option<f64>,
}

/// What the drift of an input does to the answers: they are compared with those for the same rows with its
/// values mapped back to the reference's distribution.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DriftEffect {
    pub feature: String,
    pub psi: f64,
    pub state: State,
    /// Mean change of the answer.
    pub effect: f64,
    /// Of the answers' spread.
    pub share: f64,
    /// Share of rows that get another class; `None` for numbers.
    pub flipped: Option<f64>,
    /// How much lower (or higher, if negative) the loss would be without the drift, over labelled rows.
    pub loss: Option<f64>,
    pub verdict: EffectVerdict,
    /// "hurts: answers move by 0.12 on average, 31% of their spread".
    pub sentence: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectVerdict {
    Hurts,
    Harmless,
}

/// Whether the inputs that matter are still those that mattered: nDCG of the importance on the reference, ranked
/// by the importance now (as SageMaker Clarify and Vertex AI do).
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Attribution {
    /// 1 for the same order.
    pub ndcg: f64,
    /// Drifted below this.
    pub limit: f64,
    pub drifted: bool,
    pub reference_rows: u64,
    pub sentence: String,
}
