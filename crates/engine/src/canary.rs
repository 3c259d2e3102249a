//! A version takes over from the champion step by step: start, go on, end, and step back where it does worse.
//!
//! Owns what a canary becomes. The disk knows it before requests are routed by it; the aliases move only when it passed
//! its last step, so that a crash leaves it where it was. Must not know how a check is computed.

mod end;
mod judge;
mod recover;
mod split;

use std::sync::Arc;

use tidegate_core::{
    Error, Result, RunId, Time, VersionId,
    canary::{Canary, CanarySettings, CanaryState, CanaryStep},
    event::{Audit, EventKind},
    id::CanaryId,
    model::{Model, Version},
    run::{Run, RunState},
    signature::{PortKind, Signature},
};

pub(crate) use split::{Leg, Role, Routed, Split};

use crate::{
    Engine, clock,
    retrain::refuse_without_reason,
    route::{Route, no_version},
    view::{CanaryPulse, CanaryRequest, CanaryView, CanaryWait, ReasonRequest},
};
use split::Party;

const LISTED: u32 = 20;

/// Who starts a canary of what.
pub(crate) struct Start {
    pub version: Version,
    pub settings: CanarySettings,
    pub run: Option<RunId>,
    pub who: String,
    pub why: String,
}

impl Engine {
    /// Lets a version answer a share of the requests, and more with every step that passes.
    ///
    /// # Errors
    /// Conflict while another canary of the model is under way, and for a version that takes other inputs than the
    /// champion or gives other outputs.
    pub async fn start_canary(&self, name: &str, request: CanaryRequest) -> Result<CanaryView> {
        let route = self.route(name)?;
        let _turn = route.turn().await?;
        let model = self.store.model_by_id(route.id).await?;
        let settings = request.settings.unwrap_or_else(|| model.settings.canary.clone());
        if let Some(problem) = settings.problem() {
            return Err(Error::invalid(problem));
        }
        let version = self.challenger_of(&model, request.version).await?;
        let run = self.waiting_run_of(&model, version.id).await?;
        if let Some(run) = run.as_ref().filter(|_| request.reason.trim().is_empty()) {
            refuse_without_reason(run, model.aliases.champion)?;
        }
        let start = Start {
            version,
            settings,
            run: run.map(|run| run.id),
            who: request.who.unwrap_or_else(|| "you".into()),
            why: request.reason,
        };
        let canary = self.start_in_turn(&route, start).await?;
        self.canary_view(canary).await
    }

    async fn challenger_of(&self, model: &Model, number: Option<u32>) -> Result<Version> {
        let found = self.store.versions(model.id).await?.into_iter().find(|version| match number {
            Some(number) => version.number == number,
            None => Some(version.id) == model.aliases.challenger,
        });
        found.ok_or_else(|| match number {
            Some(number) => no_version(&model.name, number),
            None => Error::conflict(format!("model `{}` has no challenger", model.name))
                .hint("name a `version`, or retrain to get one"),
        })
    }

    /// The run that made it, if it waits for a decision.
    async fn waiting_run_of(&self, model: &Model, version: VersionId) -> Result<Option<Run>> {
        let runs = self.store.runs(Some(model.id), LISTED).await?;
        let waits = |run: &Run| matches!(run.state, RunState::Held | RunState::SteppedBack);
        Ok(runs.into_iter().find(|run| run.challenger == Some(version) && waits(run)))
    }

    /// The caller has the route's turn.
    pub(crate) async fn start_in_turn(&self, route: &Arc<Route>, start: Start) -> Result<Canary> {
        self.refuse_during_canary(route)?;
        self.end_watch(route, "another version is tried").await?;
        let model = self.store.model_by_id(route.id).await?;
        let champion = self.champion_version(&model).await?;
        let champion =
            champion.ok_or_else(|| Error::conflict(format!("model `{}` has no champion", model.name)))?;
        let Start { version, settings, run, who, why } = start;
        if champion.id == version.id {
            return Err(Error::conflict("that version is the champion already"));
        }
        self.refuse_another_kind(&model, &champion, &version).await?;
        // A version that can't be loaded must not be asked.
        self.served_in_turn(route, version.number).await?;
        let now = self.clock.now();
        let first = CanaryStep::new(settings.shares[0], now);
        let what = format!(
            "{}: version {} answers {} of the requests",
            model.name,
            version.number,
            percent(first.share)
        );
        let canary = Canary {
            id: CanaryId(0),
            model: model.id,
            challenger: version.id,
            champion: champion.id,
            run,
            settings,
            // As many bits as a page keeps.
            seed: clock::random() >> 11,
            who: who.clone(),
            why: why.clone(),
            state: CanaryState::Running,
            created: now,
            ended: None,
            steps: vec![first],
            watch: None,
            reason: String::new(),
        };
        let trail = trail(&model, EventKind::CanaryStarted, (&who, &what, &why), now);
        let canary = Canary { id: self.store.insert_canary(&canary, &trail).await?, ..canary };
        let party = |version: &Version| Party { id: version.id, number: version.number };
        route.set_split(Some(Arc::new(Split::new(canary.clone(), party(&champion), party(&version)))));
        self.mark_run(&canary).await?;
        self.happened(EventKind::CanaryStarted, Some(&model.name), what, false);
        Ok(canary)
    }

