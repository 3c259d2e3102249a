//! What is wrong with one value, in words: for the error that refuses it and the warning that lets it pass.

use super::{Check, Expectation, ValueType};

/// "`age` is 412, above 120". `value` as it was sent; `above` as the check told.
pub fn violates(check: &Check, value: &str, above: bool) -> String {
    let column = check.column.as_deref().unwrap_or("the row");
    match &check.expect {
        Expectation::NotNull => format!("`{column}` has no value"),
        Expectation::Finite => format!("`{column}` is {value}, which is no finite number"),
        Expectation::Type { of: ValueType::Whole } => format!("`{column}` is {value}, not a whole number"),
        Expectation::Type { of: ValueType::Boolean } => format!("`{column}` is {value}, neither 0 nor 1"),
        Expectation::Type { of: ValueType::Number } => format!("`{column}` is `{value}`, not a number"),
        Expectation::Range { low, high } => {
            let (side, limit) = if above { ("above", high) } else { ("below", low) };
            format!(
                "`{column}` is {value}, {side} {}",
                limit.map_or_else(String::new, |limit| seven_digits(limit).to_string())
            )
        }
        Expectation::Length { low, high } => {
            let (side, limit) = if above { ("more than", high) } else { ("fewer than", low) };
            let count = value.chars().count();
            format!("`{column}` has {count} characters, {side} {}", limit.unwrap_or_default())
        }
        Expectation::Allowed { .. } => {
            format!("`{column}` is `{value}`, which is not one of: {}", check.expect.words())
        }
        Expectation::Pattern { regex } => format!("`{column}` is `{value}`, not like {regex}"),
        // What doesn't fit was said when it was found.
        Expectation::Schema { .. } => value.to_owned(),
        _ => format!("{column}: {value}, expected {}", check.expect.words()),
    }
}

/// Without the noise of binary fractions: as fine as single precision, which is what most values are sent in.
fn seven_digits(value: f64) -> f64 {
    format!("{value:.6e}").parse().unwrap_or(value)
}

/// What the sender or the owner of the model can do about it.
pub fn advice(check: &Check) -> String {
    let send = match &check.expect {
        Expectation::NotNull => "a value".to_owned(),
        Expectation::Finite => "a finite number".to_owned(),
        other => other.words(),
    };
    format!("send {send}, or change the check `{}` among the model's quality checks", check.id)
}
