//! Models and versions: list, describe, change, promote, roll back, delete and restore.
//!
//! Every change is audited with who and why. Must not know HTTP.

use std::sync::Arc;

use tidegate_core::{
    Error, Result, VersionId,
    event::EventKind,
    model::{Aliases, Model, ModelSettings, Recording},
    schema::{Schema, Task},
};
use tidegate_store::ModelChange;

use crate::{
    Engine, health, lock,
    record::log_failure,
    route::{Route, no_version, worker_view},
    rows,
    view::{
        AuditView, ModelDetail, ModelPatch, ModelSummary, PromoteRequest, ReasonRequest, VersionView,
        WorkerView,
    },
};

const AUDIT_LIMIT: u32 = 500;

impl Engine {
    pub async fn models(&self, deleted: bool) -> Result<Vec<ModelSummary>> {
        let mut summaries = Vec::new();
        for model in self.store.models(deleted).await? {
            summaries.push(self.summary(model).await?);
        }
        Ok(summaries)
    }

    async fn summary(&self, model: Model) -> Result<ModelSummary> {
        let versions = self.store.versions(model.id).await?;
        let number = |id: Option<VersionId>| versions.iter().find(|v| Some(v.id) == id).map(|v| v.number);
        let champion = versions.iter().find(|version| Some(version.id) == model.aliases.champion);
        let route = self.route(&model.name).ok().filter(|route| route.id == model.id);
        let watched = match champion {
            Some(champion) if model.deleted.is_none() => Some(self.watched(&model, champion).await?),
            _ => None,
        };
        let now = self.clock.now();
        Ok(ModelSummary {
            kind: champion.map_or_else(String::new, |version| kind(&version.schema)),
            champion: number(model.aliases.champion),
            challenger: number(model.aliases.challenger),
            deleted: model.deleted,
            health: self.health(&model).await?,
            pulse: watched.as_ref().map(|w| self.pulse(&model, w, now)).unwrap_or_default(),
            sparks: watched.as_ref().map(|w| health::sparks(w, now)).unwrap_or_default(),
            worker: route.map(|route| champion_worker(&route)).unwrap_or_default(),
            run: self.run_pulse(model.id),
            name: model.name,
        })
    }

    pub async fn model(&self, name: &str) -> Result<ModelDetail> {
        let model = self.store.model(name).await?;
        let route = self.route(name)?;
        let versions = self.store.versions(model.id).await?;
        let champion = versions.iter().find(|version| Some(version.id) == model.aliases.champion);
        let schema = champion.map(|version| version.schema.clone()).unwrap_or_default();
        let views = versions.iter().map(|version| VersionView {
            champion: Some(version.id) == model.aliases.champion,
            challenger: Some(version.id) == model.aliases.challenger,
            previous: Some(version.id) == model.aliases.previous,
            worker: route.loaded(version.number).map_or_else(stopped, |s| worker_view(&s.deployment)),
            version: version.clone(),
        });
        let counts = self.store.label_counts(Some(model.id)).await?;
        Ok(ModelDetail {
            kind: kind(&schema),
            health: self.health(&model).await?,
            versions: views.rev().collect(),
            baseline: self.baseline_view(&model, champion).await?,
            labels: crate::view::LabelCounts { matched: counts.matched, unmatched: counts.unmatched },
            rules: self.rules(&model).await?,
            probe: self.probe_champion(champion).await?,
            example: self.example_row(&model, &schema).await?,
            model,
        })
    }