    /// The same request must fit both.
    async fn refuse_another_kind(&self, model: &Model, a: &Version, b: &Version) -> Result<()> {
        let names = |schema: &tidegate_core::schema::Schema| {
            schema.features.iter().map(|feature| feature.name.clone()).collect::<Vec<_>>()
        };
        let same = ports(&a.inspection.signature) == ports(&b.inspection.signature)
            && names(&*self.schema_of(model, a).await?) == names(&*self.schema_of(model, b).await?);
        match same {
            true => Ok(()),
            false => Err(Error::conflict(format!(
                "version {} takes other inputs than version {}, or gives other outputs",
                b.number, a.number
            ))
            .hint("requests can't be shared between them: promote it at once instead")),
        }
    }

    /// Whoever changes which version answers must end the canary first.
    pub(crate) fn refuse_during_canary(&self, route: &Route) -> Result<()> {
        let running = route.split().filter(|split| split.snapshot().state == CanaryState::Running);
        match running {
            None => Ok(()),
            Some(split) => {
                Err(Error::conflict(format!("a canary of version {} is under way", split.challenger.number))
                    .hint("abort it first, or let it come to its end"))
            }
        }
    }

    /// On to the next step, or to the end, whatever the checks say; of one that is watched, the watch is over.
    pub async fn advance_canary(&self, id: CanaryId, request: ReasonRequest) -> Result<CanaryView> {
        let (route, split) = self.split_of(id).await?;
        let _turn = route.turn().await?;
        self.refuse_over(&split, id)?;
        let who = request.who.as_deref().unwrap_or("you");
        self.next_in_turn(&route, &split, who, &request.reason).await?;
        self.canary_of(id).await
    }

    /// The champion answers everything again. One that is champion already is rolled back instead.
    pub async fn abort_canary(&self, id: CanaryId, request: ReasonRequest) -> Result<CanaryView> {
        let (route, split) = self.split_of(id).await?;
        let _turn = route.turn().await?;
        self.refuse_over(&split, id)?;
        if split.snapshot().state == CanaryState::Watching {
            return Err(Error::conflict("its version is the champion already and only watched")
                .hint("roll back to have the version before answer again"));
        }
        let who = request.who.as_deref().unwrap_or("you");
        self.abort_in_turn(&route, &split, who, &request.reason).await?;
        self.canary_of(id).await
    }

    async fn split_of(&self, id: CanaryId) -> Result<(Arc<Route>, Arc<Split>)> {
        let canary = self.store.canary(id).await?;
        let over = || Error::conflict(format!("canary {id} is over"));
        let route = self.route_of(canary.model).map_err(|_| over())?;
        let split = route.split().filter(|split| split.snapshot().id == id);
        Ok((route, split.ok_or_else(over)?))
    }

    /// It may have ended while its turn was waited for.
    fn refuse_over(&self, split: &Split, id: CanaryId) -> Result<()> {
        match split.snapshot().state.is_over() {
            true => Err(Error::conflict(format!("canary {id} is over"))),
            false => Ok(()),
        }
    }

    /// Newest first.
    pub async fn canaries(&self, name: &str) -> Result<Vec<CanaryView>> {
        let model = self.store.model(name).await?;
        let mut views = Vec::new();
        for canary in self.store.canaries(model.id, LISTED).await? {
            views.push(self.canary_view(canary).await?);
        }
        Ok(views)
    }

    pub async fn canary_of(&self, id: CanaryId) -> Result<CanaryView> {
        self.canary_view(self.store.canary(id).await?).await
    }

    /// One under way is further than its row.
    async fn canary_view(&self, canary: Canary) -> Result<CanaryView> {
        let split = self.route_of(canary.model).ok().and_then(|route| route.split());
        let newest = split.map(|split| split.snapshot()).filter(|newest| newest.id == canary.id);
        let canary = newest.unwrap_or(canary);
        Ok(CanaryView {
            champion_number: self.store.version(canary.champion).await?.number,
            challenger_number: self.store.version(canary.challenger).await?.number,
            waits: waits(&canary),
            canary,
        })
    }

    pub(crate) fn canary_pulse(&self, route: &Route) -> Option<CanaryPulse> {
        let split = route.split()?;
        let canary = split.snapshot();
        Some(CanaryPulse {
            id: canary.id,
            state: canary.state,
            challenger: split.challenger.number,
            step: canary.steps.len().saturating_sub(1) as u32,
            steps: canary.settings.shares.len() as u32,
            share: canary.current()?.share,
        })
    }
}

fn waits(canary: &Canary) -> Option<CanaryWait> {
    let step = canary.current().filter(|_| !canary.state.is_over())?;
    let least = u64::from(canary.settings.min_requests);
    Some(CanaryWait {
        until: step.started.plus(canary.lasts_ms()),
        requests: least.saturating_sub(step.challenger_requests),
    })
}

/// Names and types, without dimensions: a batch may be fixed in one and free in the other.
fn ports(signature: &Signature) -> Vec<(&str, String)> {
    let kind = |kind: &PortKind| match kind {
        PortKind::Tensor { element, shape } => format!("{element:?} of {:?}", shape.as_ref().map(Vec::len)),
        other => format!("{other:?}"),
    };
    let ports = signature.inputs.iter().chain(&signature.outputs);
    ports.map(|port| (port.name.as_str(), kind(&port.kind))).collect()
}

fn percent(share: f64) -> String {
    format!("{}%", (share * 1_000.0).round() / 10.0)
}

fn trail(model: &Model, kind: EventKind, (who, what, why): (&str, &str, &str), time: Time) -> Audit {
    Audit { time, model: Some(model.id), kind, who: who.into(), what: what.into(), why: why.into() }
}
