//! The steps of the demo: what is done, what is waited for, and the table of what happened when.

use std::{collections::VecDeque, time::Duration};

use serde_json::{Value, json};
use tidegate_core::{Clock, Error, Result, Time};
use tidegate_engine::SystemClock;
use tokio::time::{Instant, sleep_until};

use super::{MODEL, traffic::Traffic};
use crate::client::Client;

/// Requests a second.
const RATE: u32 = 60;
/// Labels come this long after their prediction.
const LABEL_LAG_MS: i64 = 3_000;
const CALM: Duration = Duration::from_secs(13);
/// After the promotion, so that the recovery shows.
const AFTER: Duration = Duration::from_secs(9);
/// A step that takes longer has not happened.
const PATIENCE: Duration = Duration::from_secs(30);
/// Enough for the window to hold rows of one kind only, and to be judged.
const WINDOW_S: u32 = 8;

pub struct Story<'a> {
    client: &'a Client,
    traffic: Traffic,
    begin: Time,
    drifted: bool,
    /// Predictions whose label has not been sent: when it is due, id, truth.
    unlabelled: VecDeque<(Time, String, String)>,
    next_request: Instant,
    lines: Vec<(f64, String)>,
}

impl<'a> Story<'a> {
    pub fn new(client: &'a Client, traffic: Traffic, begin: Time) -> Self {
        Self {
            client,
            traffic,
            begin,
            drifted: false,
            unlabelled: VecDeque::new(),
            next_request: Instant::now(),
            lines: Vec::new(),
        }
    }

    pub async fn tell(mut self) -> Result<String> {
        self.deploy().await?;
        self.next_request = Instant::now();
        self.happened(format!(
            "traffic begins, {RATE} requests a second over HTTP; labels follow {} s later",
            LABEL_LAG_MS / 1000
        ));
        self.keep_asking(CALM).await?;
        let before = self.accuracy().await?;
        let before = before.ok_or_else(|| missing("an accuracy before the drift"))?;
        self.happened(format!("accuracy on labelled predictions: {:.1}%", before * 100.0));
        self.drifted = true;
        self.happened("a new scanner reads every size 25% too large".into());
        self.await_drift().await?;
        let during = self.await_fall(before).await?;
        let run = self.await_run().await?;
        let promoted = self.await_promotion(run).await?;
        self.keep_asking(AFTER).await?;
        self.recovery(during, promoted).await?;
        Ok(self.table())
    }

    async fn deploy(&mut self) -> Result<()> {
        let deployed = self.client.post_json(&["api", "samples", MODEL], &json!({})).await?;
        let settings = &self.client.get(&["api", "models", MODEL]).await?["model"]["settings"];
        let mut settings = settings.clone();
        settings["window_s"] = json!(WINDOW_S);
        settings["triggers"] = json!({"on_drift": true, "promote": true, "cool_down_min": 10});
        self.client.patch_json(&["api", "models", MODEL], &json!({ "settings": settings })).await?;
        self.happened(format!("{MODEL} version {} is deployed and answers", deployed["version"]));
        Ok(())
    }

    /// Asks at the set rate, and sends labels as they fall due.
    async fn keep_asking(&mut self, time: Duration) -> Result<()> {
        let until = self.next_request + time;
        while self.next_request < until {
            self.ask().await?;
        }
        Ok(())
    }

    async fn ask(&mut self) -> Result<()> {
        sleep_until(self.next_request).await;
        self.next_request += Duration::from_secs(1) / RATE;
        let (row, truth) = self.traffic.next(self.drifted);
        let answer =
            self.client.post_json(&["api", "models", MODEL, "predict"], &json!({ "rows": [row] })).await?;
        let id = answer["answers"][0]["id"].as_str().ok_or_else(|| missing("a prediction id"))?;
        let now = SystemClock.now();
        self.unlabelled.push_back((now.plus(LABEL_LAG_MS), id.into(), truth));
        self.send_labels(now).await
    }

    async fn send_labels(&mut self, now: Time) -> Result<()> {
        let due = self.unlabelled.partition_point(|(time, ..)| *time <= now);
        if due < RATE as usize / 2 {
            return Ok(());
        }
        let labels: Vec<Value> =
            self.unlabelled.drain(..due).map(|(_, id, truth)| json!({"id": id, "label": truth})).collect();
        self.client.post_json(&["api", "labels"], &json!({ "labels": labels })).await.map(drop)
    }