    pub async fn change_model(&self, name: &str, patch: ModelPatch) -> Result<ModelDetail> {
        let model = self.store.model(name).await?;
        let who = patch.who.as_deref().unwrap_or("you");
        if let Some(settings) = &patch.settings {
            check_settings(settings)?;
            if settings.runner != model.settings.runner {
                self.check_runner(&settings.runner)?;
            }
            self.check_accuracy_settings(&model, settings).await?;
        }
        if let Some(rules) = &patch.rules {
            self.put_rules(&model, rules, who).await?;
        }
        let reload = patch.settings.as_ref().is_some_and(|settings| {
            settings.sessions != model.settings.sessions || settings.timeout_ms != model.settings.timeout_ms
        });
        let change =
            ModelChange { name: patch.name, card: patch.card, tags: patch.tags, settings: patch.settings };
        let route = self.route(name)?;
        let changed = {
            // Its name must not change between a deploy's look at it and its insertion.
            let _turn = route.turn().await?;
            let changed = self.store.update_model(model.id, change, who, "", self.clock.now()).await?;
            self.put_route(&changed);
            changed
        };
        self.learn_from(&changed).await?;
        self.forget_rows(changed.id);
        if reload {
            self.reload(&route).await?;
        }
        self.model(&changed.name).await
    }

    /// What names columns and classes must fit the champion.
    async fn check_accuracy_settings(&self, model: &Model, settings: &ModelSettings) -> Result<()> {
        let Some(champion) = self.champion_version(model).await? else { return Ok(()) };
        let watched = self.watched(model, &champion).await?;
        let schema = lock(&watched.aggregate).schema().clone();
        crate::report::check_terms(&settings.drift, &schema)?;
        crate::slices::check_settings(settings, &schema)
    }

    /// Versions go by the model's present settings: in learning what is normal, and in who watches their errors.
    async fn learn_from(&self, model: &Model) -> Result<()> {
        for version in self.store.versions(model.id).await? {
            let watched = self.watched(model, &version).await?;
            let mut aggregate = lock(&watched.aggregate);
            aggregate.set_learn_rows(model.settings.learn_rows.into());
            aggregate.errors.choose(&model.settings.concept.detectors_for(version.schema.task));
        }
        Ok(())
    }

    /// Makes a version the champion; the old champion becomes `previous`. No request fails meanwhile.
    pub async fn promote(&self, name: &str, request: PromoteRequest) -> Result<ModelDetail> {
        let route = self.route(name)?;
        {
            let _turn = route.turn().await?;
            self.promote_at_once(&route, &request).await?;
        }
        self.model(&route.model().name).await
    }

    /// Without a canary, and looked after as the model's settings say.
    pub(crate) async fn promote_at_once(&self, route: &Arc<Route>, request: &PromoteRequest) -> Result<()> {
        self.refuse_during_canary(route)?;
        let before = self.store.model_by_id(route.id).await?;
        self.promote_in_turn(route, request).await?;
        // It is the champion by now, whether or not it is watched.
        let who = request.who.as_deref().unwrap_or("you");
        log_failure("watch a promotion", self.watch_promotion(route, &before, who).await);
        Ok(())
    }

    pub(crate) async fn promote_in_turn(&self, route: &Arc<Route>, request: &PromoteRequest) -> Result<()> {
        let model = self.store.model_by_id(route.id).await?;
        let to = match request.version {
            Some(number) => {
                let versions = self.store.versions(model.id).await?;
                let found = versions.iter().find(|version| version.number == number);
                found.map(|version| version.id).ok_or_else(|| no_version(&model.name, number))?
            }
            None => model.aliases.challenger.ok_or_else(|| {
                Error::conflict(format!("model `{}` has no challenger to promote", model.name))
            })?,
        };
        if model.aliases.champion == Some(to) {
            return Err(Error::conflict("that version is the champion already"));
        }
        let challenger = model.aliases.challenger.filter(|challenger| *challenger != to);
        let aliases = Aliases { champion: Some(to), challenger, previous: model.aliases.champion };
        let who = request.who.as_deref().unwrap_or("you");
        self.move_aliases(route, &model, aliases, EventKind::Promoted, who, &request.reason).await?;
        self.close_run_of(&model, to).await
    }

