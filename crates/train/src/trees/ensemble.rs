//! A tree ensemble as a file holds it, and its raw scores exactly as ONNX Runtime computes them: single
//! precision, tree by tree, the base values last.

use std::collections::{HashMap, HashSet};

use tidegate_onnx::proto::NodeProto;
use tidegate_trees::Matrix;

use crate::graph::{floats, ints, strings, text};

/// Names of the leaf attributes, which differ between the two operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LeafNames {
    pub trees: &'static str,
    pub nodes: &'static str,
    pub outputs: &'static str,
    pub weights: &'static str,
}

pub(crate) const CLASSIFIER: LeafNames = LeafNames {
    trees: "class_treeids",
    nodes: "class_nodeids",
    outputs: "class_ids",
    weights: "class_weights",
};
pub(crate) const REGRESSOR: LeafNames = LeafNames {
    trees: "target_treeids",
    nodes: "target_nodeids",
    outputs: "target_ids",
    weights: "target_weights",
};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Node {
    /// Its weights stand from here to there.
    Leaf {
        from: usize,
        to: usize,
    },
    Branch {
        column: usize,
        question: Question,
        threshold: f32,
        missing_yes: bool,
        yes: usize,
        no: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Question {
    AtMost,
    Below,
    AtLeast,
    Above,
    Equal,
    Different,
}

/// The trees summed, or averaged, and the base values added.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ensemble {
    nodes: Vec<Node>,
    /// The output and value of each weight, leaf by leaf.
    weights: Vec<(usize, f32)>,
    roots: Vec<usize>,
    outputs: usize,
    averages: bool,
    /// Empty or one an output.
    base: Vec<f32>,
}

/// How one tree stands beside the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stand {
    /// Questions from its root to its farthest leaf.
    pub depth: u32,
    /// Mean of what its leaves say, summed over outputs, their standard deviation, and the largest.
    pub mean: f64,
    pub spread: f64,
    pub most: f64,
}

impl Ensemble {
    /// The ensemble of a node. With one output every leaf belongs to it, whatever class it names.
    pub fn read(node: &NodeProto, names: LeafNames, outputs: usize) -> Result<Self, String> {
        let mut leaves = leaves(node, names, outputs)?;
        let keys: Vec<(i64, i64)> = ints(node, "nodes_treeids")
            .iter()
            .copied()
            .zip(ints(node, "nodes_nodeids").iter().copied())
            .collect();
        let places: HashMap<(i64, i64), usize> =
            keys.iter().enumerate().map(|(place, key)| (*key, place)).collect();
        let fields =
            Fields::of(node, keys.len()).ok_or("a tree ensemble whose attributes differ in length")?;
        let mut parents = vec![0_usize; keys.len()];
        let (mut nodes, mut weights) = (Vec::with_capacity(keys.len()), Vec::new());
        for (place, key) in keys.iter().enumerate() {
            let read = if fields.modes[place] == "LEAF" {
                let from = weights.len();
                weights.append(&mut leaves.remove(key).unwrap_or_default());
                Node::Leaf { from, to: weights.len() }
            } else {
                let child =
                    |id: i64| places.get(&(key.0, id)).copied().ok_or("a tree that names a missing node");
                let (yes, no) = (child(fields.yes[place])?, child(fields.no[place])?);
                [yes, no].into_iter().for_each(|child| parents[child] += 1);
                fields.branch(place, yes, no)?
            };
            nodes.push(read);
        }
        let roots: Vec<usize> = (0..nodes.len()).filter(|place| parents[*place] == 0).collect();
        let trees: HashSet<i64> = keys.iter().map(|(tree, _)| *tree).collect();
        if roots.len() != trees.len() || !ends(&nodes, &roots, parents) {
            return Err("a tree that does not hang together".into());
        }
        let averages = text(node, "aggregate_function").as_deref() == Some("AVERAGE");
        Ok(Self { nodes, weights, roots, outputs, averages, base: floats(node, "base_values").to_vec() })
    }

    /// Whether every leaf has one weight at most.
    pub fn has_single_leaves(&self) -> bool {
        self.nodes.iter().all(|node| !matches!(node, Node::Leaf { from, to } if to - from > 1))
    }

    /// How each tree stands beside the others, in the order of the file.
    pub fn stands(&self) -> Vec<Stand> {
        self.roots.iter().map(|root| self.stand(*root)).collect()
    }

    fn stand(&self, root: usize) -> Stand {
        let (mut depth, mut waiting, mut said) = (0, vec![(root, 0)], Vec::new());
        // Groups of categories lead to the same node many times; it is counted once.
        let mut seen = HashSet::new();
        while let Some((place, asked)) = waiting.pop() {
            depth = depth.max(asked);
            match self.nodes[place] {
                Node::Branch { yes, no, .. } => {
                    waiting.extend(
                        [yes, no]
                            .into_iter()
                            .filter(|child| seen.insert(*child))
                            .map(|child| (child, asked + 1)),
                    );
                }
                Node::Leaf { from, to } => {
                    said.push(
                        self.weights[from..to].iter().map(|(_, weight)| f64::from(*weight)).sum::<f64>(),
                    );
                }
            }
        }
        let leaves = said.len().max(1) as f64;
        let mean = said.iter().sum::<f64>() / leaves;
        let spread = (said.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / leaves).sqrt();
        Stand { depth, mean, spread, most: said.into_iter().fold(f64::NEG_INFINITY, f64::max) }
    }

    /// Columns the trees look at: one more than the highest index.
    pub fn columns(&self) -> usize {
        let column = |node: &Node| if let Node::Branch { column, .. } = node { column + 1 } else { 0 };
        self.nodes.iter().map(column).max().unwrap_or(0)
    }

