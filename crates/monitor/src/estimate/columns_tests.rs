use super::*;

fn uniforms(n: usize, seed: u64) -> Vec<f64> {
    let mut random = SplitMix(seed);
    (0..n).map(|_| random.below(1 << 30) as f64 / f64::from(1 << 30)).collect()
}

/// Calibrated probabilities with labels drawn from them, as 1 and 0.
fn labelled(n: usize, seed: u64) -> (Vec<f64>, Vec<f64>, Vec<bool>) {
    let scores = uniforms(n, seed);
    let draws = uniforms(n, seed ^ 0xabcd);
    let labels = scores.iter().zip(draws).map(|(p, draw)| f64::from(u8::from(draw < *p))).collect();
    let predicted = scores.iter().map(|p| *p >= 0.5).collect();
    (scores, labels, predicted)
}

/// Estimates of the same model on many samples scatter as the standard errors say.
#[test]
fn the_errors_are_as_large_as_the_scatter() {
    const N: usize = 400;
    let (scores, labels, predicted) = labelled(20_000, 1);
    let rows = Rows { scores: &scores, probabilities: &labels, predicted: &predicted };
    let spreads = Spreads::of(rows, 7);
    let expected = Spreads::of(Rows { probabilities: &scores, ..rows }, 7);
    let realised = |seed: u64| {
        let (scores, labels, predicted) = labelled(N, seed);
        let rows = Rows { scores: &scores, probabilities: &labels, predicted: &predicted };
        Estimates::binary(rows, &spreads).all()
    };
    let runs: Vec<_> = (100..400).map(realised).collect();
    for metric in 0..7 {
        let values: Vec<f64> = runs.iter().map(|run| run[metric].value.unwrap()).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let scatter = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        let said = runs[0][metric].standard_error.unwrap();
        // NannyML's terms ignore how F1's and the ROC AUC's parts vary together, hence the wide margin.
        assert!(said / scatter > 0.6 && said / scatter < 1.7, "metric {metric}: {said} {scatter}");
        let (of_labels, of_probabilities) = (spreads.0[metric].unwrap(), expected.0[metric].unwrap());
        // Two times fifty samples of average precision differ more by chance.
        let margin = if metric == 6 { 0.4 } else { 0.15 };
        assert!(
            (of_labels.0 / of_probabilities.0 - 1.0).abs() < margin,
            "metric {metric}: {spreads:?} {expected:?}"
        );
    }
}

#[test]
fn what_cannot_be_measured_is_not_there() {
    let rows = Rows { scores: &[0.2, 0.3], probabilities: &[0.0, 0.0], predicted: &[false, false] };
    let estimates = Estimates::binary(rows, &Spreads::of(rows, 1));
    assert_eq!(estimates.accuracy, Estimate { value: Some(1.0), standard_error: Some(0.0) });
    assert_eq!(estimates.precision, Estimate::default());
    assert_eq!((estimates.roc_auc.value, estimates.ap.value), (None, None));
    let nothing = Rows { scores: &[], probabilities: &[], predicted: &[] };
    assert_eq!(Estimates::binary(nothing, &Spreads::of(nothing, 1)).accuracy, Estimate::default());
}

#[test]
fn many_classes_are_averaged() {
    let one = Estimate { value: Some(0.5), standard_error: Some(0.03) };
    let class = Estimates::of(std::iter::repeat_n((Some(0.5), Some(0.03)), 7));
    let mean = Estimates::multiclass(&[class, class, class], one);
    assert_eq!(mean.f1.value, Some(0.5));
    assert!((mean.f1.standard_error.unwrap() - 0.03 / 3.0_f64.sqrt()).abs() < 1e-12);
}
