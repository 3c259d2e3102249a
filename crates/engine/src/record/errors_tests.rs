use std::sync::Arc;

use tidegate_core::{
    Clock, PredictionId, RowId, Time,
    concept::DetectorName,
    event::EventKind,
    prediction::Label,
    schema::{Task, Truth},
    time::{DAY_MS, ManualClock},
};
use tidegate_monitor::concept::ErrorStream;

use crate::{
    aggregate::Aggregate,
    concept::Errors,
    fixture::{Folder, prediction, schema},
    lock,
    record::{Recorder, WatchedVersions},
    rollup::Stale,
    route::Watched,
    view::LabelRequest,
};

const NOON: Time = Time(20_000 * DAY_MS + DAY_MS / 2);
const ADWIN: &[DetectorName] = &[DetectorName::Adwin];

/// A recorder over a folder, as a start of the program makes it.
struct Run {
    clock: Arc<ManualClock>,
    watched: Arc<Watched>,
    recorder: Recorder,
}

impl Run {
    async fn start(folder: &Folder, at: Time) -> Self {
        let clock = Arc::new(ManualClock::at(at));
        let stored = folder.store.error_stream(folder.version).await.unwrap();
        let mut aggregate = Aggregate::new(schema(), None, 0);
        aggregate.errors = Errors::restore(Task::Classification, ADWIN, stored.as_deref());
        let watched = Arc::new(Watched::new(folder.version, Default::default(), aggregate));
        let all = WatchedVersions::default();
        lock(&all).insert(folder.version, watched.clone());
        let recorder = Recorder::start(folder.store.clone(), clock.clone(), all, Stale::default());
        recorder.take_up().await.unwrap();
        Self { clock, watched, recorder }
    }

    /// Answers "no" to as many rows.
    async fn ask(&self, folder: &Folder, rows: usize) -> PredictionId {
        self.clock.advance(10);
        let asked = prediction(folder.version, self.clock.now(), &vec![1.0; rows], "no");
        let id = asked.id;
        self.recorder.observe(asked, self.watched.clone(), None, true);
        self.recorder.flush().await.unwrap();
        id
    }

    async fn label(&self, id: PredictionId, truths: impl Iterator<Item = (u32, &'static str)>) {
        let label = |(row, truth): (u32, &str)| LabelRequest {
            id: RowId { prediction: id, row }.to_string(),
            label: Truth::Class(truth.into()),
        };
        self.recorder.label(truths.map(label).collect()).await.unwrap();
    }

    fn stream(&self) -> ErrorStream {
        lock(&self.watched.aggregate).errors.stream().clone()
    }
}

/// Every twentieth answer is wrong, from row 1,000 on every third.
fn truth(row: u32) -> (u32, &'static str) {
    let wrong = row.is_multiple_of(if row < 1_000 { 20 } else { 3 });
    (row, if wrong { "yes" } else { "no" })
}

#[tokio::test]
async fn errors_that_rise_are_found_told_once_and_kept() {
    let folder = Folder::new(schema(), NOON).await;
    let run = Run::start(&folder, NOON).await;
    let id = run.ask(&folder, 1_600).await;
    for part in 0..16 {
        run.label(id, (part * 100..part * 100 + 100).map(truth)).await;
    }
    let [detection] = &run.stream().detections().to_vec()[..] else {
        panic!("{:?}", run.stream().detections())
    };
    assert!((detection.before - 0.05).abs() < 0.02 && detection.after > 0.2, "{detection:?}");
    let told = run.recorder.take_found();
    assert_eq!((told.len(), told[0].rose), (1, true));
    assert!(told[0].what.starts_with("version 1: errors rose from 5"), "{}", told[0].what);
    let audits = async || {
        let audits = folder.store.audit(None, 50).await.unwrap();
        audits.into_iter().filter(|audit| audit.kind == EventKind::ConceptDrift).collect::<Vec<_>>()
    };
    assert_eq!(audits().await[0].what, told[0].what, "stored with the state, at once");
    run.recorder.flush().await.unwrap();
    let again = Run::start(&folder, NOON.plus(60_000)).await;
    assert_eq!(again.stream(), run.stream());
    assert_eq!((audits().await.len(), again.recorder.take_found().len()), (1, 0));
}

/// The labels were on the disk, their effect on the detectors was not.
#[tokio::test]
async fn a_crash_loses_no_label_and_has_none_taken_twice() {
    let folder = Folder::new(schema(), NOON).await;
    let run = Run::start(&folder, NOON).await;
    let id = run.ask(&folder, 1_600).await;
    run.label(id, (0..900).map(truth)).await;
    run.recorder.flush().await.unwrap();
    let label = |row| Label {
        row: RowId { prediction: id, row },
        truth: Truth::Class(truth(row).1.into()),
        time: run.clock.now(),
    };
    folder.store.put_labels((900..1_500).map(label).collect()).await.unwrap();
    let again = Run::start(&folder, NOON.plus(60_000)).await;
    assert!(folder.store.untaken_labels().await.unwrap().is_empty());
    let mut whole = ErrorStream::new(Task::Classification, ADWIN, None);
    for row in 0..1_500 {
        whole.add(run.clock.now(), f64::from(u8::from(truth(row).1 == "yes")));
    }
    assert_eq!(again.stream(), whole);
    assert_eq!(again.stream().detections().len(), 1);
    assert_eq!(again.recorder.take_found().len(), 1, "what the crash kept from being told is told now");
    let third = Run::start(&folder, NOON.plus(120_000)).await;
    assert_eq!((third.stream(), third.recorder.take_found().len()), (whole, 0));
}

#[tokio::test]
async fn a_row_is_taken_once_however_often_it_is_labelled() {
    let folder = Folder::new(schema(), NOON).await;
    let run = Run::start(&folder, NOON).await;
    let early = prediction(folder.version, NOON.plus(10), &[1.0; 3], "no").id;
    run.label(early, [(2, "no")].into_iter()).await;
    assert_eq!(run.stream().labels(), 0, "its prediction is not known");
    assert_eq!(run.ask(&folder, 3).await, early);
    assert_eq!(run.stream().labels(), 1);
    run.label(early, [(0, "yes"), (0, "yes"), (2, "no")].into_iter()).await;
    run.label(early, [(0, "no")].into_iter()).await;
    assert_eq!((run.stream().labels(), run.stream().recent()), (2, Some(0.5)));
}
