//! Where alerts are sent, and what is told there.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    alert::{Alert, Severity},
};

/// A way out of the machine. There is none until somebody makes one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Channel {
    /// Given by the store; 0 for a new one.
    #[serde(default)]
    pub id: i64,
    pub name: String,
    #[serde(default = "yes")]
    pub enabled: bool,
    pub target: Target,
    /// Takes alerts of this severity and above.
    #[serde(default = "watch")]
    pub severity: Severity,
    /// Names of models; empty for all.
    #[serde(default)]
    pub models: Vec<String>,
    /// Tells when an alert is over, too.
    #[serde(default = "yes")]
    pub resolved: bool,
    /// Alerts within so many seconds become one message.
    #[serde(default = "ten")]
    pub group_s: u32,
}

fn yes() -> bool {
    true
}

fn watch() -> Severity {
    Severity::Watch
}

fn ten() -> u32 {
    10
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = ChannelTarget)]
pub enum Target {
    /// A POST of JSON, signed if there is a secret.
    Webhook {
        url: String,
        #[serde(default)]
        secret: Option<Secret>,
    },
    /// Through an SMTP server.
    Email {
        host: String,
        port: u16,
        security: Security,
        #[serde(default)]
        user: Option<String>,
        #[serde(default)]
        password: Option<Secret>,
        from: String,
        to: Vec<String>,
    },
    /// An incoming webhook of Slack or one that takes the same JSON. Its address is its secret.
    Slack { url: Secret },
    /// A program that is started with the JSON on its standard input. Refused while the server listens beyond the
    /// loopback address, unless it was started with `--allow-command-channels`.
    Command {
        program: String,
        #[serde(default)]
        args: Vec<String>,
        /// It is ended after so many seconds.
        #[serde(default = "ten")]
        timeout_s: u32,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// Encrypted from the first byte, usually port 465.
    Tls,
    /// Encrypted before anything is said, usually port 587.
    StartTls,
    /// Not at all: for a server on this machine.
    None,
}

/// Text that is kept out of logs and answers; in answers it reads [`Secret::HIDDEN`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Secret(pub String);

impl Secret {
    /// Stands for a secret that is set; sent back, it leaves the secret as it is.
    pub const HIDDEN: &str = "***";

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::HIDDEN)
    }
}

impl Channel {
    /// Without its secrets, to be shown.
    #[must_use]
    pub fn hidden(mut self) -> Self {
        self.secrets().into_iter().for_each(|secret| Secret::HIDDEN.clone_into(&mut secret.0));
        self
    }

    /// Takes the secrets that are hidden here from the channel as it was.
    #[must_use]
    pub fn with_secrets_of(mut self, before: &Channel) -> Self {
        let mut before = before.clone();
        if std::mem::discriminant(&self.target) != std::mem::discriminant(&before.target) {
            return self;
        }
        let known: Vec<_> = before.secrets().into_iter().map(|secret| secret.clone()).collect();
        for (secret, known) in self.secrets().into_iter().zip(known) {
            if secret.0 == Secret::HIDDEN {
                *secret = known;
            }
        }
        self
    }

    /// Whether a secret in it is only the sign that there is one.
    pub fn holds_hidden(&self) -> bool {
        self.clone().secrets().into_iter().any(|secret| secret.0 == Secret::HIDDEN)
    }

    /// Whether it takes an alert of a model.
    pub fn takes(&self, model: &str, alert: &Alert) -> bool {
        let chosen = alert.why.as_ref().and_then(|why| why.rule.channels.as_ref());
        self.enabled
            && match chosen {
                Some(chosen) => chosen.contains(&self.id),
                None => {
                    alert.severity >= self.severity
                        && (self.models.is_empty() || self.models.iter().any(|name| name == model))
                }
            }
    }

    fn secrets(&mut self) -> Vec<&mut Secret> {
        match &mut self.target {
            Target::Webhook { secret, .. } | Target::Email { password: secret, .. } => {
                secret.iter_mut().collect()
            }
            Target::Slack { url } => vec![url],
            Target::Command { .. } => Vec::new(),
        }
    }
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Notice {
    pub status: NoticeStatus,
    pub time: Time,
    pub model: String,
    pub alert: Alert,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeStatus {
    Firing,
    Resolved,
    /// Somebody pressed Test.
    Test,
}

/// A message on its way through a channel, or one that arrived or was given up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Delivery {
    pub id: i64,
    pub channel: i64,
    pub created: Time,
    pub state: DeliveryState,
    /// When it is tried next, while it waits.
    pub due: Time,
    pub tried: u32,
    pub notices: Vec<Notice>,
    /// Oldest first.
    pub attempts: Vec<Attempt>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Waiting,
    Sent,
    /// Given up after the last attempt.
    Failed,
}

/// One attempt to deliver a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Attempt {
    pub number: u32,
    pub time: Time,
    pub took_ms: u64,
    pub ok: bool,
    /// What the other side answered, or what went wrong.
    pub answer: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(secret: Option<&str>) -> Channel {
        let secret = secret.map(|secret| Secret(secret.into()));
        Channel {
            id: 1,
            name: "ops".into(),
            enabled: true,
            target: Target::Webhook { url: "http://localhost".into(), secret },
            severity: Severity::Watch,
            models: Vec::new(),
            resolved: true,
            group_s: 10,
        }
    }

    #[test]
    fn a_secret_is_shown_to_nobody_and_kept_when_it_comes_back_hidden() {
        let channel = webhook(Some("s3cret"));
        assert!(!format!("{channel:?}").contains("s3cret"));
        let shown = channel.clone().hidden();
        assert_eq!(shown, webhook(Some("***")));
        assert_eq!(shown.with_secrets_of(&channel), channel);
        assert_eq!(webhook(None).with_secrets_of(&channel), webhook(None), "it was taken away");
        assert_eq!(webhook(Some("new")).with_secrets_of(&channel), webhook(Some("new")));
    }
}
