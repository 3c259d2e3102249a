use super::*;

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
    compare(&Gates::default(), &classifier(), paired, Some(paired), (100.0, 120.0), 1)
}

#[test]
fn a_clearly_better_challenger_passes_with_its_reasons() {
    let found = against(200, |i| i % 4 == 0, |i| i % 20 == 0);
    assert!(found.passed);
    let what: Vec<_> = found.lines.iter().map(|line| line.what.as_str()).collect();
    let expected = ["accuracy, new rows", "accuracy, old rows", "F1, new rows", "ROC AUC, new rows"];
    assert_eq!(what[..4], expected);
    assert_eq!(what[4..], ["log loss, new rows", "median run time"]);
    let first = &found.lines[0];
    assert!((first.difference - 0.2).abs() < 1e-12 && first.low.unwrap() > 0.1, "{first:?}");
    assert!(first.reason.contains("40 rows newly right, 0 newly wrong (McNemar p = 1.819e-12)"), "{first:?}");
    assert_eq!(found.lines[3].passed, None);
}

#[test]
fn an_equal_challenger_passes_at_margin_zero_and_a_worse_one_is_held() {
    assert!(against(100, |i| i % 5 == 0, |i| i % 5 == 0).passed);
    let worse = against(100, |i| i % 10 == 0, |i| i % 3 == 0);
    assert_eq!((worse.passed, worse.lines[0].passed), (false, Some(false)));
    assert!(worse.lines[0].reason.starts_with("no improvement: "), "{}", worse.lines[0].reason);
    assert!(worse.lines[1].reason.starts_with("forgets old data: "), "{}", worse.lines[1].reason);
}

#[test]
fn an_unsure_difference_asks_for_more_labels() {
    let unsure = against(60, |i| i % 10 == 0, |i| i % 10 == 5 && i != 5);
    assert_eq!(unsure.lines[0].passed, Some(false));
    assert!(unsure.lines[0].reason.contains("not sure yet, label "), "{}", unsure.lines[0].reason);
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
}

#[test]
fn regressions_are_judged_by_rmse_with_relative_margins() {
    let schema = Schema { task: Task::Regression, ..Schema::default() };
    let truth: Vec<Truth> = (0..100).map(|i| Truth::Number(f64::from(i))).collect();
    let (champion, better, worse) = (values(100, 2.0), values(100, 1.0), values(100, 2.3));
    let run = |challenger: &[Answered], gates: &Gates| {
        let paired = Paired { truth: &truth, champion: &champion, challenger };
        compare(gates, &schema, paired, None, (0.0, 0.0), 1)
    };
    let found = run(&better, &Gates::default());
    assert!(found.passed && found.lines[0].what == "RMSE, new rows");
    assert_eq!((found.lines[0].champion, found.lines[0].challenger), (2.0, 1.0));
    assert_eq!((found.lines[1].what.as_str(), found.lines[1].difference), ("MAE, new rows", -1.0));
    assert!(!run(&worse, &Gates { new_margin: 0.1, ..Gates::default() }).passed);
    assert!(run(&worse, &Gates { new_margin: 0.2, ..Gates::default() }).passed);
}

#[test]
fn a_slow_challenger_or_a_model_without_a_task_is_held() {
    let truth = truth(100);
    let (champion, challenger) = (answers(&truth, |i| i % 4 == 0), answers(&truth, |_| false));
    let paired = Paired { truth: &truth, champion: &champion, challenger: &challenger };
    let slow = compare(&Gates::default(), &classifier(), paired, None, (100.0, 201.0), 1);
    assert_eq!((slow.passed, slow.lines.last().unwrap().passed), (false, Some(false)));
    let other = compare(&Gates::default(), &Schema::default(), paired, None, (100.0, 100.0), 1);
    assert_eq!((other.passed, other.lines.len()), (false, 1));
}
