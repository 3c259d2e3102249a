//! The program that the tests start as a worker. As `hold <library> <model>` it is a parent instead, which keeps
//! an endless run going until it is killed.

use std::process::ExitCode;

use tidegate_core::{
    ElementType, Tensor, Value,
    signature::{Port, PortKind, Signature},
    tensor::Named,
};
use tidegate_runtime::{Deployment, Launcher, Request, Spec};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["hold", library, model] => hold(library, model),
        _ => tidegate_runtime::worker_main(),
    }
}

#[tokio::main]
async fn hold(library: &str, model: &str) -> ExitCode {
    let cache = tempfile::tempdir().expect("a temporary folder");
    let launcher = Launcher {
        program: std::env::current_exe().expect("the running program"),
        args: vec!["worker".into()],
        library: library.into(),
        cache: cache.path().into(),
    };
    let trips = PortKind::tensor(ElementType::I64, vec![]);
    let signature = Signature {
        inputs: vec![Port { name: "trips".into(), kind: trips, overridable: false }],
        outputs: vec![],
    };
    let deployment =
        Deployment::start(launcher, Spec::new(model, "held", signature)).await.expect("a worker");
    println!("{}", deployment.status().pid.expect("a ready worker"));
    let trips = Tensor::from_i64(vec![], &[i64::MAX]).expect("a scalar");
    let inputs = vec![Named::new("trips", Value::Tensor(trips))];
    let ended = deployment.run(Request { inputs, ..Request::default() }).await;
    eprintln!("{ended:?}");
    ExitCode::FAILURE
}
