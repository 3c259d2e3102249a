//! Ranking metrics expected from calibrated probabilities, as NannyML's.

/// Expected true positives after each row from the highest raw score down, rounded as NannyML does.
fn true_positives(raw: &[f64], calibrated: &[f64]) -> Vec<f64> {
    let mut rows: Vec<(f64, f64)> = raw.iter().copied().zip(calibrated.iter().copied()).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let running = rows.iter().scan(0.0, |sum, (_, p)| {
        *sum += p;
        Some(*sum)
    });
    running.collect()
}

fn rounded(value: f64) -> f64 {
    (value * 1e5).round_ties_even() / 1e5
}

/// Expected area under the ROC curve; `None` where no positives or no negatives are expected.
pub fn roc_auc(raw: &[f64], calibrated: &[f64]) -> Option<f64> {
    let tps = true_positives(raw, calibrated);
    let (mut area, mut last) = (0.0, (0.0, 0.0));
    for (i, tp) in tps.into_iter().enumerate() {
        let here = (rounded((i + 1) as f64 - tp), rounded(tp));
        area += (here.0 - last.0) * (here.1 + last.1) / 2.0;
        last = here;
    }
    (last.0 > 0.0 && last.1 > 0.0).then(|| area / (last.0 * last.1))
}

/// Expected average precision; `None` where no positives are expected.
pub fn average_precision(raw: &[f64], calibrated: &[f64]) -> Option<f64> {
    let tps: Vec<f64> = true_positives(raw, calibrated).into_iter().map(rounded).collect();
    let all = tps.last().copied().filter(|all| *all > 0.0)?;
    let before = std::iter::once(&0.0).chain(&tps);
    let steps = tps.iter().zip(before).zip(1_u32..);
    Some(steps.map(|((tp, before), i)| (tp - before) * tp / f64::from(i)).sum::<f64>() / all)
}
