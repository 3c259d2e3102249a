//! What happens to workers, told to the people who care: crashes, restarts, quarantine.

use std::sync::Arc;

use tidegate_core::event::EventKind;
use tidegate_runtime::Happening;
use tokio::sync::broadcast::error::RecvError;

use crate::{
    Engine,
    route::{Route, Served},
};

impl Engine {
    /// Audits and announces what befalls a version's worker, until it is stopped.
    pub(crate) fn follow_worker(&self, route: &Arc<Route>, served: &Arc<Served>) {
        let route = route.clone();
        let mut happenings = served.deployment.watch();
        let number = served.version.number;
        let engine = self.clone();
        self.tasks.spawn(async move {
            loop {
                let happening = tokio::select! {
                    happening = happenings.recv() => happening,
                    () = engine.stop.cancelled() => return,
                };
                match happening {
                    Ok(happening) => engine.worker_happening(&route, number, happening).await,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
    }

    /// The model goes by the name it has now.
    async fn worker_happening(&self, route: &Arc<Route>, number: u32, happening: Happening) {
        let model = route.model();
        let name = &model.name;
        let (kind, message, notify) = match happening {
            Happening::Crashed { reason, failed } => {
                self.canary_crashed(route, number, &reason).await;
                let message = format!(
                    "{name} version {number}: its worker ended ({reason}); {failed} request(s) failed"
                );
                (EventKind::WorkerCrashed, message, false)
            }
            Happening::Restarted { after } => {
                tracing::info!(model = name, number, ms = after.as_millis(), "its worker is back");
                return;
            }
            Happening::Quarantined { reason } => {
                (EventKind::Quarantined, format!("{name} version {number} is in quarantine: {reason}"), true)
            }
        };
        if let Err(error) = self.audit_event(kind, &model, &message).await {
            tracing::error!(%error, "audit a worker");
        }
        self.happened(kind, Some(name), message, notify);
    }
}
