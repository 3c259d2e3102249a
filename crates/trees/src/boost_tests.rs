use super::*;

const SETTINGS: Settings =
    Settings { rounds: 20, leaves: 8, l2: 1.0, learning_rate: 0.2, ..Settings::DEFAULT };

/// Two columns and noise that no column explains; the second column is missing in a third of the rows.
fn rows(count: usize) -> (Matrix, Vec<f64>) {
    let hash = |i: usize| (i.wrapping_mul(2_654_435_761) >> 7) % 1000;
    let row =
        |i: usize| [hash(i) as f32 / 100.0, if i.is_multiple_of(3) { f32::NAN } else { (i % 17) as f32 }];
    let truth = |i: usize| {
        let [a, b] = row(i);
        f64::from(a) + if b.is_nan() { 4.0 } else { f64::from(b % 5.0) } + (hash(i + 7) % 10) as f64 / 10.0
    };
    (Matrix { columns: 2, data: (0..count).flat_map(row).collect() }, (0..count).map(truth).collect())
}

fn boost(rows: &Matrix, truth: &[f64], weight: &[f64], loss: Loss, outputs: usize) -> (Boosted, Vec<Step>) {
    let problem = Problem { rows, truth, weight, held_out: &[], features: &[], loss, outputs };
    let base = problem.base();
    let scores = base.repeat(truth.len());
    let mut steps = Vec::new();
    let result = continue_fit::<()>(&problem, SETTINGS, base, scores, &mut |step| {
        steps.push(step);
        ControlFlow::Continue(())
    });
    let ControlFlow::Continue(boosted) = result else { panic!("nobody broke off") };
    (boosted, steps)
}

#[test]
fn the_loss_falls_with_every_round() {
    let (rows, numbers) = rows(400);
    let classes: Vec<f64> = numbers.iter().map(|number| (number / 5.0).floor().min(2.0)).collect();
    let binary: Vec<f64> = classes.iter().map(|class| class.min(1.0)).collect();
    let ones = vec![1.0; 400];
    for (truth, loss, outputs) in [
        (&numbers, Loss::Squared, 1),
        (&binary, Loss::Logistic, 1),
        (&classes, Loss::Logistic, 3),
        (&classes, Loss::Softmax, 3),
    ] {
        let (boosted, steps) = boost(&rows, truth, &ones, loss, outputs);
        assert_eq!((steps.len(), boosted.trees.len()), (20, 20 * outputs), "{loss:?}");
        assert!(steps.windows(2).all(|pair| pair[1].loss < pair[0].loss), "{loss:?}");
        assert!(boosted.loss < 0.5 * steps[0].loss, "{loss:?}: {} {}", boosted.loss, steps[0].loss);
    }
}

#[test]
fn a_weight_of_two_is_two_rows_and_their_order_is_nothing() {
    let (rows, truth) = rows(300);
    let weight: Vec<f64> = (0..300).map(|row| if row % 4 == 0 { 2.0 } else { 1.0 }).collect();
    let mut places: Vec<usize> =
        (0..300).flat_map(|row| std::iter::repeat_n(row, weight[row] as usize)).collect();
    places.sort_by_key(|row| row * 7919 % 300);
    let repeated =
        Matrix { columns: 2, data: places.iter().flat_map(|row| rows.row(*row).to_vec()).collect() };
    let repeated_truth: Vec<f64> = places.iter().map(|row| truth[*row]).collect();
    let (weighted, _) = boost(&rows, &truth, &weight, Loss::Squared, 1);
    let (doubled, _) = boost(&repeated, &repeated_truth, &vec![1.0; places.len()], Loss::Squared, 1);
    assert!(
        (weighted.loss - doubled.loss).abs() < 1e-6 * weighted.loss,
        "{} {}",
        weighted.loss,
        doubled.loss
    );
    let value = |boosted: &Boosted, row| boosted.trees.iter().map(|(_, tree)| tree.value(row)).sum::<f32>();
    assert!(rows.iter_rows().all(|row| (value(&weighted, row) - value(&doubled, row)).abs() < 1e-4));
}

#[test]
fn rows_that_only_watch_are_not_learnt_from() {
    let (rows, truth) = rows(300);
    let held_out: Vec<bool> = (0..300).map(|row| row >= 200).collect();
    let run = |truth: &[f64]| {
        let problem = Problem {
            rows: &rows,
            truth,
            weight: &[1.0; 300],
            held_out: &held_out,
            features: &[],
            loss: Loss::Squared,
            outputs: 1,
        };
        fit(&problem, SETTINGS)
    };
    let lied: Vec<f64> =
        truth.iter().enumerate().map(|(row, truth)| if row < 200 { *truth } else { -50.0 }).collect();
    let (honest, lied) = (run(&truth), run(&lied));
    assert_eq!((&honest.base, &honest.trees), (&lied.base, &lied.trees));
    assert!(lied.held_out_loss > honest.held_out_loss);
}

