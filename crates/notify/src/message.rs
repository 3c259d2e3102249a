//! What a message says: as JSON for programs, as text for people.
//!
//! Its JSON is documented in `docs/alerts.md`; fields are added, never taken away. Must not know how it is sent.

use serde::Serialize;
use tidegate_core::{
    Error, Result, Time,
    alert::{Alert, Why},
    channel::{Notice, NoticeStatus},
};

/// One message of one or more notices.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The same for every attempt, so that a receiver can tell a repetition.
    pub delivery: i64,
    pub sent: Time,
    pub channel: &'a str,
    pub notices: &'a [Notice],
}

#[derive(Serialize)]
struct Payload<'a> {
    version: u32,
    delivery: i64,
    sent: Time,
    channel: &'a str,
    text: String,
    alerts: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    status: NoticeStatus,
    time: Time,
    model: &'a str,
    id: i64,
    rule: &'a str,
    rule_name: &'a str,
    signal: tidegate_core::alert::Signal,
    subject: Option<&'a str>,
    severity: tidegate_core::alert::Severity,
    since: Time,
    until: Option<Time>,
    value: Option<f64>,
    threshold: Option<f64>,
    message: &'a str,
    why: Option<&'a Why>,
}

impl Message<'_> {
    pub fn json(&self) -> Result<String> {
        let payload = Payload {
            version: 1,
            delivery: self.delivery,
            sent: self.sent,
            channel: self.channel,
            text: self.text(),
            alerts: self.notices.iter().map(item).collect(),
        };
        serde_json::to_string(&payload)
            .map_err(|error| Error::internal("a message can not be written as json").because(error))
    }

    /// "churn: income drifted (PSI 0.31, limit 0.20)", or how many there are.
    pub fn subject(&self) -> String {
        match self.notices {
            [one] => format!("{}{}: {}", word(one), one.model, one.alert.message),
            many => {
                let firing = many.iter().filter(|notice| notice.status != NoticeStatus::Resolved).count();
                let alerts = |count| if count == 1 { "1 alert".into() } else { format!("{count} alerts") };
                match (firing, many.len() - firing) {
                    (firing, 0) => alerts(firing),
                    (0, resolved) => format!("{} resolved", alerts(resolved)),
                    (firing, resolved) => format!("{}, {resolved} resolved", alerts(firing)),
                }
            }
        }
    }

    /// A line for each.
    pub fn text(&self) -> String {
        let line = |notice: &Notice| format!("{}{}: {}", word(notice), notice.model, notice.alert.message);
        self.notices.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

fn word(notice: &Notice) -> &'static str {
    match notice.status {
        NoticeStatus::Firing => "",
        NoticeStatus::Resolved => "Resolved, ",
        NoticeStatus::Test => "Test, ",
    }
}

fn item(notice: &Notice) -> Item<'_> {
    let Alert { id, rule, signal, severity, since, until, message, why, .. } = &notice.alert;
    let finite = |value: f64| value.is_finite().then_some(value);
    Item {
        status: notice.status,
        time: notice.time,
        model: &notice.model,
        id: id.0,
        rule,
        rule_name: why.as_ref().map_or("", |why| &why.rule_name),
        signal: *signal,
        subject: notice.alert.subject.as_deref(),
        severity: *severity,
        since: *since,
        until: *until,
        value: finite(notice.alert.value),
        threshold: finite(notice.alert.threshold),
        message,
        why: why.as_ref(),
    }
}
