//! The samples that ship with the program: models with their data and a card.
//!
//! Owns where they lie and how one is loaded. Must not know how a model is made.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;
use tidegate_core::{Error, Result};
use tidegate_store::ModelChange;

use crate::{
    Engine,
    stage::blocking,
    view::{DeployRequest, Deployed, Sample},
};

/// What a sample's `card.toml` says.
#[derive(Debug, Deserialize)]
struct Card {
    title: String,
    description: String,
    task: String,
    target: String,
    data: String,
    data_licence: String,
    model_licence: String,
    made_by: String,
    #[serde(default)]
    metrics: BTreeMap<String, f64>,
}

impl Card {
    fn markdown(&self) -> String {
        let metrics: Vec<_> = self.metrics.iter().map(|(name, value)| format!("- {name}: {value}")).collect();
        format!(
            "# {}\n\n{}\n\nTask: {}. Target: `{}`.\n\nData: {} ({}).\n\nMade by {} ({}).\n\nOn rows kept out of training:\n\n{}\n",
            self.title,
            self.description,
            self.task,
            self.target,
            self.data,
            self.data_licence,
            self.made_by,
            self.model_licence,
            metrics.join("\n")
        )
    }
}

impl Engine {
    pub async fn samples(&self) -> Result<Vec<Sample>> {
        let Some(folder) = self.options.samples.clone() else { return Ok(Vec::new()) };
        blocking(move || {
            let entries = std::fs::read_dir(&folder)
                .map_err(|error| Error::internal("the samples can't be read").because(error))?;
            let mut samples = Vec::new();
            for entry in entries.flatten().filter(|entry| entry.path().join("card.toml").is_file()) {
                let card = read_card(&entry.path())?;
                samples.push(Sample {
                    name: entry.file_name().to_string_lossy().into_owned(),
                    title: card.title,
                    description: card.description,
                    licence: card.data_licence,
                });
            }
            samples.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(samples)
        })
        .await
    }

    /// Imports a sample, deploys it, and sets its reference data and card.
    pub async fn load_sample(&self, name: &str) -> Result<Deployed> {
        let known = self.samples().await?.into_iter().any(|sample| sample.name == name);
        let folder = self.options.samples.clone().filter(|_| known);
        let folder =
            folder.ok_or_else(|| Error::not_found(format!("there is no sample `{name}`")))?.join(name);
        let card = read_card(&folder)?;
        let staged = self.stage_file(&folder.join("model.onnx")).await?;
        let request = DeployRequest { name: Some(name.into()), who: None };
        let deployed = self.deploy(&staged.token, request).await.inspect_err(|_| {
            // It stays staged after a refusal; nobody will come back for it.
            let _ = self.discard(&staged.token);
        })?;
        let reference = read(&folder.join("reference.csv"))?;
        self.set_reference(name, reference.into(), Some(card.target.clone())).await?;
        let model = self.store.model(name).await?;
        let change = ModelChange {
            card: Some(card.markdown()),
            tags: Some(vec!["sample".into()]),
            ..ModelChange::default()
        };
        let changed =
            self.store.update_model(model.id, change, "Tidegate", "sample", self.clock.now()).await?;
        self.put_route(&changed);
        Ok(deployed)
    }

    /// Where the samples lie.
    pub fn samples_folder(&self) -> Option<PathBuf> {
        self.options.samples.clone()
    }
}

fn read_card(folder: &std::path::Path) -> Result<Card> {
    let text = read(&folder.join("card.toml"))?;
    let text = String::from_utf8_lossy(&text);
    toml::from_str(&text).map_err(|error| {
        Error::internal(format!("the card of {} can't be read", folder.display())).because(error)
    })
}

fn read(path: &std::path::Path) -> Result<Vec<u8>> {
    std::fs::read(path)
        .map_err(|error| Error::internal(format!("{} can't be read", path.display())).because(error))
}
