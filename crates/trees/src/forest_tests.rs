use super::*;

/// Two columns, the second missing in a third of the rows, and classes that both decide.
fn rows(count: usize) -> (Matrix, Vec<f64>) {
    let mut random = SplitMix64(7);
    let (mut data, mut truth) = (Vec::new(), Vec::new());
    for row in 0..count {
        let (a, b) =
            (random.share() as f32, if row.is_multiple_of(3) { f32::NAN } else { random.share() as f32 });
        data.extend([a, b]);
        let class = if a > 0.5 { 2 } else { usize::from(b.is_nan() || b > 0.6) };
        truth.push(class as f64);
    }
    (Matrix { columns: 2, data }, truth)
}

fn grown(rows: &Matrix, truth: &[f64], weight: &[f64], loss: Loss, forestry: Forestry, seed: u64) -> Forest {
    let outputs = if loss == Loss::Squared { 1 } else { 3 };
    let problem = Problem { rows, truth, weight, held_out: &[], features: &[], loss, outputs };
    let ControlFlow::Continue(forest) =
        forest::<std::convert::Infallible>(&problem, forestry, seed, &mut |_| ControlFlow::Continue(()));
    forest
}

#[test]
fn classes_are_learnt_with_missing_values_and_the_seed_decides_the_trees() {
    let ((learnt, truth), (other, other_truth)) = (rows(600), {
        let (matrix, truth) = rows(900);
        (Matrix { columns: 2, data: matrix.data[1200..].to_vec() }, truth[600..].to_vec())
    });
    let forestry = Forestry { trees: 20, ..Forestry::CLASSES };
    let ones = vec![1.0; 600];
    let forest = grown(&learnt, &truth, &ones, Loss::Softmax, forestry, 1);
    let shares = forest.answers(&other);
    assert!(shares.chunks_exact(3).all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-6));
    let right = shares.chunks_exact(3).zip(&other_truth).filter(|(row, class)| row[**class as usize] > 0.5);
    let right = right.count();
    assert!(right >= 290, "{right} of 300");
    assert!(forest.loss > 0.0 && forest.loss < 0.3, "{}", forest.loss);
    assert_eq!(forest, grown(&learnt, &truth, &ones, Loss::Softmax, forestry, 1));
    assert_ne!(forest, grown(&learnt, &truth, &ones, Loss::Softmax, forestry, 2));
}

#[test]
fn one_tree_of_all_rows_and_columns_learns_them_by_heart_down_to_its_depth() {
    let (learnt, _) = rows(200);
    let numbers: Vec<f64> = learnt.iter_rows().map(|row| 1e6 + f64::from(row[0])).collect();
    let forestry = Forestry { trees: 1, bootstrap: false, ..Forestry::NUMBERS };
    let ones = vec![1.0; 200];
    let forest = grown(&learnt, &numbers, &ones, Loss::Squared, forestry, 0);
    let found = forest.answers(&learnt);
    assert!(found.iter().zip(&numbers).all(|(found, number)| (found - number).abs() < 0.1));
    let flat = grown(&learnt, &numbers, &ones, Loss::Squared, Forestry { depth: Some(2), ..forestry }, 0);
    assert_eq!(flat.trees[0].nodes.len(), 7);
    let wide = grown(&learnt, &numbers, &ones, Loss::Squared, Forestry { min_rows: 50, ..forestry }, 0);
    assert!(wide.trees[0].nodes.len() <= 7, "{}", wide.trees[0].nodes.len());
}

#[test]
fn heavy_rows_pull_the_answer_and_weightless_ones_do_not_exist() {
    let matrix = Matrix { columns: 1, data: vec![0.0; 4] };
    let forestry = Forestry { trees: 1, bootstrap: false, ..Forestry::NUMBERS };
    let forest = grown(&matrix, &[1.0, 2.0, 3.0, 99.0], &[3.0, 1.0, 0.0, 0.0], Loss::Squared, forestry, 0);
    assert_eq!(forest.answers(&matrix)[0], 1.25);
}

#[test]
fn breaking_off_ends_after_the_tree() {
    let (learnt, truth) = rows(100);
    let problem = Problem {
        rows: &learnt,
        truth: &truth,
        weight: &[1.0; 100],
        held_out: &(0..100).map(|row| row % 4 == 0).collect::<Vec<_>>(),
        features: &[],
        loss: Loss::Softmax,
        outputs: 3,
    };
    let mut seen = Vec::new();
    let ended = forest(&problem, Forestry::CLASSES, 0, &mut |step| {
        seen.push(step);
        if step.round == 3 { ControlFlow::Break("enough") } else { ControlFlow::Continue(()) }
    });
    assert_eq!(ended, ControlFlow::Break("enough"));
    assert!(seen.len() == 3 && seen[2].held_out_loss.is_some_and(f64::is_finite));
}