    /// Goes on asking until `look` finds what it waits for.
    async fn wait<T>(&mut self, what: &str, look: impl AsyncFn(&Client) -> Result<Option<T>>) -> Result<T> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            self.keep_asking(Duration::from_millis(300)).await?;
            if let Some(found) = look(self.client).await? {
                return Ok(found);
            }
        }
        Err(missing(what))
    }

    async fn accuracy(&self) -> Result<Option<f64>> {
        let models = self.client.get(&["api", "models"]).await?;
        Ok(models[0]["pulse"]["accuracy"].as_f64())
    }

    async fn await_drift(&mut self) -> Result<()> {
        let message =
            self.wait("an alert on the drift", async |client| alert(client, "input_drift").await).await?;
        self.happened(format!("drift found, alert: {message}"));
        Ok(())
    }

    /// Accuracy falls once the labels of drifted predictions arrive.
    async fn await_fall(&mut self, before: f64) -> Result<f64> {
        let accuracy = self.wait("a fall of the accuracy", async |client| {
            let models = client.get(&["api", "models"]).await?;
            Ok(models[0]["pulse"]["accuracy"].as_f64().filter(|accuracy| *accuracy < before - 0.03))
        });
        let accuracy = accuracy.await?;
        self.happened(format!(
            "labels arrive: accuracy fell from {:.1}% to {:.1}%",
            before * 100.0,
            accuracy * 100.0
        ));
        Ok(accuracy)
    }

    async fn await_run(&mut self) -> Result<i64> {
        let run = self.wait("a retraining started by the drift", async |client| {
            let runs = client.get(&["api", "models", MODEL, "runs"]).await?;
            Ok(runs
                .as_array()
                .and_then(|runs| runs.first())
                .filter(|run| run["trigger"]["by"] == "conditions")
                .cloned())
        });
        let run = run.await?;
        self.happened(format!("retraining {} started by the drift", run["id"]));
        run["id"].as_i64().ok_or_else(|| missing("the run's id"))
    }

    /// The challenger beat the champion on the newest held-out rows, and answers.
    async fn await_promotion(&mut self, id: i64) -> Result<Value> {
        let over = ["held", "promoted", "failed", "cancelled", "interrupted"];
        let run = self.wait("the end of the retraining", async |client| {
            let run = client.get(&["api", "runs", &id.to_string()]).await?;
            Ok(run["state"].as_str().is_some_and(|state| over.contains(&state)).then_some(run))
        });
        let run = run.await?;
        let line = &run["comparison"]["lines"][0];
        let (champion, challenger) = (line["champion"].as_f64(), line["challenger"].as_f64());
        let (champion, challenger) = champion.zip(challenger).ok_or_else(|| missing("the comparison"))?;
        self.happened(format!(
            "challenger {:.1}%, champion {:.1}% ({}, {} held-out rows)",
            challenger * 100.0,
            champion * 100.0,
            line["what"].as_str().unwrap_or_default(),
            run["comparison"]["rows_new"]
        ));
        if challenger <= champion {
            return Err(missing("a challenger that beats the champion"));
        }
        if run["state"] != "promoted" {
            return Err(missing(&format!("the promotion (the run is {}: {})", run["state"], run["error"])));
        }
        let model = self.client.get(&["api", "models", MODEL]).await?;
        let champion =
            model["versions"].as_array().into_iter().flatten().find(|version| version["champion"] == true);
        let number = champion.map(|version| version["number"].clone()).unwrap_or_default();
        self.happened(format!("version {number} passed its gates and was promoted"));
        Ok(number)
    }

    async fn recovery(&mut self, during: f64, version: Value) -> Result<()> {
        let after = self.wait("an accuracy after the promotion", async |client| {
            let models = client.get(&["api", "models"]).await?;
            Ok(models[0]["pulse"]["accuracy"].as_f64().filter(|accuracy| *accuracy > during))
        });
        let after = after.await?;
        self.happened(format!("version {version} answers the new scanner: accuracy {:.1}%", after * 100.0));
        Ok(())
    }

    fn happened(&mut self, what: String) {
        let seconds = SystemClock.now().since(self.begin) as f64 / 1e3;
        eprintln!("{seconds:6.1} s  {what}");
        self.lines.push((seconds, what));
    }

    fn table(&self) -> String {
        let rows: Vec<_> =
            self.lines.iter().map(|(seconds, what)| format!("{seconds:6.1}  {what}")).collect();
        format!("     s  what happened\n{}", rows.join("\n"))
    }
}

/// The message of an open alert on a signal.
async fn alert(client: &Client, signal: &str) -> Result<Option<String>> {
    let alerts = client.get(&["api", "alerts"]).await?;
    let open = |alert: &&Value| alert["signal"] == signal && alert["until"].is_null();
    let found = alerts.as_array().into_iter().flatten().find(open);
    Ok(found.and_then(|alert| alert["message"].as_str()).map(str::to_owned))
}

fn missing(what: &str) -> Error {
    Error::internal(format!("the demo did not see {what}"))
}
