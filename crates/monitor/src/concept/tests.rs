use super::*;
use crate::random::SplitMix;
use proptest::prelude::*;
use tidegate_core::{
    concept::DetectorName::{Adwin, Ddm, HddmA, HddmW, PageHinkley},
    time::SECOND_MS,
};

/// One label a second.
fn at(label: usize) -> Time {
    Time(13 * HOUR_MS + label as i64 * SECOND_MS)
}

/// Right and wrong answers, wrong with probability `before`, from `change` on with `after`.
fn wrongs(seed: u64, n: usize, change: usize, before: f64, after: f64) -> Vec<f64> {
    let mut random = SplitMix(seed);
    let mut share = || random.below(1_000_000) as f64 / 1e6;
    (0..n).map(|i| f64::from(u8::from(share() < if i < change { before } else { after }))).collect()
}

fn run(stream: &mut ErrorStream, errors: &[f64], from: usize) -> Vec<News> {
    errors.iter().enumerate().flat_map(|(i, error)| stream.add(at(from + i), *error)).collect()
}

fn classes(names: &[DetectorName]) -> ErrorStream {
    ErrorStream::new(Task::Classification, names, None)
}

#[test]
fn every_suitable_detector_says_since_when_and_by_how_much_errors_rose() {
    for name in [Adwin, Ddm, HddmA, HddmW, PageHinkley] {
        let mut stream = classes(&[name]);
        run(&mut stream, &wrongs(5, 3_000, 2_000, 0.05, 0.4), 0);
        // DDM takes its first dozens of labels for a change now and then.
        let first = stream.detections().iter().find(|detection| detection.at >= at(2_000));
        let first = first.unwrap_or_else(|| panic!("{name:?} found nothing"));
        assert_eq!(first.detectors, [name]);
        assert!((at(1_950)..=at(2_050)).contains(&first.since), "{name:?} dates it {:?}", first.since);
        // Four standard errors: some need a handful of labels only, and find the change where errors cluster.
        let error = 4.0 * (0.4 * 0.6 / first.labels as f64).sqrt();
        assert!((first.before - 0.05).abs() < 0.02 && (first.after - 0.4).abs() < error, "{first:?}");
        assert!(stream.rise() > 0.2, "{name:?}: {}", stream.rise());
    }
}

#[test]
fn a_detection_reads_as_a_sentence() {
    let detection = Detection {
        at: at(3_400),
        since: at(2_760),
        before: 0.021,
        after: 0.087,
        labels_before: 2_000,
        labels: 640,
        detectors: vec![Adwin],
    };
    let sentence = detection.sentence(Task::Classification);
    assert_eq!(sentence, "errors rose from 2.1% to 8.7% since 13:46 UTC (ADWIN, 640 labels)");
    let fell = Detection {
        since: at(0).plus(-2 * DAY_MS),
        before: 12.0,
        after: 8.5,
        detectors: vec![Adwin, PageHinkley],
        ..detection
    };
    let sentence = fell.sentence(Task::Regression);
    let expected = "the mean absolute error fell from 12 to 8.5 since 13:00 UTC 2 days before \
                    (ADWIN, Page-Hinkley, 640 labels)";
    assert_eq!(sentence, expected);
}

#[test]
fn steady_errors_are_no_drift() {
    let false_alarms: usize =
        (0..40).map(|seed| run(&mut classes(&[Adwin]), &wrongs(seed, 5_000, 0, 0.0, 0.1), 0).len()).sum();
    assert!(false_alarms <= 2, "{false_alarms} in 200,000 labels");
}

#[test]
fn a_second_detector_confirms_and_makes_no_second_detection() {
    let mut stream = classes(&[HddmW, Adwin]);
    let news = run(&mut stream, &wrongs(3, 2_600, 2_000, 0.05, 0.5), 0);
    assert!(
        matches!(&news[..], [News::Detected(_), News::Confirmed(both)] if both.detectors.len() == 2),
        "{news:?}"
    );
    assert_eq!(stream.detections().len(), 1);
}

#[test]
fn what_rose_goes_by_when_errors_fall_again() {
    let mut stream = classes(&[HddmA]);
    run(&mut stream, &wrongs(3, 1_400, 1_000, 0.05, 0.5), 0);
    assert!(stream.risen().is_some());
    // HDDM_A sees no fall: the level of the newest errors tells.
    run(&mut stream, &wrongs(4, 600, 0, 0.0, 0.05), 1_400);
    assert_eq!((stream.risen(), stream.rise()), (None, 0.0));
}

#[test]
fn a_rise_that_went_by_does_not_come_back_by_itself() {
    let mut stream = classes(&[Adwin]);
    run(&mut stream, &wrongs(3, 3_000, 2_000, 0.1, 0.3), 0);
    assert!(stream.risen().is_some());
    // Back, and then about the limit for long: never above it for good, so that nothing new is found.
    run(&mut stream, &wrongs(4, 3_000, 3_000, 0.1, 0.1), 3_000);
    let found = stream.detections().len();
    let mut turns = 0;
    for (label, error) in wrongs(5, 6_000, 0, 0.0, 0.15).into_iter().enumerate() {
        let before = stream.risen().is_some();
        stream.add(at(6_000 + label), error);
        turns += usize::from(stream.risen().is_some() != before);
    }
    assert!(turns <= 2 * (stream.detections().len() - found), "{turns} turns");
}

