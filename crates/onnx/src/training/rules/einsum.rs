//! Einstein sums: the gradient of each operand is another one.

use std::collections::HashMap;

use super::Step;
use crate::node::text;

pub(super) fn rule(step: &mut Step<'_>) -> Result<(), String> {
    let grad = step.grad()?;
    let (operands, result) = parse(&text(step.node, "equation").unwrap_or_default())?;
    let lengths = lengths(step, &operands)?;
    for index in (0..operands.len()).filter(|index| step.wants(*index)).collect::<Vec<_>>() {
        let others = || (0..operands.len()).filter(move |other| *other != index);
        let elsewhere =
            |letter: &char| result.contains(letter) || others().any(|other| operands[other].contains(letter));
        let own = &operands[index];
        let reached: Vec<char> = own.iter().copied().filter(elsewhere).collect();
        let terms: Vec<&Vec<char>> = std::iter::once(&result).chain(others().map(|o| &operands[o])).collect();
        let terms: Vec<String> = terms.iter().map(|term| term.iter().collect()).collect();
        let equation = format!("{}->{}", terms.join(","), reached.iter().collect::<String>());
        let inputs: Vec<&str> =
            std::iter::once(grad.as_str()).chain(others().map(|other| step.x(other))).collect();
        let made = step.tape.op("Einsum", &inputs, vec![crate::node::of_text("equation", &equation)]);
        // Letters of this operand alone were summed over: the gradient is the same along them.
        let kept: Vec<usize> =
            own.iter().map(|letter| if reached.contains(letter) { lengths[letter] } else { 1 }).collect();
        let given = match reached.len() == own.len() {
            true => made,
            false => {
                let shaped = step.tape.reshape(&made, &kept);
                step.tape.expand(&shaped, step.shape(index))
            }
        };
        step.give(index, given);
    }
    Ok(())
}

/// The letters of each operand and of the result.
fn parse(equation: &str) -> Result<(Vec<Vec<char>>, Vec<char>), String> {
    let equation: String = equation.chars().filter(|letter| !letter.is_whitespace()).collect();
    if equation.contains('.') {
        return Err("an equation with `...`".into());
    }
    let (left, right) = match equation.split_once("->") {
        Some((left, right)) => (left, Some(right.chars().collect::<Vec<_>>())),
        None => (equation.as_str(), None),
    };
    let operands: Vec<Vec<char>> = left.split(',').map(|term| term.chars().collect()).collect();
    let twice = |term: &Vec<char>| term.iter().any(|a| term.iter().filter(|b| a == *b).count() > 1);
    if operands.iter().any(twice) {
        return Err("an equation that takes a diagonal".into());
    }
    let result = right.unwrap_or_else(|| {
        let all: Vec<char> = operands.concat();
        let mut once: Vec<char> =
            all.iter().copied().filter(|a| all.iter().filter(|b| a == *b).count() == 1).collect();
        once.sort_unstable();
        once
    });
    Ok((operands, result))
}

fn lengths(step: &Step<'_>, operands: &[Vec<char>]) -> Result<HashMap<char, usize>, String> {
    let mut lengths = HashMap::new();
    for (index, term) in operands.iter().enumerate() {
        for (letter, dim) in term.iter().zip(step.shape(index)) {
            if *lengths.entry(*letter).or_insert(*dim) != *dim {
                return Err(format!("an equation whose `{letter}` is broadcast"));
            }
        }
    }
    Ok(lengths)
}
