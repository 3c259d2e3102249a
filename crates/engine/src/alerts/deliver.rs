//! Channels, and messages on their way through them: queued on the disk, tried again, logged.
//!
//! Owns who is told and when it is tried. How a message is handed over is `tidegate-notify`'s affair.

use std::{collections::BTreeSet, sync::Mutex, time::Instant};

use tidegate_core::{
    Error, Result, Time,
    alert::{Alert, Severity, Signal},
    channel::{Attempt, Channel, Delivery, DeliveryState, Notice, NoticeStatus, Target},
    id::AlertId,
    model::Model,
    time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS},
};
use tidegate_notify::{Message, send};

use crate::{
    CommandChannels, Engine, lock,
    record::log_failure,
    view::{ChannelTest, DeliveryView},
};

const MOST_CHANNELS: usize = 50;
const LISTED: u32 = 200;
/// How long the log of what was delivered is kept.
const KEPT_MS: i64 = 30 * DAY_MS;
/// The pause after each attempt that failed; after one more, the message is given up.
const PAUSES_MS: [i64; 7] =
    [10 * SECOND_MS, 30 * SECOND_MS, 2 * MINUTE_MS, 10 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS, 3 * HOUR_MS];

/// Channels that are sending: one message at a time each, so that none overtakes another.
pub(crate) type Sending = Mutex<BTreeSet<i64>>;

impl Engine {
    /// Without their secrets.
    pub async fn channels(&self) -> Result<Vec<Channel>> {
        Ok(self.store.channels().await?.into_iter().map(Channel::hidden).collect())
    }

    pub async fn add_channel(&self, channel: Channel) -> Result<Channel> {
        let channels = self.store.channels().await?;
        if channels.len() >= MOST_CHANNELS {
            return Err(Error::conflict(format!("there are {MOST_CHANNELS} channels already")));
        }
        self.check_channel(&channel)?;
        let id = self.store.insert_channel(&channel).await?;
        Ok(Channel { id, ..channel }.hidden())
    }

    /// Secrets that come back hidden stay as they are.
    pub async fn put_channel(&self, id: i64, channel: Channel) -> Result<Channel> {
        let channel = Channel { id, ..channel }.with_secrets_of(&self.store.channel(id).await?);
        self.check_channel(&channel)?;
        self.store.update_channel(&channel).await?;
        Ok(channel.hidden())
    }

    pub async fn delete_channel(&self, id: i64) -> Result<()> {
        self.store.delete_channel(id).await
    }

    /// Sends a made-up alert through a channel, which need not be kept yet, at once and without the queue.
    pub async fn test_channel(&self, channel: Channel) -> Result<ChannelTest> {
        let channel = match channel.id {
            0 => channel,
            id => channel.with_secrets_of(&self.store.channel(id).await?),
        };
        self.check_channel(&channel)?;
        let notice = test_notice(self.clock.now());
        let message = Message {
            delivery: 0,
            sent: self.clock.now(),
            channel: &channel.name,
            notices: std::slice::from_ref(&notice),
        };
        let begun = Instant::now();
        let answer = send(&channel, &message).await;
        let took_ms = begun.elapsed().as_millis() as u64;
        Ok(match answer {
            Ok(answer) => ChannelTest { ok: true, answer, took_ms },
            Err(error) => ChannelTest { ok: false, answer: error.message, took_ms },
        })
    }

    fn check_channel(&self, channel: &Channel) -> Result<()> {
        no_hidden_secret(channel)?;
        tidegate_notify::check(channel)?;
        self.may_send(channel)
    }

    /// Also asked at each delivery: a channel may have been made while the program listened elsewhere.
    fn may_send(&self, channel: &Channel) -> Result<()> {
        match (&channel.target, self.options.command_channels) {
            (Target::Command { .. }, CommandChannels::Refused) => Err(Error::conflict(
                "a channel that runs a program is refused while the server can be reached from other machines",
            )
            .hint(
                "listen on the loopback address, or start `tidegate serve` with --allow-command-channels if all \
                 who can reach it may run programs here",
            )),
            _ => Ok(()),
        }
    }