    /// Whether the file asks `x < threshold` for all numbers.
    pub fn asks_below(&self) -> bool {
        let mut questions = self
            .nodes
            .iter()
            .filter_map(|node| if let Node::Branch { question, .. } = node { Some(question) } else { None })
            .filter(|question| **question != Question::Equal);
        questions.next().is_some_and(|first| *first == Question::Below)
            && questions.all(|q| *q == Question::Below)
    }

    /// Whether no leaf is negative, which changes how ONNX Runtime reads a binary classifier.
    pub fn never_negative(&self) -> bool {
        self.weights.iter().all(|(_, weight)| *weight >= 0.0)
    }

    /// Raw scores before the post-transform, rows x outputs.
    pub fn score(&self, rows: &Matrix) -> Vec<f64> {
        rows.iter_rows().flat_map(|row| self.score_row(row)).map(f64::from).collect()
    }

    fn score_row(&self, row: &[f32]) -> Vec<f32> {
        let mut scores = vec![0.0; self.outputs];
        for root in &self.roots {
            self.leaf(*root, row).iter().for_each(|(output, weight)| scores[*output] += weight);
        }
        if self.averages {
            scores.iter_mut().for_each(|score| *score /= self.roots.len() as f32);
        }
        scores.iter_mut().zip(&self.base).for_each(|(score, base)| *score += base);
        scores
    }

    fn leaf(&self, mut place: usize, row: &[f32]) -> &[(usize, f32)] {
        loop {
            match self.nodes[place] {
                Node::Leaf { from, to } => return &self.weights[from..to],
                Node::Branch { column, question, threshold, missing_yes, yes, no } => {
                    let x = row[column];
                    let goes = question.holds(x, threshold) || (missing_yes && x.is_nan());
                    place = if goes { yes } else { no };
                }
            }
        }
    }
}

/// Whether every way from a root ends in a leaf: no node is its own ancestor. A node may have several parents, as
/// where a group of categories is asked for one by one.
fn ends(nodes: &[Node], roots: &[usize], mut parents: Vec<usize>) -> bool {
    let mut waiting = roots.to_vec();
    let mut count = 0;
    while let Some(place) = waiting.pop() {
        count += 1;
        if let Node::Branch { yes, no, .. } = nodes[place] {
            for child in [yes, no] {
                parents[child] -= 1;
                if parents[child] == 0 {
                    waiting.push(child);
                }
            }
        }
    }
    count == nodes.len()
}

impl Question {
    fn of(mode: &str) -> Option<Self> {
        Some(match mode {
            "BRANCH_LEQ" => Self::AtMost,
            "BRANCH_LT" => Self::Below,
            "BRANCH_GTE" => Self::AtLeast,
            "BRANCH_GT" => Self::Above,
            "BRANCH_EQ" => Self::Equal,
            "BRANCH_NEQ" => Self::Different,
            _ => return None,
        })
    }
    fn holds(self, x: f32, threshold: f32) -> bool {
        match self {
            Self::AtMost => x <= threshold,
            Self::Below => x < threshold,
            Self::AtLeast => x >= threshold,
            Self::Above => x > threshold,
            Self::Equal => x == threshold,
            Self::Different => x != threshold,
        }
    }
}

/// The attributes of the nodes, all of one length.
struct Fields<'a> {
    columns: &'a [i64],
    thresholds: &'a [f32],
    modes: Vec<String>,
    yes: &'a [i64],
    no: &'a [i64],
    missing: &'a [i64],
}

impl<'a> Fields<'a> {
    fn of(node: &'a NodeProto, nodes: usize) -> Option<Self> {
        let fields = Self {
            columns: ints(node, "nodes_featureids"),
            thresholds: floats(node, "nodes_values"),
            modes: strings(node, "nodes_modes"),
            yes: ints(node, "nodes_truenodeids"),
            no: ints(node, "nodes_falsenodeids"),
            missing: ints(node, "nodes_missing_value_tracks_true"),
        };
        let lengths = [fields.columns.len(), fields.modes.len(), fields.yes.len(), fields.no.len()];
        let same = lengths.iter().all(|length| *length == nodes) && fields.thresholds.len() == nodes;
        (same && (fields.missing.is_empty() || fields.missing.len() == nodes)).then_some(fields)
    }

    fn branch(&self, place: usize, yes: usize, no: usize) -> Result<Node, String> {
        let mode = &self.modes[place];
        Ok(Node::Branch {
            column: usize::try_from(self.columns[place])
                .map_err(|_| "a tree that looks at a negative column")?,
            question: Question::of(mode).ok_or_else(|| format!("a tree with nodes of mode {mode}"))?,
            threshold: self.thresholds[place],
            missing_yes: self.missing.get(place).is_some_and(|flag| *flag != 0),
            yes,
            no,
        })
    }
}

type Leaves = HashMap<(i64, i64), Vec<(usize, f32)>>;

fn leaves(node: &NodeProto, names: LeafNames, outputs: usize) -> Result<Leaves, String> {
    let (trees, nodes) = (ints(node, names.trees), ints(node, names.nodes));
    let (ids, weights) = (ints(node, names.outputs), floats(node, names.weights));
    if [nodes.len(), ids.len(), weights.len()] != [trees.len(); 3] {
        return Err("a tree ensemble whose attributes differ in length".into());
    }
    let mut leaves = Leaves::with_capacity(trees.len());
    for (place, key) in trees.iter().copied().zip(nodes.iter().copied()).enumerate() {
        let output = if outputs == 1 { 0 } else { usize::try_from(ids[place]).unwrap_or(usize::MAX) };
        if output >= outputs {
            return Err(format!("a leaf for class {} of {outputs}", ids[place]));
        }
        leaves.entry(key).or_default().push((output, weights[place]));
    }
    Ok(leaves)
}
