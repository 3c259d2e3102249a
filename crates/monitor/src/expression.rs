//! A small language for a model's own metric: one number a row, from truth, answer and features.
//!
//! Owns its grammar, what names mean and how a row is computed. Everything is a number: a text is a code, so that
//! texts can be compared, and what is true is 1. Must not know where rows come from.
//!
//! Written by hand because no permissive library of expressions has all three: `if(a, b, c)`, comparison of texts,
//! and errors that say where.

mod parse;

use tidegate_core::{
    Result,
    schema::{Answered, Schema, Truth},
};

/// A checked expression, ready for rows of one schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    root: Node,
    /// Names of the features it reads, in the order [`Expression::value`] takes them.
    features: Vec<String>,
    labels: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Number(f64),
    Variable(Variable),
    Not(Box<Node>),
    Minus(Box<Node>),
    Binary(Binary, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variable {
    /// `y`
    Truth,
    /// `yhat`
    Answer,
    /// `p`: of the positive class with two, else of the predicted one.
    Probability,
    /// `p_<class>`
    Of(usize),
    Feature(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    If,
    Min,
    Max,
    Abs,
    Round,
    Floor,
    Ceil,
    Sqrt,
    Exp,
    Log,
}

impl Function {
    const ALL: [(&'static str, Self); 10] = [
        ("if", Self::If),
        ("min", Self::Min),
        ("max", Self::Max),
        ("abs", Self::Abs),
        ("round", Self::Round),
        ("floor", Self::Floor),
        ("ceil", Self::Ceil),
        ("sqrt", Self::Sqrt),
        ("exp", Self::Exp),
        ("log", Self::Log),
    ];
    /// Fewest and most arguments.
    fn arguments(self) -> (usize, usize) {
        match self {
            Self::If => (3, 3),
            Self::Min | Self::Max => (1, 16),
            _ => (1, 1),
        }
    }
}

/// A value as a number: a text that reads as one is it, every other text is a code of its own.
pub fn code(text: &str) -> f64 {
    if let Ok(number) = text.trim().parse::<f64>() {
        return number;
    }
    // FNV-1a; 51 bits and a half, which no whole number equals.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (hash >> 13) as f64 + 0.5
}

impl Expression {
    /// # Errors
    /// Invalid, with the column and what was expected there, or which names there are.
    pub fn parse(text: &str, schema: &Schema) -> Result<Self> {
        parse::parse(text, schema)
    }
    /// The features it reads.
    pub fn features(&self) -> &[String] {
        &self.features
    }
    /// The value of one row; `features` hold what [`Self::features`] names, texts as [`code`]. `None` where it is no
    /// finite number: a division by 0, or something that is missing.
    pub fn value(&self, truth: &Truth, answer: &Answered, features: &[f64]) -> Option<f64> {
        let row = Row { truth, answer, features, labels: &self.labels };
        Some(self.root.value(&row)).filter(|value| value.is_finite())
    }
}

struct Row<'a> {
    truth: &'a Truth,
    answer: &'a Answered,
    features: &'a [f64],
    labels: &'a [String],
}

impl Row<'_> {
    fn get(&self, variable: Variable) -> f64 {
        let value = match variable {
            Variable::Truth => Some(match self.truth {
                Truth::Number(number) => *number,
                Truth::Class(class) => code(class),
            }),
            Variable::Answer => {
                self.answer.value.or_else(|| crate::accuracy::predicted(self.answer, self.labels).map(code))
            }
            Variable::Probability => self.answer.probabilities.as_deref().and_then(|row| match row {
                [_, positive] => Some(*positive),
                row => row.iter().copied().reduce(f64::max),
            }),
            Variable::Of(class) => {
                self.answer.probabilities.as_deref().and_then(|row| row.get(class).copied())
            }
            Variable::Feature(index) => self.features.get(index).copied(),
        };
        value.unwrap_or(f64::NAN)
    }
}

impl Node {
    fn value(&self, row: &Row<'_>) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Variable(variable) => row.get(*variable),
            Self::Not(of) => logic(of.value(row), |x| x == 0.0),
            Self::Minus(of) => -of.value(row),
            Self::Binary(binary, a, b) => binary.value(a.value(row), b.value(row)),
            Self::Call(Function::If, arguments) => match arguments[0].value(row) {
                condition if condition.is_nan() => f64::NAN,
                0.0 => arguments[2].value(row),
                _ => arguments[1].value(row),
            },
            Self::Call(function, arguments) => {
                let values = arguments.iter().map(|argument| argument.value(row));
                function.value(&values.collect::<Vec<_>>())
            }
        }
    }
}

/// What is missing stays missing.
fn logic(x: f64, of: impl Fn(f64) -> bool) -> f64 {
    if x.is_nan() { x } else { f64::from(u8::from(of(x))) }
}

impl Binary {
    fn value(self, a: f64, b: f64) -> f64 {
        let compared = |of: fn(f64, f64) -> bool| logic(a + b, |_| of(a, b));
        match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Remainder => a % b,
            Self::Power => a.powf(b),
            Self::Less => compared(|a, b| a < b),
            Self::LessOrEqual => compared(|a, b| a <= b),
            Self::Greater => compared(|a, b| a > b),
            Self::GreaterOrEqual => compared(|a, b| a >= b),
            Self::Equal => compared(|a, b| a == b),
            Self::NotEqual => compared(|a, b| a != b),
            Self::And => compared(|a, b| a != 0.0 && b != 0.0),
            Self::Or => compared(|a, b| a != 0.0 || b != 0.0),
        }
    }
}

impl Function {
    fn value(self, x: &[f64]) -> f64 {
        let any_missing = x.iter().any(|x| x.is_nan());
        match self {
            _ if any_missing => f64::NAN,
            Self::Min => x.iter().copied().fold(f64::INFINITY, f64::min),
            Self::Max => x.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            Self::Abs => x[0].abs(),
            Self::Round => x[0].round(),
            Self::Floor => x[0].floor(),
            Self::Ceil => x[0].ceil(),
            Self::Sqrt => x[0].sqrt(),
            Self::Exp => x[0].exp(),
            Self::Log => x[0].ln(),
            // Answered where it stands, as only one branch counts.
            Self::If => f64::NAN,
        }
    }
}

#[cfg(test)]
#[path = "expression/tests.rs"]
mod tests;
