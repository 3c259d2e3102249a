//! Models that crash, hang or fill memory: refused in the trial, survived at work.

use std::time::{Duration, Instant};

use tidegate_core::{Code, Tensor, Value, tensor::Named};
use tidegate_runtime::{Deployment, Happening, Limits, Request, Spec, State};

use crate::{deploy, launcher, limits, models, spec};

async fn refusal(sample: &models::Sample, limits: Limits) -> String {
    let error = launcher().trial(&sample.path, &limits).await.unwrap_err();
    assert_eq!(error.code, Code::Invalid, "{error}");
    error.to_string()
}

fn ints(a: &[i64], b: &[i64]) -> Request {
    let named = |name, values: &[i64]| {
        let values: Vec<f64> = values.iter().map(|value| *value as f64).collect();
        let tensor = Tensor::from_f64(tidegate_core::ElementType::I32, vec![values.len()], &values).unwrap();
        Named::new(name, Value::Tensor(tensor))
    };
    Request { inputs: vec![named("a", a), named("b", b)], ..Request::default() }
}

/// The one quotient that does not fit: the processor refuses to compute it.
const POISON: ([i64; 1], [i64; 1]) = ([i32::MIN as i64], [-1]);

fn trips(count: i64) -> Request {
    let inputs = vec![Named::new("trips", Value::Tensor(Tensor::from_i64(vec![], &[count]).unwrap()))];
    Request { inputs, ..Request::default() }
}

fn side(length: i64) -> Request {
    let tensor = Tensor::from_i64(vec![2], &[length, length]).unwrap();
    Request { inputs: vec![Named::new("side", Value::Tensor(tensor))], ..Request::default() }
}

async fn eventually(deployment: &Deployment, what: impl Fn(&State) -> bool) {
    let mut statuses = deployment.statuses();
    let reached = statuses.wait_for(|status| what(&status.state));
    tokio::time::timeout(Duration::from_secs(10), reached).await.expect("a state in time").unwrap();
}

#[tokio::test]
async fn a_crash_while_loading_is_refused_by_name() {
    let said = refusal(&models::no_heads(), limits()).await;
    assert!(said.contains("does not load") && said.contains("SIGFPE"), "{said}");
}

#[tokio::test]
async fn a_crash_while_running_is_refused_by_name() {
    let said = refusal(&models::scalar_convolution(), limits()).await;
    assert!(said.contains("does not run") && said.contains("SIGABRT"), "{said}");
}

#[tokio::test]
async fn an_absent_sequence_is_an_answer() {
    let sample = models::absent_sequence();
    let trial = launcher().trial(&sample.path, &limits()).await.unwrap();
    assert_eq!((trial.note, trial.outputs[0].kind.clone()), (None, None));
    let answer = deploy(&sample).await.run(Request::default()).await.unwrap();
    assert_eq!(answer.outputs, [Named::new("y", Value::None)]);
}

#[tokio::test]
async fn a_hang_is_refused_by_the_clock_and_by_processor_time() {
    let wall = Limits { wall: Duration::from_secs(2), ..limits() };
    let said = refusal(&models::endless(), wall).await;
    assert!(said.contains("does not run within 2 s"), "{said}");
    let cpu = Limits { cpu_s: 1, ..limits() };
    let said = refusal(&models::endless(), cpu).await;
    assert!(said.contains("SIGXCPU"), "{said}");
}

#[tokio::test]
async fn a_memory_bomb_is_refused() {
    let said = refusal(&models::memory_bomb(), limits()).await;
    assert!(said.contains("within 1024 MiB of memory"), "{said}");
}

#[tokio::test]
async fn a_run_that_can_stop_is_stopped_when_its_time_is_up() {
    let deployment = deploy(&models::counter()).await;
    let began = Instant::now();
    let request = Request { timeout: Some(Duration::from_millis(200)), ..trips(i64::MAX) };
    let error = deployment.run(request).await.unwrap_err();
    assert_eq!(error.code, Code::Unavailable);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(count(&deployment, 3).await, 3);
    assert_eq!(deployment.status().restarts, 0, "the same worker goes on");
}

async fn count(deployment: &Deployment, to: i64) -> i64 {
    let answer = deployment.run(trips(to)).await.unwrap();
    answer.outputs[0].value.as_tensor().unwrap().to_i64().unwrap()[0]
}

