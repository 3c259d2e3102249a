use super::*;

fn column<'a>(name: &'a str, reference: &'a [f64], current: &'a [f64]) -> Column<'a> {
    Column { name, reference: Some(Values::Numeric(reference)), current: Some(Values::Numeric(current)) }
}

/// Evenly mixed values from -0.5 to 0.5.
fn mixed(n: usize, step: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * step) % 1_009) as f64 / 1_009.0 - 0.5).collect()
}

#[test]
fn a_broken_relation_is_seen_where_no_column_moved() {
    let (a, noise) = (mixed(2_000, 7), mixed(2_000, 311));
    let together: Vec<f64> = a.iter().zip(&noise).map(|(a, noise)| a + 0.1 * noise).collect();
    let apart: Vec<f64> = mixed(2_000, 523);
    let still = [column("a", &a, &a), column("b", &together, &together)];
    let broken = [column("a", &a, &a), column("b", &together, &apart)];
    assert_eq!(reconstruction(&still).unwrap().state, State::Stable);
    let found = reconstruction(&broken).unwrap();
    assert!(found.state == State::Drifted && found.error > 2.0 * found.high, "{found:?}");
    assert_eq!((found.components, found.n_current), (1, 2_000));
    assert_eq!(domain_classifier(&still).unwrap().state, State::Stable);
    let told = domain_classifier(&broken).unwrap();
    assert!(told.state == State::Drifted && told.columns.len() == 2, "{told:?}");
}

#[test]
fn holes_and_names_are_filled_and_encoded() {
    let holes: Vec<f64> =
        mixed(600, 7).into_iter().enumerate().map(|(i, v)| if i % 9 == 0 { f64::NAN } else { v }).collect();
    let names = ["red", "blue", "green"].map(String::from);
    let codes: Vec<u32> = (0..600).map(|i| [0, 0, 1, 9][i % 4]).collect();
    let new: Vec<u32> = vec![2; 600];
    let values = Values::Categorical { codes: &codes, names: &names };
    let color = Column { name: "color", reference: Some(values), current: Some(values) };
    let columns = [column("x", &holes, &holes), color];
    let same = reconstruction(&columns).unwrap();
    assert_eq!(same.state, State::Stable);
    let moved = Column { current: Some(Values::Categorical { codes: &new, names: &names }), ..color };
    let found = domain_classifier(&[columns[0], moved]).unwrap();
    assert_eq!((found.state, found.columns[0].column.as_str()), (State::Drifted, "color"));
    assert!(found.auc > 0.99);
}

#[test]
fn nothing_to_compare_is_none() {
    let nothing = [f64::NAN; 300];
    assert_eq!(reconstruction(&[column("x", &nothing, &nothing)]), None);
    assert_eq!(reconstruction(&[column("x", &[1.0; 50], &[1.0; 50])]), None, "no variance");
    assert_eq!((reconstruction(&[]), domain_classifier(&[])), (None, None));
}