    /// What was sent or is on its way, the newest first.
    pub async fn deliveries(&self, channel: Option<i64>) -> Result<Vec<DeliveryView>> {
        let channels = self.store.channels().await?;
        let deliveries = self.store.deliveries(channel, LISTED).await?;
        let name_of =
            |id| channels.iter().find(|channel| channel.id == id).map(|channel| channel.name.clone());
        Ok(deliveries
            .into_iter()
            .filter_map(|delivery| Some(DeliveryView { channel_name: name_of(delivery.channel)?, delivery }))
            .collect())
    }

    /// Puts what there is to tell in the queue of every channel that takes it.
    pub(super) async fn enqueue(&self, model: &Model, alert: &Alert, status: NoticeStatus) -> Result<()> {
        let now = self.clock.now();
        let notice = Notice { status, time: now, model: model.name.clone(), alert: alert.clone() };
        for channel in self.store.channels().await? {
            let wanted = status != NoticeStatus::Resolved || channel.resolved;
            if wanted && channel.takes(&model.name, alert) {
                let due = now.plus(i64::from(channel.group_s) * SECOND_MS);
                self.store.enqueue(channel.id, &notice, due).await?;
            }
        }
        Ok(())
    }

    /// Begins to send what is due; a channel that takes its time holds up no other.
    pub(crate) async fn deliver(&self) -> Result<()> {
        for delivery in self.store.due_deliveries(self.clock.now()).await? {
            if !lock(&self.sending).insert(delivery.channel) {
                continue;
            }
            let engine = self.clone();
            self.tasks.spawn(async move {
                let sent = engine.try_delivery(&delivery);
                // What is under way when the program ends is tried again by the next.
                tokio::select! {
                    done = sent => log_failure("deliver a message", done),
                    () = engine.stop.cancelled() => {}
                }
                lock(&engine.sending).remove(&delivery.channel);
            });
        }
        Ok(())
    }

    async fn try_delivery(&self, delivery: &Delivery) -> Result<()> {
        let channel = self.store.channel(delivery.channel).await?;
        let Some(delivery) = self.store.begin_delivery(delivery.id).await? else { return Ok(()) };
        let sent = self.clock.now();
        let message =
            Message { delivery: delivery.id, sent, channel: &channel.name, notices: &delivery.notices };
        let begun = Instant::now();
        let answer = match channel.enabled {
            true => match self.may_send(&channel) {
                Ok(()) => send(&channel, &message).await,
                Err(refused) => Err(refused),
            },
            false => Err(Error::unavailable("the channel is switched off")),
        };
        let (ok, answer) = match answer {
            Ok(answer) => (true, answer),
            Err(error) => (false, error.message),
        };
        let took_ms = begun.elapsed().as_millis() as u64;
        let attempt = Attempt { number: delivery.tried, time: sent, took_ms, ok, answer };
        let pause = PAUSES_MS.get(delivery.tried.saturating_sub(1) as usize);
        let (state, due) = match (ok, pause) {
            (true, _) => (DeliveryState::Sent, sent),
            (false, Some(pause)) => (DeliveryState::Waiting, self.clock.now().plus(*pause)),
            (false, None) => (DeliveryState::Failed, sent),
        };
        if !ok {
            tracing::warn!(channel = channel.name, attempt = attempt.number, "a message was not delivered");
        }
        self.store.end_delivery(delivery.id, &attempt, state, due).await
    }

    /// Forgets the old part of the log.
    pub(crate) async fn retain_deliveries(&self) -> Result<()> {
        self.store.drop_deliveries(self.clock.now().plus(-KEPT_MS)).await
    }
}

/// A placeholder of a channel nobody knows is no secret.
fn no_hidden_secret(channel: &Channel) -> Result<()> {
    match channel.holds_hidden() {
        true => Err(Error::invalid("`target` has a secret that is hidden").hint("enter the secret again")),
        false => Ok(()),
    }
}

fn test_notice(now: Time) -> Notice {
    let alert = Alert {
        id: AlertId(0),
        model: tidegate_core::ModelId(0),
        rule: "test".into(),
        signal: Signal::LatencyP99,
        subject: None,
        severity: Severity::Watch,
        since: now,
        until: None,
        value: 128.0,
        threshold: 100.0,
        message: "this is how an alert arrives; nothing is wrong".into(),
        why: None,
        snoozed_until: None,
        acknowledged: false,
    };
    Notice { status: NoticeStatus::Test, time: now, model: "example".into(), alert }
}

#[cfg(test)]
#[path = "deliver_tests.rs"]
mod tests;
