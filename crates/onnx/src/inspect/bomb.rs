//! Constants that make a small file fill the memory: outputs as large as a constant shape says.

use super::outline::Outline;

/// Some 4 GB of float32: more than any honest constant.
const REFUSED_ELEMENTS: u64 = 1 << 30;
const NOTED_ELEMENTS: u64 = 1 << 26;

pub(super) fn scan(outline: &mut Outline) {
    for user in &outline.shape_users {
        let elements = outline.shapes.get(&user.shape).copied().unwrap_or(0);
        let message = format!("{} makes {elements} elements from a constant shape", user.operator);
        if elements > REFUSED_ELEMENTS {
            outline.findings.refuse(&user.node, message);
        } else if elements > NOTED_ELEMENTS {
            outline.findings.note(&user.node, message);
        }
    }
}
