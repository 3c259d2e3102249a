use super::*;
use tidegate_core::run::OutputGate;

fn classifier() -> Schema {
    let labels = vec!["no".to_owned(), "yes".to_owned()];
    Schema { task: Task::Classification, labels, ..Schema::default() }
}

fn truth(n: usize) -> Vec<Truth> {
    (0..n).map(|i| Truth::Class(if i % 2 == 0 { "yes" } else { "no" }.to_owned())).collect()
}

/// Answers that are wrong where `wrong` says so, with matching probabilities.
fn answers(truth: &[Truth], wrong: impl Fn(usize) -> bool) -> Vec<Answered> {
    let answer = |(i, truth): (usize, &Truth)| {
        let yes = (truth.class() == "yes") != wrong(i);
        let probabilities = if yes { vec![0.1, 0.9] } else { vec![0.9, 0.1] };
        let label = if yes { "yes" } else { "no" };
        Answered { label: Some(label.to_owned()), probabilities: Some(probabilities), value: None }
    };
    truth.iter().enumerate().map(answer).collect()
}

fn values(n: usize, error: f64) -> Vec<Answered> {
    let value = |i: usize| i as f64 + if i.is_multiple_of(2) { error } else { -error };
    (0..n).map(|i| Answered { label: None, probabilities: None, value: Some(value(i)) }).collect()
}

fn against(n: usize, champion: impl Fn(usize) -> bool, challenger: impl Fn(usize) -> bool) -> Comparison {
    let truth = truth(n);
    let (champion, challenger) = (answers(&truth, champion), answers(&truth, challenger));
    let paired = Paired { truth: &truth, champion: &champion, challenger: &challenger };
    let old = Some(paired);
    compare(&Gates::default(), &classifier(), Evidence { old, latency_us: (100.0, 120.0), ..only(paired) })
}

/// These rows and nothing else.
fn only(new: Paired<'_>) -> Evidence<'_> {
    Evidence {
        new,
        columns: &[],
        old: None,
        outputs: None,
        folds: 0,
        latency_us: (0.0, 0.0),
        bytes: (1_000, 1_500),
        seed: 1,
    }
}

fn line<'a>(found: &'a Comparison, what: &str) -> &'a ComparisonLine {
    let line = found.lines.iter().find(|line| line.what == what);
    line.unwrap_or_else(|| panic!("no `{what}` in {:?}", found.lines))
}

#[test]
fn a_clearly_better_challenger_passes_with_its_reasons() {
    let found = against(200, |i| i % 4 == 0, |i| i % 20 == 0);
    assert!(found.passed);
    let what: Vec<_> = found.lines.iter().map(|line| line.what.as_str()).collect();
    let further = ["F1", "ROC AUC", "log loss", "Brier score", "calibration error"];
    let expected = [
        vec!["accuracy, new rows".to_owned(), "accuracy, old rows".to_owned()],
        further.iter().map(|name| format!("{name}, new rows")).collect(),
        further.iter().map(|name| format!("{name}, old rows")).collect(),
        ["worst part of the new rows", "median run time", "file size"].map(str::to_owned).to_vec(),
    ];
    assert_eq!(what, expected.concat());
    let first = &found.lines[0];
    assert!((first.difference - 0.2).abs() < 1e-12 && first.low.unwrap() > 0.1, "{first:?}");
    assert!(first.reason.contains("40 rows newly right, 0 newly wrong (McNemar p = 1.819e-12)"), "{first:?}");
    assert_eq!(first.test.as_ref().unwrap().name, "McNemar, exact");
    let auc = line(&found, "ROC AUC, new rows");
    assert!(auc.passed.is_none() && auc.low.unwrap() > 0.0 && auc.high.unwrap() > auc.difference, "{auc:?}");
    assert_eq!((line(&found, "file size").passed, found.more_rows), (None, None));
}

#[test]
fn a_metric_is_called_better_or_worse_only_where_its_interval_says_so() {
    let words = |found: &Comparison| line(found, "log loss, new rows").reason.clone();
    let often = |i: usize| i.is_multiple_of(4);
    let seldom = |i: usize| i.is_multiple_of(20);
    assert_eq!(words(&against(200, often, seldom)), "better; for information");
    assert_eq!(words(&against(200, seldom, often)), "worse; for information");
    assert_eq!(words(&against(200, often, often)), "unchanged; for information");
    let elsewhere = |i: usize| (i + 1).is_multiple_of(20) || i == 0;
    assert_eq!(words(&against(200, seldom, elsewhere)), "no sure difference; for information");
}

