//! Who uses a data set: references of models, runs, first models.

use tidegate_core::{ModelId, Result, model::Model, run::Run};
use tidegate_store::Dataset;

use crate::{
    Engine,
    view::{DataUse, Training},
};

/// Everything that may use a data set, read once for all of them.
pub(super) struct KnownUses {
    pub models: Vec<Model>,
    pub datasets: Vec<Dataset>,
    runs: Vec<Run>,
    trainings: Vec<Training>,
}

impl KnownUses {
    pub fn of(&self, dataset: &Dataset) -> Vec<DataUse> {
        let name =
            |id: ModelId| self.models.iter().find(|model| model.id == id).map(|model| model.name.clone());
        let references = self
            .datasets
            .iter()
            .filter(|own| own.current && (own.id == dataset.id || own.origin == Some(dataset.id)));
        let references = references.filter_map(|own| Some(DataUse::Reference { model: name(own.model?)? }));
        let runs = self.runs.iter().filter(|run| run.plan.data.datasets.contains(&dataset.id));
        let runs = runs.filter_map(|run| {
            Some(DataUse::Run { run: run.id.0, model: name(run.model)?, over: run.state.is_over() })
        });
        let trainings = self.trainings.iter().filter(|training| training.dataset == dataset.id);
        let trainings = trainings.map(|training| DataUse::Training {
            training: training.id.0,
            over: training.state.is_over(),
            model: training.model.clone().unwrap_or_else(|| training.request.name.clone()),
        });
        references.chain(runs).chain(trainings).collect()
    }
}

impl Engine {
    pub(super) async fn known_uses(&self) -> Result<KnownUses> {
        Ok(KnownUses {
            models: self.store.models(false).await?,
            datasets: self.store.all_datasets().await?,
            runs: self.store.runs(None, u32::MAX).await?,
            trainings: self.trainings(None).await?,
        })
    }
}
