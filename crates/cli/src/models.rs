//! `tidegate models`: what is deployed, as a table.

use clap::Args;
use serde_json::Value;
use tidegate_core::{Error, Result};

use crate::{Data, aligned::aligned, print, reach::Reach};

#[derive(Debug, Args)]
pub struct Models {
    #[command(flatten)]
    data: Data,
}

impl Models {
    pub async fn run(self) -> Result<()> {
        let models = match Reach::open(&self.data.folder()?).await? {
            Reach::Server(client) => client.get(&["api", "models"]).await?,
            Reach::Here(engine) => {
                let models = engine.models(false).await;
                engine.shutdown().await?;
                serde_json::to_value(models?)
                    .map_err(|cause| Error::internal("the list can't be written").because(cause))?
            }
        };
        print(&table(models.as_array().map_or(&[], Vec::as_slice)))
    }
}

fn table(models: &[Value]) -> String {
    aligned(&["name", "champion", "health", "kind"], &models.iter().map(row).collect::<Vec<_>>())
}

fn row(model: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let champion = if model["champion"].is_null() { "-".into() } else { text(&model["champion"]) };
    vec![text(&model["name"]), champion, text(&model["health"]["state"]), text(&model["kind"])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_names() {
        let model = serde_json::json!(
            {"name": "churn", "champion": 12, "health": {"state": "healthy"}, "kind": "regression, 1 input"}
        );
        let expected = "name   champion  health   kind\nchurn        12  healthy  regression, 1 input";
        assert_eq!(table(&[model]), expected);
        assert_eq!(table(&[]), "name  champion  health  kind");
    }
}
