//! Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.5) with a bisecting weak-Wolfe
//! line search (Lewis and Overton 2013).

use std::{collections::VecDeque, ops::ControlFlow};

/// Correction pairs kept.
const MEMORY: usize = 10;
const SUFFICIENT_DECREASE: f64 = 1e-4;
const CURVATURE: f64 = 0.9;
/// Bisections before a line search gives up: by then the step is below rounding.
const LINE_STEPS: u32 = 50;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub iterations: u32,
    /// Converged when no component of the gradient is larger than this.
    pub gradient: f64,
}

#[derive(Debug, Clone)]
pub(crate) struct Minimum {
    pub x: Vec<f64>,
    pub iterations: u32,
    pub converged: bool,
}

/// Where the search stands.
struct Point {
    x: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

/// One step and how the gradient changed along it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    /// 1 / (step . change)
    rho: f64,
}

/// Minimises `function`, which writes its gradient to its second argument and returns its value. `watch` is
/// called after each iteration with its number and the point, and may break off.
pub(crate) fn minimise(
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
    start: Vec<f64>,
    limits: Limits,
    mut watch: impl FnMut(u32, &[f64]) -> ControlFlow<()>,
) -> ControlFlow<(), Minimum> {
    let mut gradient = vec![0.0; start.len()];
    let value = function(&start, &mut gradient);
    let mut here = Point { x: start, value, gradient };
    let mut memory: VecDeque<Pair> = VecDeque::with_capacity(MEMORY);
    let mut iterations = 0;
    while iterations < limits.iterations && largest(&here.gradient) > limits.gradient {
        let direction = descent(&here.gradient, &memory);
        let first = if memory.is_empty() { 1.0 / norm(&here.gradient).max(1.0) } else { 1.0 };
        let Some(next) = line_search(&mut function, &here, &direction, first) else {
            // A stale memory can spoil the direction; steepest descent failing too means rounding is reached.
            if memory.is_empty() {
                break;
            }
            memory.clear();
            continue;
        };
        remember(&mut memory, &here, &next);
        here = next;
        iterations += 1;
        watch(iterations, &here.x)?;
    }
    let converged = largest(&here.gradient) <= limits.gradient;
    ControlFlow::Continue(Minimum { x: here.x, iterations, converged })
}

/// The two-loop recursion: minus the approximate inverse Hessian times the gradient.
fn descent(gradient: &[f64], memory: &VecDeque<Pair>) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut weights = Vec::with_capacity(memory.len());
    for pair in memory.iter().rev() {
        let weight = pair.rho * dot(&pair.step, &direction);
        add(&mut direction, -weight, &pair.change);
        weights.push(weight);
    }
    if let Some(newest) = memory.back() {
        let scale = 1.0 / (newest.rho * dot(&newest.change, &newest.change));
        direction.iter_mut().for_each(|component| *component *= scale);
    }
    for (pair, weight) in memory.iter().zip(weights.into_iter().rev()) {
        let correction = weight - pair.rho * dot(&pair.change, &direction);
        add(&mut direction, correction, &pair.step);
    }
    direction
}

/// A step that lowers the value enough and flattens the slope enough; `None` when there is none.
fn line_search(
    function: &mut impl FnMut(&[f64], &mut [f64]) -> f64,
    here: &Point,
    direction: &[f64],
    first: f64,
) -> Option<Point> {
    let slope = dot(&here.gradient, direction);
    if slope >= 0.0 {
        return None;
    }
    let (mut low, mut high, mut length) = (0.0, f64::INFINITY, first);
    for _ in 0..LINE_STEPS {
        let mut next = Point { x: here.x.clone(), value: 0.0, gradient: vec![0.0; here.x.len()] };
        add(&mut next.x, length, direction);
        next.value = function(&next.x, &mut next.gradient);
        let enough = next.value <= here.value + SUFFICIENT_DECREASE * length * slope;
        if enough && dot(&next.gradient, direction) >= CURVATURE * slope {
            return Some(next);
        }
        *(if enough { &mut low } else { &mut high }) = length;
        length = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * length };
    }
    None
}

fn remember(memory: &mut VecDeque<Pair>, here: &Point, next: &Point) {
    let difference = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<f64>>();
    let (step, change) = (difference(&next.x, &here.x), difference(&next.gradient, &here.gradient));
    let curvature = dot(&step, &change);
    // Without positive curvature the pair would make the next direction point uphill.
    if curvature > f64::EPSILON * dot(&change, &change) {
        if memory.len() == MEMORY {
            memory.pop_front();
        }
        memory.push_back(Pair { step, change, rho: 1.0 / curvature });
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn largest(a: &[f64]) -> f64 {
    a.iter().fold(0.0, |highest, component| component.abs().max(highest))
}

/// a += factor * b
fn add(a: &mut [f64], factor: f64, b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += factor * b);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
        let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
        gradient.copy_from_slice(&[-2.0 * a - 400.0 * x[0] * b, 200.0 * b]);
        a * a + 100.0 * b * b
    }

    #[test]
    fn the_bent_valley_of_rosenbrock_is_followed_to_its_end() {
        let limits = Limits { iterations: 100, gradient: 1e-10 };
        let found = minimise(rosenbrock, vec![-1.2, 1.0], limits, |_, _| ControlFlow::Continue(()));
        let ControlFlow::Continue(found) = found else { panic!("nobody broke off") };
        assert!(found.converged && found.iterations < 60, "{found:?}");
        assert!((found.x[0] - 1.0).abs() < 1e-9 && (found.x[1] - 1.0).abs() < 1e-9, "{found:?}");
        let again = minimise(rosenbrock, found.x, limits, |_, _| ControlFlow::Continue(()));
        assert!(matches!(again, ControlFlow::Continue(Minimum { iterations: 0, .. })));
    }

    #[test]
    fn breaking_off_ends_it() {
        let limits = Limits { iterations: 100, gradient: 1e-10 };
        let mut seen = 0;
        let found = minimise(rosenbrock, vec![-1.2, 1.0], limits, |iteration, _| {
            seen = iteration;
            if iteration == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert!(found.is_break() && seen == 3);
    }
}