    /// Champion and previous change places.
    pub async fn roll_back(&self, name: &str, request: ReasonRequest) -> Result<ModelDetail> {
        let route = self.route(name)?;
        {
            let _turn = route.turn().await?;
            self.refuse_during_canary(&route)?;
            let model = self.store.model_by_id(route.id).await?;
            let previous = model.aliases.previous.ok_or_else(|| {
                Error::conflict(format!("model `{name}` has no previous champion"))
                    .hint("rolling back is possible after a promotion")
            })?;
            let aliases = Aliases {
                champion: Some(previous),
                previous: model.aliases.champion,
                challenger: model.aliases.challenger.filter(|challenger| *challenger != previous),
            };
            let who = request.who.as_deref().unwrap_or("you");
            self.move_aliases(&route, &model, aliases, EventKind::RolledBack, who, &request.reason).await?;
            self.end_watch(&route, &format!("rolled back by {who}")).await?;
        }
        self.model(&route.model().name).await
    }

    /// Loads what is to answer first, so that a version that cannot be loaded never becomes champion. The caller
    /// has the route's turn.
    pub(crate) async fn move_aliases(
        &self,
        route: &Arc<Route>,
        model: &Model,
        to: Aliases,
        kind: EventKind,
        who: &str,
        why: &str,
    ) -> Result<()> {
        let versions = self.store.versions(model.id).await?;
        let number = versions.iter().find(|v| Some(v.id) == to.champion).map_or(0, |v| v.number);
        self.served_in_turn(route, number).await?;
        let verb = if kind == EventKind::RolledBack { "rolled back to" } else { "promoted" };
        let what = format!("{} {verb} version {number}", model.name);
        self.store.set_aliases(model.id, to, kind, who, &what, why, self.clock.now()).await?;
        self.settle_in_turn(route).await?;
        self.happened(kind, Some(&model.name), what, false);
        Ok(())
    }

    /// Ends a quarantine: every version of the model gets a new worker.
    pub async fn restart(&self, name: &str) -> Result<ModelDetail> {
        let route = self.route(name)?;
        if route.all_loaded().is_empty() {
            self.settle(&route).await?;
        } else {
            self.reload(&route).await?;
        }
        self.model(name).await
    }

    /// Out of service and into the bin, from which [`Self::restore`] brings it back whole. A retraining under way
    /// is cancelled.
    pub async fn delete(&self, name: &str, request: ReasonRequest) -> Result<()> {
        let route = self.route(name)?;
        let _turn = route.turn().await?;
        let model = self.store.model(name).await?;
        let who = request.who.as_deref().unwrap_or("you");
        self.recorder.flush().await?;
        self.store.delete_model(model.id, who, &request.reason, self.clock.now()).await?;
        self.end_canary_of_deleted(&route).await?;
        self.cancel_active(model.id);
        self.drop_route(name);
        self.happened(EventKind::Deleted, Some(name), format!("{name} was deleted"), false);
        Ok(())
    }

    /// Back as it was. A champion that can't be loaded is shown with its reason.
    pub async fn restore(&self, name: &str, request: ReasonRequest) -> Result<ModelDetail> {
        let deleted = self.deleted_model(name).await?;
        let who = request.who.as_deref().unwrap_or("you");
        let model = self.store.restore_model(deleted.id, who, &request.reason, self.clock.now()).await?;
        let route = self.put_route(&model);
        if let Err(error) = self.settle(&route).await {
            tracing::warn!(%error, model = model.name, "could not be loaded");
        }
        self.adopt_alerts(Some(model.id)).await?;
        self.model(name).await
    }

    /// Removes a deleted model for good, with its artifacts, predictions and history.
    pub async fn purge(&self, name: &str, request: ReasonRequest) -> Result<()> {
        let deleted = self.deleted_model(name).await?;
        let versions = self.store.versions(deleted.id).await?;
        let who = request.who.as_deref().unwrap_or("you");
        self.store.purge_model(deleted.id, who, &request.reason, self.clock.now()).await?;
        for version in versions {
            lock(&self.watched).remove(&version.id);
            lock(&self.probes).remove(&version.id);
        }
        lock(&self.standings).retain(|(model, _), _| *model != deleted.id);
        self.forget_triggers(deleted.id).await?;
        lock(&self.explanations).remove(&deleted.id);
        lock(&self.replays).remove(&deleted.id);
        Ok(())
    }

    async fn deleted_model(&self, name: &str) -> Result<Model> {
        let models = self.store.models(true).await?;
        let deleted = models.into_iter().filter(|model| model.name == name && model.deleted.is_some());
        deleted
            .max_by_key(|model| model.deleted)
            .ok_or_else(|| Error::not_found(format!("no deleted model is called `{name}`")))
    }