#[test]
fn an_equal_challenger_passes_at_margin_zero_and_a_worse_one_is_held() {
    assert!(against(100, |i| i % 5 == 0, |i| i % 5 == 0).passed);
    let worse = against(100, |i| i % 10 == 0, |i| i % 3 == 0);
    assert_eq!((worse.passed, worse.lines[0].passed), (false, Some(false)));
    assert!(worse.lines[0].reason.starts_with("surely worse: "), "{}", worse.lines[0].reason);
    assert!(worse.lines[1].reason.starts_with("forgets old data: "), "{}", worse.lines[1].reason);
}

#[test]
fn an_unsure_difference_asks_for_more_labels() {
    let unsure = against(60, |i| i % 10 == 0, |i| i % 10 == 5 && i != 5);
    assert_eq!(unsure.lines[0].passed, Some(false));
    assert!(unsure.lines[0].reason.contains("not sure yet, label "), "{}", unsure.lines[0].reason);
    let more = unsure.lines[0].more_rows.unwrap();
    assert!(more > 60 && unsure.more_rows == Some(more), "{more}");
}

#[test]
fn too_few_rows_are_held_and_say_how_many_are_missing() {
    let few = against(10, |_| true, |_| false);
    assert!(
        !few.passed && few.lines[0].reason.starts_with("label 20 more rows to decide"),
        "{:?}",
        few.lines[0]
    );
    assert_eq!(few.lines[1].passed, None);
    let none = against(0, |_| true, |_| false);
    assert!(!none.passed && none.lines[0].reason == "label 30 more rows to decide");
    assert_eq!((few.more_rows, none.more_rows), (Some(20), Some(30)));
}

#[test]
fn regressions_are_judged_by_rmse_with_relative_margins() {
    let schema = Schema { task: Task::Regression, ..Schema::default() };
    let truth: Vec<Truth> = (0..100).map(|i| Truth::Number(f64::from(i))).collect();
    let (champion, better, worse) = (values(100, 2.0), values(100, 1.0), values(100, 2.3));
    let run = |challenger: &[Answered], gates: &Gates| {
        let paired = Paired { truth: &truth, champion: &champion, challenger };
        compare(gates, &schema, only(paired))
    };
    let found = run(&better, &Gates::default());
    assert!(found.passed && found.lines[0].what == "RMSE, new rows");
    assert_eq!((found.lines[0].champion, found.lines[0].challenger), (2.0, 1.0));
    assert_eq!((found.lines[1].what.as_str(), found.lines[1].difference), ("MAE, new rows", -1.0));
    assert_eq!(found.lines[1].test.as_ref().unwrap().name, "Wilcoxon");
    assert!(line(&found, "R², new rows").difference > 0.0);
    assert!(!run(&worse, &Gates { new_margin: 0.1, ..Gates::default() }).passed);
    assert!(run(&worse, &Gates { new_margin: 0.2, ..Gates::default() }).passed);
}

#[test]
fn a_slow_challenger_or_a_model_without_a_task_is_held() {
    let truth = truth(100);
    let (champion, challenger) = (answers(&truth, |i| i % 4 == 0), answers(&truth, |_| false));
    let paired = Paired { truth: &truth, champion: &champion, challenger: &challenger };
    let slow =
        compare(&Gates::default(), &classifier(), Evidence { latency_us: (100.0, 201.0), ..only(paired) });
    assert_eq!((slow.passed, line(&slow, "median run time").passed), (false, Some(false)));
    let other = compare(
        &Gates::default(),
        &Schema::default(),
        Evidence { latency_us: (100.0, 100.0), ..only(paired) },
    );
    assert_eq!((other.passed, other.lines.len()), (false, 2));
}

#[test]
fn further_metrics_and_sizes_decide_where_the_plan_says_so() {
    let truth = truth(200);
    let (champion, challenger) = (answers(&truth, |i| i % 4 == 0), answers(&truth, |i| i % 20 == 0));
    let paired = Paired { truth: &truth, champion: &champion, challenger: &challenger };
    let gate = |metric, limit| MetricGate { metric, rows: GateRows::New, limit };
    let metrics = vec![
        gate(GateMetric::F1, Limit::Reach { value: 0.99 }),
        gate(GateMetric::LogLoss, Limit::SurelyKeep { margin: 0.0 }),
        gate(GateMetric::RocAuc, Limit::Keep { share: 0.01 }),
    ];
    let gates = Gates { metrics, size_factor: Some(1.4), ..Gates::default() };
    let found = compare(&gates, &classifier(), only(paired));
    let passed = |what: &str| line(&found, what).passed;
    assert_eq!(passed("F1, new rows"), Some(false));
    assert_eq!(line(&found, "F1, new rows").reason, "0.9474, must be at least 0.99");
    assert_eq!((passed("log loss, new rows"), passed("ROC AUC, new rows")), (Some(true), Some(true)));
    assert_eq!((passed("file size"), found.passed), (Some(false), false));
    assert_eq!(line(&found, "file size").reason, "1.5 times the champion's, may be 1.4");
}

