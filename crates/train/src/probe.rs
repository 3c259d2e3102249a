//! Which trainer fits a file: decided by its operators, never by who made it.

use serde::{Deserialize, Serialize};
use tidegate_core::run::Mode;
use tidegate_onnx::{
    proto::{GraphProto, ModelProto, NodeProto},
    training::Ending,
};

use crate::{
    graph::{ancestors, constant, operator},
    inputs::given,
    kept::{self, Kept, stands_in_the_way},
    linear, neural, pipeline, trees,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trainer {
    /// Linear and logistic regression by L-BFGS.
    Linear,
    /// Gradient boosting on histograms.
    BoostedTrees,
    /// Deep trees on rows and columns drawn by chance; also a single tree.
    RandomForest,
    /// Gradient descent on the weights of any network whose operators can be differentiated.
    NeuralNetwork,
}

/// Whether and how a model can be retrained here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Probe {
    /// `null` when no native trainer fits.
    pub trainer: Option<Trainer>,
    /// Empty when no native trainer fits.
    pub modes: Vec<Mode>,
    /// A sentence: what can be done, or that nothing can and why.
    pub summary: String,
    /// What was found: the learner in the file, or each thing that stands in the way.
    pub details: Vec<String>,
    /// What is kept as it is before the learner ("a one-hot of 2 columns"), where that is more than scalers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

/// Looks at a model's operators and says which trainer fits.
pub fn probe(model: &ModelProto) -> Probe {
    match recognise(model, None) {
        Ok(Recognised { learner, kept }) => {
            let (modes, said) = match learner.trainer() {
                Trainer::RandomForest => (vec![Mode::Full], "full"),
                _ => (vec![Mode::Full, Mode::Continue], "continue or full"),
            };
            Probe {
                trainer: Some(learner.trainer()),
                modes,
                summary: match &kept {
                    Some(kept) => {
                        format!("can be retrained: {} behind {}, {said}", learner.name(), kept.words())
                    }
                    None => format!("can be retrained: {}, {said}", learner.name()),
                },
                details: learner.details().into_iter().chain(kept.iter().map(Kept::details)).collect(),
                kept: kept.as_ref().map(Kept::words),
            }
        }
        Err(reasons) => Probe {
            trainer: None,
            modes: Vec::new(),
            summary: refusal(&reasons),
            details: reasons,
            kept: None,
        },
    }
}

/// Reasons a summary lists; the details have them all.
const LISTED: usize = 6;

/// Why no trainer fits, in one sentence.
pub(crate) fn refusal(reasons: &[String]) -> String {
    let listed = reasons[..reasons.len().min(LISTED)].join("; ");
    match reasons.len().saturating_sub(LISTED) {
        0 => format!("cannot be retrained here: {listed}"),
        more => format!("cannot be retrained here: {listed}; and {more} more"),
    }
}

/// The one learner in a file that a native trainer can fit.
#[derive(Debug)]
pub(crate) enum Learner {
    Linear(linear::Head),
    Trees(trees::Head),
    Network(Box<neural::Net>),
}

impl Learner {
    fn trainer(&self) -> Trainer {
        match self {
            Self::Linear(_) => Trainer::Linear,
            Self::Trees(trees::Head { kind: trees::Kind::Boosted(_), .. }) => Trainer::BoostedTrees,
            Self::Trees(_) => Trainer::RandomForest,
            Self::Network(_) => Trainer::NeuralNetwork,
        }
    }
    fn name(&self) -> &'static str {
        match self {
            Self::Linear(_) => "linear model",
            Self::Trees(head) => head.name(),
            Self::Network(_) => "neural network",
        }
    }
    /// Where the learner begins; a network goes from the model's inputs on.
    fn input(&self) -> &str {
        match self {
            Self::Linear(head) => &head.input,
            Self::Trees(head) => &head.input,
            Self::Network(_) => "",
        }
    }
    fn is_classifier(&self) -> bool {
        match self {
            Self::Linear(head) => head.is_classifier(),
            Self::Trees(head) => head.is_classifier(),
            Self::Network(net) => net.ending != Ending::Open,
        }
    }
    fn details(&self) -> Vec<String> {
        let task = if self.is_classifier() { "a classifier" } else { "a regressor" };
        match self {
            Self::Linear(head) if head.log_odds => {
                vec![task.into(), "its scores become log odds".into()]
            }
            Self::Linear(_) => vec![task.into()],
            Self::Trees(head) if head.trees() == 1 => vec![task.into(), "1 tree".into()],
            Self::Trees(head) => vec![task.into(), format!("{} trees", head.trees())],
            Self::Network(net) => net.details(),
        }
    }
}

/// A learner and what is kept before it.
#[derive(Debug)]
pub(crate) struct Recognised {
    pub learner: Learner,
    /// What only a worker computes; `None` where this crate computes all that stands before the learner.
    pub kept: Option<Kept>,
}

impl Recognised {
    /// A dense layer behind more than scalers may be the last of a network, whose other layers (an embedding, say) are
    /// to be trained too.
    fn may_be_last_layer(&self) -> bool {
        self.kept.is_some() && matches!(&self.learner, Learner::Linear(head) if head.is_dense())
    }
}

/// The learner of a model, or everything that stands in the way. Linear models and trees come first; whatever else
/// has weights is a network. `answer` is the output that is to be trained.
pub(crate) fn recognise(model: &ModelProto, answer: Option<&str>) -> Result<Recognised, Vec<String>> {
    match single(model) {
        Ok(found) if found.may_be_last_layer() => Ok(network(model, answer).unwrap_or(found)),
        Ok(found) => Ok(found),
        Err(reasons) => match network(model, answer) {
            Ok(found) => Ok(found),
            Err(obstacles) if neural::is_network(model) => Err(obstacles),
            Err(_) => Err(reasons),
        },
    }
}