#[tokio::test]
async fn a_run_that_cannot_stop_costs_its_worker() {
    let deployment = deploy(&models::square()).await;
    let mut happenings = deployment.watch();
    let began = Instant::now();
    // The operands are made within the time, however busy the machine: only the product can't be stopped.
    let request = Request { timeout: Some(Duration::from_secs(2)), ..side(7_000) };
    let error = deployment.run(request).await.unwrap_err();
    assert!(error.message.contains("within 2000 ms"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    let answer = deployment.run(side(2)).await.unwrap();
    assert_eq!(answer.outputs[0].value.as_tensor().unwrap().to_f64().unwrap(), [0.5]);
    let Happening::Crashed { reason, .. } = happenings.try_recv().unwrap() else { panic!("no crash") };
    assert!(reason.contains("250 ms"), "{reason}");
    assert_eq!(deployment.status().restarts, 1);
}

#[tokio::test]
async fn a_dropped_request_frees_its_session() {
    let deployment = deploy(&models::counter()).await;
    let dropped = tokio::time::timeout(Duration::from_millis(100), deployment.run(trips(i64::MAX))).await;
    assert!(dropped.is_err());
    assert_eq!(count(&deployment, 5).await, 5);
    assert_eq!(deployment.status().restarts, 0);
}

#[tokio::test]
async fn more_requests_than_may_wait_are_refused_at_once() {
    let sample = models::counter();
    let spec = Spec { queue: 1, ..spec(&sample) };
    let deployment = Deployment::start(launcher(), spec).await.unwrap();
    let endless = || {
        let deployment = deployment.clone();
        tokio::spawn(async move { deployment.run(trips(i64::MAX)).await })
    };
    let running = endless();
    deployment.statuses().wait_for(|status| status.in_flight == 1).await.unwrap();
    let waiting = endless();
    deployment.statuses().wait_for(|status| status.queued == 1).await.unwrap();
    assert_eq!(deployment.run(trips(1)).await.unwrap_err().code, Code::Busy);
    running.abort();
    waiting.abort();
    deployment.statuses().wait_for(|status| status.in_flight + status.queued == 0).await.unwrap();
    assert_eq!(count(&deployment, 2).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_under_load_costs_only_what_was_in_flight() {
    let sample = models::division();
    let sessions = 2;
    let deployment = Deployment::start(launcher(), Spec { sessions, ..spec(&sample) }).await.unwrap();
    let mut happenings = deployment.watch();
    let clients: Vec<_> = (0..8)
        .map(|client| {
            let deployment = deployment.clone();
            tokio::spawn(async move {
                let mut failed = 0;
                for _ in 0..200 {
                    match deployment.run(ints(&[client, 6], &[1, 3])).await {
                        Ok(answer) => {
                            let given = answer.outputs[0].value.as_tensor().unwrap().to_i64().unwrap();
                            assert_eq!(given, [client, 2]);
                        }
                        Err(error) => {
                            assert_eq!(error.code, Code::Unavailable, "{error}");
                            failed += 1;
                        }
                    }
                }
                failed
            })
        })
        .collect();
    let poison = deployment.run(ints(&POISON.0, &POISON.1)).await.unwrap_err();
    assert_eq!(poison.code, Code::Unavailable, "{poison}");
    let crash = happenings.recv().await.unwrap();
    assert!(matches!(&crash, Happening::Crashed { reason, .. } if reason.contains("SIGFPE")), "{crash:?}");
    let Happening::Restarted { after } = happenings.recv().await.unwrap() else { panic!("not restarted") };
    println!("back {after:?} after the crash");
    assert!(after < Duration::from_secs(2), "{after:?}");
    let mut failed = 0;
    for client in clients {
        failed += client.await.unwrap();
    }
    assert!(failed < sessions, "{failed} requests of others failed");
}

#[tokio::test]
async fn a_model_that_keeps_crashing_is_quarantined_with_the_reason() {
    let deployment = deploy(&models::division()).await;
    for _ in 0..5 {
        assert_eq!(deployment.run(ints(&POISON.0, &POISON.1)).await.unwrap_err().code, Code::Unavailable);
    }
    eventually(&deployment, |state| matches!(state, State::Quarantined { .. })).await;
    let error = deployment.run(ints(&[1], &[1])).await.unwrap_err();
    assert_eq!(error.code, Code::Unavailable);
    assert!(error.message.contains("quarantine") && error.message.contains("SIGFPE"), "{error}");
    deployment.stop().await;
}
