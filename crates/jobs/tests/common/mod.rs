//! A job as the engine orders it, and a listener that remembers.

#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::{
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tidegate_core::{Result, RunId, Time, run::Plan, runner::Runner, schema::Schema};
use tidegate_jobs::{Column, Heard, Job, Made, Order, Rows, Values, carry_out, home};

pub fn job(folder: &Path, runner: &Runner, run: i64) -> Job {
    let parent = folder.join("champion.onnx");
    std::fs::write(&parent, b"the champion").unwrap();
    let numbers = |name: &str, values: [f64; 3]| Column {
        name: name.into(),
        values: Values::Numbers(values.map(Some).into()),
    };
    let rows = Rows {
        columns: vec![
            numbers("x", [1.0, 2.0, 3.0]),
            numbers("y", [2.0, 4.0, 6.0]),
            numbers("w", [1.0; 3]),
            numbers("n", [0.0; 3]),
        ],
        count: 3,
    };
    let order = Order {
        run: RunId(run),
        created: Time(1_795_353_350_000),
        model: "doubles".into(),
        version: 1,
        parent,
        parent_sha256: "ab".repeat(32),
        schema: Schema::default(),
        plan: Plan { seed: 7, ..Plan::default() },
        rows,
        target: "y".into(),
        weight: "w".into(),
        is_new: "n".into(),
    };
    let local = folder.join("local");
    order.write(home(runner, &local), runner).unwrap()
}

/// What was heard of a job, and the word that ends it.
#[derive(Clone, Default)]
pub struct Ear {
    pub heard: Arc<Mutex<Vec<Heard>>>,
    pub stop: Arc<AtomicBool>,
}

impl Ear {
    pub async fn follow(&self, runner: &Runner, job: &Job) -> Result<Made> {
        let listen = &mut |heard| {
            if heard != Heard::Nothing {
                self.heard.lock().unwrap().push(heard);
            }
            match self.stop.load(Ordering::Relaxed) {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        };
        carry_out(runner, job, listen).await
    }

    pub fn states(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard
            .iter()
            .filter_map(|heard| if let Heard::State(state) = heard { Some(state.clone()) } else { None })
            .collect()
    }

    pub fn lines(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard
            .iter()
            .filter_map(|heard| if let Heard::Line(line) = heard { Some(line.clone()) } else { None })
            .collect()
    }

    pub fn steps(&self) -> Vec<u32> {
        let heard = self.heard.lock().unwrap();
        heard
            .iter()
            .filter_map(|heard| if let Heard::Progress(told) = heard { Some(told.step) } else { None })
            .collect()
    }

    pub async fn until(&self, what: &str, seen: impl Fn(&Self) -> bool) {
        let begun = std::time::Instant::now();
        while !seen(self) {
            assert!(
                begun.elapsed().as_secs() < 60,
                "not within a minute: {what}; {:?}",
                self.heard.lock().unwrap()
            );
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}
