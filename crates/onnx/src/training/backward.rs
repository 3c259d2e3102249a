//! The way back through a graph: which nodes lie on it, what stands in it, and the gradients.

use std::collections::{HashMap, HashSet};

use super::{
    apart,
    facts::Facts,
    rules::{self, Step},
    tape::{Gathered, Tape},
};
use crate::{
    node::{is_standard, operator},
    proto::{GraphProto, NodeProto},
};

/// How a refusal names a node.
pub(super) fn named(node: &NodeProto) -> String {
    let domain = node.domain.as_deref().filter(|_| !is_standard(node));
    let operator = match domain {
        Some(domain) => format!("operator {domain}.{}", operator(node)),
        None => format!("operator {}", operator(node)),
    };
    match node.name.as_deref().filter(|name| !name.is_empty()) {
        Some(name) => format!("{operator} (node `{name}`)"),
        None => operator,
    }
}

/// Values that change with one of `wanted`, as far as gradients are concerned.
pub(super) fn dependent(graph: &GraphProto, wanted: &[String]) -> HashSet<String> {
    let mut dependent: HashSet<String> = wanted.iter().cloned().collect();
    for node in &graph.node {
        if !rules::stops(node) && node.input.iter().any(|input| dependent.contains(input)) {
            dependent.extend(node.output.iter().filter(|output| !output.is_empty()).cloned());
        }
    }
    dependent
}

/// Indices of the nodes between `wanted` and `value`, in the order of the graph.
pub(super) fn between(graph: &GraphProto, value: &str, wanted: &[String]) -> Vec<usize> {
    let dependent = dependent(graph, wanted);
    let mut needed = HashSet::from([value]);
    let mut found = Vec::new();
    for (index, node) in graph.node.iter().enumerate().rev() {
        let used = node.output.iter().any(|o| needed.contains(o.as_str()) && dependent.contains(o));
        if used && !rules::stops(node) {
            needed.extend(node.input.iter().map(String::as_str));
            found.push(index);
        }
    }
    found.reverse();
    found
}

/// What stands between the parameters and a value: each node without a rule, by operator and name.
pub fn obstacles(graph: &GraphProto, value: &str, wanted: &[String]) -> Vec<String> {
    let nodes = between(graph, value, wanted).into_iter().map(|index| &graph.node[index]);
    nodes
        .filter_map(|node| match apart::parts(node) {
            Some(Ok(())) => None,
            Some(Err(reason)) => Some(format!("{}: {reason}", named(node))),
            None => rules::rule(node).is_none().then(|| named(node)),
        })
        .collect()
}

/// Adds the nodes that compute the gradients of `wanted`, given those of `seeds` (value and name of its gradient),
/// and says how they are called. A value that nothing depends on has none.
///
/// # Errors
/// Every node in the way, by operator and name, with the reason where there is more to say.
pub fn gradients(
    graph: &mut GraphProto,
    facts: &Facts,
    seeds: &[(String, String)],
    wanted: &[String],
) -> Result<HashMap<String, String>, Vec<String>> {
    let mut tape = Tape::new("tidegate/gradient");
    let mut gathered = Gathered::new(dependent(graph, wanted));
    seeds.iter().for_each(|(value, grad)| gathered.give(value, grad.clone()));
    let (mut more, mut obstacles) = (Vec::new(), Vec::new());
    for (index, node) in graph.node.iter().enumerate().rev() {
        let dependent = node.output.iter().any(|output| gathered.wanted.contains(output));
        // Where a parameter is unpacked from the flat input the way ends.
        if !dependent || rules::stops(node) || node.output.iter().any(|output| wanted.contains(output)) {
            continue;
        }
        let grads: Vec<Option<String>> =
            node.output.iter().map(|output| gathered.take(&mut tape, output)).collect();
        if grads.iter().all(Option::is_none) {
            continue;
        }
        let mut step =
            Step { node, facts, tape: &mut tape, gathered: &mut gathered, grads, more: Vec::new() };
        let done = match rules::rule(node) {
            Some(rule) => check(&step).and_then(|()| rule(&mut step)),
            None => Err(String::new()),
        };
        more.extend(step.more.into_iter().map(|(output, name)| (index, output, name)));
        match done {
            Err(reason) if reason.is_empty() => obstacles.push(named(node)),
            Err(reason) => obstacles.push(format!("{}: {reason}", named(node))),
            Ok(()) => {}
        }
    }
    if !obstacles.is_empty() {
        return Err(obstacles);
    }
    let found =
        wanted.iter().filter_map(|name| Some((name.clone(), gathered.take(&mut tape, name)?))).collect();
    for (index, output, name) in more {
        let outputs = &mut graph.node[index].output;
        outputs.resize(outputs.len().max(output + 1), String::new());
        outputs[output] = name;
    }
    graph.node.extend(tape.nodes);
    graph.initializer.extend(tape.constants);
    Ok(found)
}

/// Rules compute in single precision on values whose shapes are known.
fn check(step: &Step<'_>) -> Result<(), String> {
    for name in step.node.input.iter().filter(|name| step.gathered.wanted.contains(*name)) {
        match step.facts.get(name) {
            None => return Err(format!("the shape of `{name}` is not known")),
            Some(fact) if fact.element != tidegate_core::ElementType::F32 => {
                return Err(format!("computes in {}", crate::element_name(fact.element)));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
