//! Variables that a job is given.

use std::collections::BTreeMap;

use tidegate_core::{Error, Result};

/// Names as a shell takes them; not those that tell the job what it is to do.
pub fn check(env: &BTreeMap<String, String>) -> Result<()> {
    for name in env.keys() {
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let whole =
            !name.is_empty() && name.chars().all(letter) && !name.starts_with(|c: char| c.is_ascii_digit());
        if !whole {
            return Err(Error::invalid(format!("`runner.env`: `{name}` is no name of a variable"))
                .hint("letters, digits and `_`, such as CUDA_VISIBLE_DEVICES"));
        }
        if name.starts_with("TIDEGATE_") {
            return Err(Error::invalid(format!("`runner.env`: `{name}` is set by Tidegate")));
        }
    }
    match env.iter().find(|(_, value)| value.contains('\0')) {
        Some((name, _)) => Err(Error::invalid(format!("`runner.env.{name}` holds a zero byte"))),
        None => Ok(()),
    }
}
