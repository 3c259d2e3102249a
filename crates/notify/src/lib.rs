//! Messages about alerts on their way out of the machine: webhook, e-mail, Slack, a command.
//!
//! Owns how a message looks and how it is handed over, once. Must not know why there is one, when it is tried
//! again, or where channels are kept. Reads no clock but to end what takes too long. Secrets and addresses that
//! are secrets stand in no error.

mod command;
mod email;
mod http;
mod message;
mod sign;

use tidegate_core::{
    Error, Result,
    channel::{Channel, Target},
};

pub use message::Message;
pub use sign::{SIGNATURE, signature, verify};

/// Longest answer that is kept, characters.
const ANSWER: usize = 300;

/// Hands a message over; gives what the other side answered.
///
/// # Errors
/// `Unavailable` with what went wrong, in words for the delivery log.
pub async fn send(channel: &Channel, message: &Message<'_>) -> Result<String> {
    let answer = match &channel.target {
        Target::Webhook { url, secret } => http::webhook(url, secret.as_ref(), message).await,
        Target::Slack { url } => http::slack(url, message).await,
        Target::Email { .. } => email::send(&channel.target, message).await,
        Target::Command { program, args, timeout_s } => {
            command::run(program, args, *timeout_s, message).await
        }
    }?;
    Ok(shortened(&answer))
}

/// Refuses a channel that can't work, naming the field.
pub fn check(channel: &Channel) -> Result<()> {
    let wrong = |field: &str, fix: &str| Err(Error::invalid(format!("`{field}` {fix}")));
    if channel.name.trim().is_empty() || channel.name.chars().count() > 80 {
        return wrong("name", "must have 1 to 80 letters");
    }
    if channel.group_s > 3_600 {
        return wrong("group_s", "must be at most 3600 seconds");
    }
    match &channel.target {
        Target::Webhook { url, .. } => http::check("target.url", url),
        Target::Slack { url } => http::check("target.url", url.reveal()),
        Target::Email { .. } => email::check(&channel.target),
        Target::Command { program, timeout_s, .. } => match (program.trim(), timeout_s) {
            ("", _) => wrong("target.program", "must name a program"),
            (_, 1..=60) => Ok(()),
            _ => wrong("target.timeout_s", "must be 1 to 60 seconds"),
        },
    }
}

/// One line, not too long.
fn shortened(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(ANSWER) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