#[test]
fn too_few_rows_grow_no_tree() {
    let (rows, truth) = rows(39);
    assert!(boost(&rows, &truth, &[1.0; 39], Loss::Squared, 1).0.trees.is_empty());
}

#[test]
fn the_base_is_the_best_constant() {
    let base = |loss, outputs, truth: &[f64]| {
        let weight = vec![1.0; truth.len()];
        let rows = Matrix { columns: 1, data: vec![0.0; truth.len()] };
        Problem { rows: &rows, truth, weight: &weight, held_out: &[], features: &[], loss, outputs }.base()
    };
    let truth = [0.0, 1.0, 1.0, 2.0];
    assert_eq!(base(Loss::Squared, 1, &truth), [1.0]);
    assert!(
        base(Loss::Softmax, 3, &truth)
            .iter()
            .zip([0.25_f64, 0.5, 0.25])
            .all(|(a, b)| (a - b.ln()).abs() < 1e-12)
    );
    assert!((base(Loss::Logistic, 1, &[0.0, 1.0, 1.0, 1.0])[0] - 3.0_f64.ln()).abs() < 1e-12);
    assert!(base(Loss::Softmax, 4, &truth)[3].is_finite(), "a class never seen");
    assert_eq!(base(Loss::Squared, 1, &[]), [0.0]);
}

#[test]
fn what_was_learnt_scores_rows_as_the_fit_did() {
    let (rows, numbers) = rows(400);
    let classes: Vec<f64> = numbers.iter().map(|number| (number / 5.0).floor().min(2.0)).collect();
    let (boosted, _) = boost(&rows, &classes, &vec![1.0; 400], Loss::Softmax, 3);
    let probabilities = boosted.probabilities(&rows);
    let losses = probabilities.chunks_exact(3).zip(&classes).map(|(row, class)| -row[*class as usize].ln());
    assert!((losses.sum::<f64>() / 400.0 - boosted.loss).abs() < 1e-9);
    assert!(probabilities.chunks_exact(3).all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-12));
}

#[test]
fn patience_ends_the_fit_and_keeps_the_best_round() {
    // Noise alone: what is learnt from it is wrong elsewhere.
    let (rows, numbers) = rows(300);
    let noise: Vec<f64> = (0..300).map(|row| f64::from(u8::from((row * 7919) % 13 < 6))).collect();
    assert_eq!(noise.len(), numbers.len());
    let held_out: Vec<bool> = (0..300).map(|row| row % 3 == 0).collect();
    let problem = Problem {
        rows: &rows,
        truth: &noise,
        weight: &[1.0; 300],
        held_out: &held_out,
        features: &[],
        loss: Loss::Logistic,
        outputs: 1,
    };
    let settings = Settings { rounds: 200, patience: Some(5), learning_rate: 0.3, ..SETTINGS };
    let base = problem.base();
    let mut steps: Vec<Step> = Vec::new();
    let ended = continue_fit::<()>(&problem, settings, base.clone(), base.repeat(300), &mut |step| {
        steps.push(step);
        ControlFlow::Continue(())
    });
    let ControlFlow::Continue(boosted) = ended else { panic!("nobody broke off") };
    let best = steps.iter().min_by(|a, b| a.held_out_loss.partial_cmp(&b.held_out_loss).unwrap()).unwrap();
    assert!(steps.len() < 200 && steps.len() as u32 == best.round + 5, "{} {}", steps.len(), best.round);
    assert_eq!((boosted.rounds, boosted.held_out_loss), (best.round, best.held_out_loss));
    assert_eq!(boosted.trees.len(), best.round as usize);
}

#[test]
fn quantiles_leave_their_share_of_rows_below() {
    let (rows, numbers) = rows(2000);
    let truth: Vec<f64> =
        numbers.iter().enumerate().map(|(row, number)| number + ((row * 7919) % 100) as f64 / 10.0).collect();
    for share in [0.1, 0.5, 0.9] {
        let (boosted, steps) = boost(&rows, &truth, &vec![1.0; 2000], Loss::Quantile(share), 1);
        let below = boosted.scores(&rows).iter().zip(&truth).filter(|(score, truth)| truth <= score).count();
        assert!((below as f64 / 2000.0 - share).abs() < 0.05, "{share}: {below}");
        assert!(boosted.loss < steps[0].loss);
    }
}

#[test]
fn missing_values_alone_are_set_apart_from_all_others() {
    let value = |row: usize| if row.is_multiple_of(2) { f32::NAN } else { (row % 7) as f32 };
    let rows = Matrix { columns: 1, data: (0..200).map(value).collect() };
    let truth: Vec<f64> = (0..200).map(|row| f64::from(u8::from(row % 2 == 0))).collect();
    let (boosted, _) = boost(&rows, &truth, &[1.0; 200], Loss::Logistic, 1);
    let found = boosted.probabilities(&Matrix { columns: 1, data: vec![f32::NAN, 3.0, f32::MAX] });
    assert!(found[0] > 0.9 && found[1] < 0.1 && found[2] < 0.1, "{found:?}");
}