fn network(model: &ModelProto, answer: Option<&str>) -> Result<Recognised, Vec<String>> {
    let net = neural::Net::of(model, answer)?;
    Ok(Recognised { kept: net.kept()?, learner: Learner::Network(Box::new(net)) })
}

/// The one linear model or ensemble of trees in a file.
fn single(model: &ModelProto) -> Result<Recognised, Vec<String>> {
    let graph = model.graph.as_ref().ok_or_else(|| vec!["the file has no graph".to_owned()])?;
    let index = the_learner(graph)?;
    let producer = model.producer_name.as_deref().unwrap_or_default();
    let learner = learner(graph, index, producer).map_err(|reason| vec![reason])?;
    let before = ancestors(graph, learner.input());
    let blocks = |(place, node): &(usize, &NodeProto)| match before.contains(place) {
        true => stands_in_the_way(node),
        false => *place != index && !passes_on(graph, node, &learner),
    };
    let blocking: Vec<&NodeProto> =
        graph.node.iter().enumerate().filter(blocks).map(|(_, node)| node).collect();
    if !blocking.is_empty() {
        return Err(named(blocking));
    }
    let nodes = before.iter().map(|place| &graph.node[*place]);
    let used = |name: &String| name == learner.input() || nodes.clone().any(|node| node.input.contains(name));
    let texts = given(graph).any(|input| kept::takes_texts(input) && input.name.as_ref().is_some_and(used));
    let kept = match !texts && nodes.clone().all(|node| pipeline::understands(graph, node)) {
        true => None,
        false => Some(Kept::of(nodes)?),
    };
    Ok(Recognised { learner, kept })
}

/// The place of the one learner. Dense layers before a learner of another kind are a projection (of a principal
/// component analysis, say), which is kept.
fn the_learner(graph: &GraphProto) -> Result<usize, Vec<String>> {
    let kind = |index: &usize| operator(&graph.node[*index]);
    let learners: Vec<usize> = (0..graph.node.len()).filter(|index| is_learner(kind(index))).collect();
    if let [index] = learners[..] {
        return Ok(index);
    }
    let dense = |index: &usize| matches!(kind(index), "Gemm" | "MatMul");
    let others: Vec<usize> = learners.iter().copied().filter(|index| !dense(index)).collect();
    if let [index] = others[..] {
        let before = ancestors(graph, &graph.node[index].input[0]);
        if learners.iter().all(|learner| *learner == index || before.contains(learner)) {
            return Ok(index);
        }
    }
    Err(not_one(graph, &learners))
}

fn is_learner(operator: &str) -> bool {
    matches!(
        operator,
        "LinearClassifier"
            | "LinearRegressor"
            | "TreeEnsembleClassifier"
            | "TreeEnsembleRegressor"
            | "Gemm"
            | "MatMul"
    )
}

fn learner(graph: &GraphProto, index: usize, producer: &str) -> Result<Learner, String> {
    match operator(&graph.node[index]) {
        "TreeEnsembleClassifier" | "TreeEnsembleRegressor" => {
            trees::Head::of(&graph.node[index], index, producer).map(Learner::Trees)
        }
        _ => linear::Head::of(graph, index).map(Learner::Linear),
    }
}

/// No learner, or several of them.
fn not_one(graph: &GraphProto, learners: &[usize]) -> Vec<String> {
    if learners.is_empty() {
        let others = named(graph.node.iter().filter(|node| stands_in_the_way(node)).collect());
        if !others.is_empty() {
            return others;
        }
        let known = |node: &&NodeProto| !pipeline::understands(graph, node) && !is_plumbing(operator(node));
        let unknown = named(graph.node.iter().filter(known).collect());
        return if unknown.is_empty() { vec!["nothing in it can be trained".into()] } else { unknown };
    }
    let mut reasons = named(graph.node.iter().filter(|node| !is_plumbing(operator(node))).collect());
    reasons.insert(0, format!("{} learners or layers in one file", learners.len()));
    reasons
}

/// Operators behind a learner that only carry its answer on.
fn is_plumbing(operator: &str) -> bool {
    matches!(
        operator,
        "Identity" | "Cast" | "ZipMap" | "Reshape" | "Squeeze" | "Unsqueeze" | "Flatten" | "Constant"
    )
}

/// Whether a node that is no ancestor of the learner leaves the meaning of its answer as it is.
fn passes_on(graph: &GraphProto, node: &NodeProto, learner: &Learner) -> bool {
    let by_one =
        || node.input.iter().any(|input| constant(graph, input).is_some_and(|c| c.iter().all(|v| *v == 1.0)));
    match operator(node) {
        plumbing if is_plumbing(plumbing) => true,
        "Normalizer" | "ArgMax" | "ArrayFeatureExtractor" => learner.is_classifier(),
        "Mul" => by_one(),
        "Add" | "Softmax" | "Sigmoid" => match learner {
            Learner::Linear(head) => head.owns(node),
            Learner::Trees(_) | Learner::Network(_) => false,
        },
        _ => false,
    }
}

/// Each operator type once.
pub(crate) fn named(nodes: Vec<&NodeProto>) -> Vec<String> {
    let mut names: Vec<String> =
        nodes.into_iter().map(|node| format!("operator {}", operator(node))).collect();
    names.sort();
    names.dedup();
    names
}