/// Better on the whole, and much worse where `region` is north: 80 of 400 rows.
#[test]
fn a_part_that_surely_loses_holds_a_challenger_that_gains_on_the_whole() {
    let truth = truth(400);
    let north = |i: usize| i.is_multiple_of(5);
    let champion = answers(&truth, |i| i % 3 == 0);
    let challenger = answers(&truth, north);
    let paired = Paired { truth: &truth, champion: &champion, challenger: &challenger };
    let names: Vec<_> = (0..400).map(|i| Some(if north(i) { "north" } else { "south" }.to_owned())).collect();
    let reference = crate::column::Reference::categorical("region", &names);
    let mut column = Column::new(&reference);
    names.iter().flatten().for_each(|name| column.add_category(name));
    let columns = [column];
    let found = compare(&Gates::default(), &classifier(), Evidence { columns: &columns, ..only(paired) });
    assert_eq!((found.lines[0].passed, found.passed), (Some(true), false), "{:?}", found.lines[0]);
    let part = line(&found, "worst part of the new rows");
    assert!(part.passed == Some(false) && part.reason.contains("region = north by -"), "{part:?}");
    let slices = Some(tidegate_core::run::SliceGate { min_rows: 50, margin: 0.8 });
    let lenient = Gates { slices, ..Gates::default() };
    let found = compare(&lenient, &classifier(), Evidence { columns: &columns, ..only(paired) });
    assert!(found.passed, "{:?}", line(&found, "worst part of the new rows"));
}

#[test]
fn answers_to_recent_traffic_inform_and_can_be_limited() {
    let truth = truth(200);
    let (champion, challenger) = (answers(&truth, |_| false), answers(&truth, |i| i % 8 == 0));
    let paired = Paired { truth: &truth, champion: &challenger, challenger: &champion };
    let outputs = Some(Outputs { champion: &champion, challenger: &challenger });
    let found = compare(&Gates::default(), &classifier(), Evidence { outputs, ..only(paired) });
    let agreement = line(&found, "agreement on recent traffic");
    assert_eq!((agreement.challenger, agreement.passed, found.passed), (0.875, None, true));
    let psi = line(&found, "drift of answers to recent traffic");
    // Half and half became 3 and 5 eighths: (0.125 ln(0.625 / 0.5)) + (-0.125 ln(0.375 / 0.5)).
    assert!((psi.challenger - 0.063_853).abs() < 1e-5, "{psi:?}");
    let limits = OutputGate { most_psi: Some(0.01), least_agreement: Some(0.9), ..OutputGate::default() };
    let strict = Gates { outputs: limits, ..Gates::default() };
    let found = compare(&strict, &classifier(), Evidence { outputs, ..only(paired) });
    assert_eq!(found.lines.iter().filter(|line| line.passed == Some(false)).count(), 2);
}

#[test]
fn disagreements_tell_what_a_label_would_settle() {
    let answer = |label: &str, yes: f64| Answered {
        label: Some(label.into()),
        probabilities: Some(vec![1.0 - yes, yes]),
        value: None,
    };
    let champion = [answer("yes", 0.9), answer("yes", 0.6), values(1, 0.0)[0].clone()];
    let challenger = [answer("yes", 0.8), answer("no", 0.4), answer("no", 0.0)];
    let found = disagreements(Outputs { champion: &champion, challenger: &challenger });
    let (alike, apart) = (found[0].unwrap(), found[1].unwrap());
    assert!(!alike.apart && (alike.size - 0.1).abs() < 1e-12 && (alike.unsure - 0.15).abs() < 1e-12);
    assert!(apart.apart && (apart.size - 0.2).abs() < 1e-12 && (apart.unsure - 0.4).abs() < 1e-12);
    assert_eq!(found[2], None);
    let (before, after) = (values(10, 1.0), values(10, 1.2));
    let found = disagreements(Outputs { champion: &before, challenger: &after });
    assert!(found.iter().all(|row| !row.unwrap().apart), "0.2 of a spread of 3 is alike");
}