    pub async fn audit(&self, name: Option<&str>) -> Result<Vec<AuditView>> {
        let models = self.store.models(true).await?;
        let id = match name {
            Some(name) => Some(self.store.model(name).await?.id),
            None => None,
        };
        let name_of = |id| models.iter().find(|model| Some(model.id) == id).map(|model| model.name.clone());
        let audits = self.store.audit(id, AUDIT_LIMIT).await?;
        Ok(audits.into_iter().map(|audit| AuditView { model_name: name_of(audit.model), audit }).collect())
    }

    pub(crate) async fn apply_default_settings(&self, model: &Model) -> Result<()> {
        let recording = self.settings().default_recording;
        if recording == model.settings.recording {
            return Ok(());
        }
        let settings = ModelSettings { recording, ..model.settings.clone() };
        let change = ModelChange { settings: Some(settings), ..ModelChange::default() };
        self.store.update_model(model.id, change, "settings", "", self.clock.now()).await.map(drop)
    }

    /// A row to start the Playground's form with: the first of the reference data set, else zeros.
    async fn example_row(&self, model: &Model, schema: &Schema) -> Result<rows::Row> {
        Ok(match self.reference_head(model.id).await? {
            Some(head) => head.example(schema),
            None => crate::table::zero_row(schema),
        })
    }
}

fn check_settings(settings: &ModelSettings) -> Result<()> {
    let wrong = |field: &str, fix: &str| Err(Error::invalid(format!("`settings.{field}` {fix}")));
    if !(1..=64).contains(&settings.sessions) {
        return wrong("sessions", "must be 1 to 64");
    }
    if !(10..=3_600_000).contains(&settings.timeout_ms) {
        return wrong("timeout_ms", "must be 10 to 3600000");
    }
    if !(5..=3_600).contains(&settings.window_s) {
        return wrong("window_s", "must be 5 to 3600 seconds");
    }
    if settings.learn_rows > 1_000_000 {
        return wrong("learn_rows", "must be at most 1000000: they are kept in memory");
    }
    if settings.min_rows == 0 {
        return wrong("min_rows", "must be at least 1");
    }
    if let Recording::Sampled { share } = settings.recording
        && !(share > 0.0 && share <= 1.0)
    {
        return wrong("recording.share", "must be above 0 and at most 1");
    }
    if !(0.0..=1.0).contains(&settings.least_coverage) {
        return wrong("least_coverage", "must be 0 to 1");
    }
    if settings.top_k == 0 {
        return wrong("top_k", "must be at least 1");
    }
    if let Some(problem) = settings.canary.problem() {
        return Err(Error::invalid(format!("`settings.canary`: {problem}")));
    }
    crate::triggers::check(&settings.triggers)
}

fn champion_worker(route: &Route) -> WorkerView {
    match route.champion() {
        Ok(served) => worker_view(&served.deployment),
        Err(_) => WorkerView {
            state: if route.broken().is_some() { "stopped" } else { "starting" }.into(),
            reason: route.broken(),
            ..WorkerView::default()
        },
    }
}

fn stopped() -> WorkerView {
    WorkerView { state: "stopped".into(), ..WorkerView::default() }
}

/// "binary classifier, 30 inputs".
pub(crate) fn kind(schema: &Schema) -> String {
    let task = match (schema.task, schema.labels.len()) {
        (Task::Classification, 2) => "binary classifier".into(),
        (Task::Classification, 0) => "classifier".into(),
        (Task::Classification, classes) => format!("classifier of {classes} classes"),
        (Task::Regression, _) => "regression".into(),
        (Task::Other, _) => "model".into(),
    };
    let inputs = match schema.features.len() {
        0 => return task,
        1 if schema.features[0].kind == tidegate_core::schema::FeatureKind::Tensor => "one tensor".into(),
        1 => "1 input".into(),
        inputs => format!("{inputs} inputs"),
    };
    format!("{task}, {inputs}")
}
