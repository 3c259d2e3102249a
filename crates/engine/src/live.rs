//! What is sent to whoever watches: numbers twice a second, happenings at once with the next tick.
//!
//! Owns the tick. Must not know who listens.

use tidegate_core::{
    Result, Time,
    alert::Alert,
    event::{Audit, EventKind},
    model::Model,
};
use tokio::sync::broadcast;

use crate::{
    Engine, lock,
    view::{Happening, Live, ModelPulse, Status},
};

const HAPPENINGS_KEPT: usize = 256;
const MEASURED_KEPT_MS: i64 = 10_000;

/// What takes long to know about the data folder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    at: Time,
    store_bytes: u64,
    unmatched_labels: u64,
}

impl Engine {
    /// Every tick from now on; a listener that falls behind misses ticks, never blocks one.
    pub fn subscribe(&self) -> broadcast::Receiver<Live> {
        self.live.subscribe()
    }

    /// Notes something for the next tick.
    pub(crate) fn happened(&self, kind: EventKind, model: Option<&str>, message: String, notify: bool) {
        tracing::info!(?kind, model, "{message}");
        let happening =
            Happening { time: self.clock.now(), kind, model: model.map(str::to_owned), message, notify };
        let mut happenings = lock(&self.happenings);
        happenings.push(happening);
        let surplus = happenings.len().saturating_sub(HAPPENINGS_KEPT);
        happenings.drain(..surplus);
    }

    /// Shows on the desktop, and on every page that is open, how an alert arrives.
    pub fn test_notification(&self) {
        self.happened(EventKind::NotificationTested, None, "this is how an alert reaches you".into(), true);
    }

    /// Writes a line of the audit trail that no store call writes by itself.
    pub(crate) async fn audit_event(&self, kind: EventKind, model: &Model, what: &str) -> Result<()> {
        let audit = Audit {
            time: self.clock.now(),
            model: Some(model.id),
            kind,
            who: "Tidegate".into(),
            what: what.into(),
            why: String::new(),
        };
        self.store.note(&audit).await
    }

    pub(crate) async fn tick(&self) -> Result<()> {
        if self.live.receiver_count() == 0 {
            return Ok(());
        }
        let alerts = self.all_open_alerts().await?;
        let measured = self.measured().await?;
        let live = Live {
            now: self.clock.now(),
            status: self.status_of(measured, alerts.len() as u32),
            models: self.pulses(&alerts),
            happenings: std::mem::take(&mut *lock(&self.happenings)),
        };
        // Nobody listening any more is no failure.
        let _ = self.live.send(live);
        Ok(())
    }

    fn pulses(&self, alerts: &[Alert]) -> Vec<ModelPulse> {
        let mut pulses = Vec::new();
        let now = self.clock.now();
        for route in self.routes() {
            let model = route.model();
            let Ok(champion) = route.champion() else { continue };
            let challenger = route
                .all_loaded()
                .into_iter()
                .find(|served| Some(served.version.id) == model.aliases.challenger)
                .map(|served| served.version.number);
            let open = alerts.iter().filter(|alert| alert.model == model.id);
            pulses.push(ModelPulse {
                champion: Some(champion.version.number),
                challenger,
                health: self.health_given(&model, open).state,
                pulse: self.pulse(&model, &champion.watched, now),
                run: self.run_pulse(model.id),
                canary: self.canary_pulse(&route),
                revision: lock(&champion.watched.aggregate).revision,
                name: model.name,
            });
        }
        pulses.sort_by(|a, b| a.name.cmp(&b.name));
        pulses
    }

    pub async fn status(&self) -> Result<Status> {
        let alerts = self.all_open_alerts().await?;
        Ok(self.status_of(self.measure().await?, alerts.len() as u32))
    }

    fn status_of(&self, measured: Measured, open_alerts: u32) -> Status {
        let now = self.clock.now();
        let recent = |watched: &std::sync::Arc<crate::route::Watched>| {
            lock(&watched.aggregate).requests(now.plus(-10_000), now.plus(1))
        };
        let http = lock(&self.http).clone();
        let requests: u64 = lock(&self.watched).values().map(recent).sum();
        Status {
            version: env!("CARGO_PKG_VERSION").into(),
            data_dir: self.store.dir().display().to_string(),
            http,
            started: self.started,
            now,
            system: self.samples.newest(),
            requests_per_s: requests as f64 / 10.0,
            open_alerts,
            store_bytes: measured.store_bytes,
            dropped_records: self.recorder.dropped(),
            unmatched_labels: measured.unmatched_labels,
        }
    }

    /// Not with every tick: it walks the data folder and counts all labels.
    async fn measured(&self) -> Result<Measured> {
        let fresh = |measured: &Measured| self.clock.now().since(measured.at) < MEASURED_KEPT_MS;
        let known = lock(&self.measured).filter(fresh);
        match known {
            Some(measured) => Ok(measured),
            None => self.measure().await,
        }
    }

    async fn measure(&self) -> Result<Measured> {
        let measured = Measured {
            at: self.clock.now(),
            store_bytes: self.store.size_bytes().await?,
            unmatched_labels: self.store.label_counts(None).await?.unmatched,
        };
        *lock(&self.measured) = Some(measured);
        Ok(measured)
    }

    /// Where this program answers over HTTP: told to the page, and to other programs through the data folder.
    pub fn announce(&self, http: &str) -> Result<()> {
        *lock(&self.http) = Some(http.to_owned());
        self.store.announce(http)
    }
}