#[test]
fn other_detectors_start_afresh_and_those_that_stay_go_on() {
    let mut stream = classes(&[Adwin, Ddm]);
    run(&mut stream, &wrongs(3, 100, 0, 0.0, 0.1), 0);
    stream.choose(&[HddmA, Adwin]);
    let windows: Vec<_> =
        stream.watchers().iter().map(|watcher| (watcher.name(), watcher.window())).collect();
    assert_eq!(windows, [(HddmA, 0), (Adwin, 100)]);
}

#[test]
fn a_regression_learns_its_usual_error_when_no_reference_tells() {
    let mut stream = ErrorStream::new(Task::Regression, &[Adwin, PageHinkley], None);
    let mut random = SplitMix(9);
    let mut errors = |n: usize, size: f64| -> Vec<f64> {
        (0..n).map(|_| random.below(1_000) as f64 / 500.0 * size).collect()
    };
    run(&mut stream, &errors(30, 40.0), 0);
    assert_eq!((stream.scale_needs(), stream.labels(), stream.watchers()[0].window()), (20, 30, 0));
    run(&mut stream, &errors(970, 40.0), 30);
    assert_eq!((stream.scale_needs(), stream.watchers()[0].window()), (0, 1_000));
    assert!(stream.detections().is_empty());
    run(&mut stream, &errors(400, 80.0), 1_000);
    let [only] = stream.detections() else { panic!("{:?}", stream.detections()) };
    assert!((only.before - 40.0).abs() < 4.0 && only.after > 60.0, "{only:?}");
    assert!(stream.rise() > 0.5, "{}", stream.rise());
}

#[test]
fn an_answer_is_as_wrong_as_its_task_says() {
    let schema = |task| Schema { task, labels: vec!["no".into(), "yes".into()], ..Schema::default() };
    let answer = Answered { label: None, probabilities: Some(vec![0.2, 0.8]), value: Some(3.0) };
    let of = |task, truth| error(&schema(task), &truth, &answer);
    assert_eq!(of(Task::Classification, Truth::Class("yes".into())), Some(0.0));
    assert_eq!(of(Task::Classification, Truth::Class("no".into())), Some(1.0));
    assert_eq!(of(Task::Regression, Truth::Number(5.5)), Some(2.5));
    assert_eq!(of(Task::Regression, Truth::Class("much".into())), None);
    assert_eq!(of(Task::Other, Truth::Number(5.5)), None);
}

proptest! {
    /// Stored anywhere and read back, a stream goes on as if nothing had happened.
    #[test]
    fn a_stored_stream_goes_on(
        errors in prop::collection::vec(prop::bool::weighted(0.3), 1..600),
        cut in 0_usize..600,
    ) {
        let errors: Vec<f64> = errors.into_iter().map(|wrong| f64::from(u8::from(wrong))).collect();
        let names = [Adwin, PageHinkley, Ddm, DetectorName::Eddm, HddmA, HddmW, DetectorName::Kswin];
        let (mut whole, mut stored) = (classes(&names), classes(&names));
        for (i, error) in errors.iter().enumerate() {
            if i == cut {
                stored = postcard::from_bytes(&postcard::to_stdvec(&stored).unwrap()).unwrap();
            }
            prop_assert_eq!(whole.add(at(i), *error), stored.add(at(i), *error));
        }
        prop_assert_eq!(whole, stored);
    }

    /// Watching a price in cents finds what watching it in euros does.
    #[test]
    fn the_unit_of_a_regression_is_of_no_account(seed in 0_u64..1_000, power in -20_i32..20) {
        // A power of two, so that rounding is the same.
        let unit = 2.0_f64.powi(power);
        let mut random = SplitMix(seed);
        let errors: Vec<f64> =
            (0..900).map(|i| random.below(1_000) as f64 * if i < 500 { 1.0 } else { 3.0 }).collect();
        let in_unit: Vec<f64> = errors.iter().map(|error| error * unit).collect();
        let found = |errors: &[f64]| {
            let mut stream = ErrorStream::new(Task::Regression, &[Adwin, PageHinkley], None);
            run(&mut stream, errors, 0);
            let found = stream.detections().to_vec();
            found.into_iter().map(|found| (found.at, found.since, found.labels)).collect::<Vec<_>>()
        };
        let found = (found(&errors), found(&in_unit));
        prop_assert!(!found.0.is_empty());
        prop_assert_eq!(found.0, found.1);
    }

    /// However long a stream, its history is short and loses no label.
    #[test]
    fn a_history_loses_no_label(errors in prop::collection::vec(0_u8..2, 0..4_000)) {
        let mut history = history::History::default();
        errors.iter().enumerate().for_each(|(i, error)| history.push(at(i), f64::from(*error)));
        prop_assert_eq!(history.n(), errors.len() as u64);
        let sum: f64 = errors.iter().map(|error| f64::from(*error)).sum();
        prop_assert!(history.mean().is_none_or(|mean| (mean * errors.len() as f64 - sum).abs() < 1e-6));
    }
}
