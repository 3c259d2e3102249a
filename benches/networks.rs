//! Trains a network for so many steps on made-up rows: what `networks.py` sets beside torch.
//!
//! `networks FILE NUMBERS CLASSES ROWS STEPS`: rows of so many numbers, one step of so many rows an epoch.

use std::{ops::ControlFlow, path::Path, process::ExitCode};

use tidegate_core::{
    Error, Result,
    run::{Mode, Network, Plan, Schedule},
    schema::{Answer, Schema, Task, Truth},
};
use tidegate_runtime::Launcher;
use tidegate_train::{Dataset, train};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["worker"] => tidegate_runtime::worker_main(),
        [file, numbers, classes, rows, steps] => match bench(file, [numbers, classes, rows, steps]) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        },
        _ => {
            eprintln!("networks FILE NUMBERS CLASSES ROWS STEPS");
            ExitCode::FAILURE
        }
    }
}

fn bench(file: &str, counts: [&str; 4]) -> Result<()> {
    let count = |text: &str| text.parse::<usize>().map_err(|_| Error::invalid(format!("{text} is no count")));
    let [numbers, classes, rows, steps] = counts.map(count);
    let (numbers, classes, rows, steps) = (numbers?, classes?, rows?, steps?);
    let wave = |at: usize| (at as f32 * 0.7).sin();
    let data = Dataset {
        features: (0..numbers).map(|place| format!("x{place}")).collect(),
        x: (0..numbers * rows).map(wave).collect(),
        truth: (0..rows).map(|row| Truth::Number((row * 7 % classes) as f64)).collect(),
        weight: vec![1.0; rows],
        ..Dataset::default()
    };
    let schema = Schema {
        task: Task::Classification,
        labels: (0..classes).map(|class| class.to_string()).collect(),
        answer: Answer { scores: Some("logits".into()), logits: true, ..Answer::default() },
        ..Schema::default()
    };
    let network =
        Network { batch: rows as u32, schedule: Schedule::Constant, patience: None, ..Network::default() };
    let plan = Plan { mode: Mode::Continue, rounds: steps as u32, network, ..Plan::default() };
    let cache = tempfile::tempdir().map_err(|cause| Error::internal("no folder").because(cause))?;
    let launcher = Launcher::this_program(cache.path())?;
    let model = tidegate_onnx::read(Path::new(file))?;
    let trained = train(&model, &schema, &data, &plan, &launcher, &mut |_| ControlFlow::Continue(()))?;
    println!("{}", trained.loss);
    Ok(())
}
