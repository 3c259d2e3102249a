//! What happens to workers, told to the people who care: crashes, restarts, quarantine.

use std::sync::Arc;

use tidegate_core::event::EventKind;
use tidegate_runtime::Happening;
use tokio::sync::broadcast::error::RecvError;

use crate::{Engine, route::Served};

impl Engine {
    /// Audits and announces what befalls a version's worker, until it is stopped.
    pub(crate) fn follow_worker(&self, model: String, served: &Arc<Served>) {
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
                    Ok(happening) => engine.worker_happening(&model, number, happening).await,
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        });
    }

    async fn worker_happening(&self, name: &str, number: u32, happening: Happening) {
        let (kind, message, notify) = match happening {
            Happening::Crashed { reason, failed } => {
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
        if let Ok(route) = self.route(name)
            && let Err(error) = self.audit_event(kind, &route.model(), &message).await
        {
            tracing::error!(%error, "audit a worker");
        }
        self.happened(kind, Some(name), message, notify);
    }
}
