//! What is doubtful about columns that a model is to learn from, whoever chose them.

use std::collections::BTreeMap;

use tidegate_core::schema::{Task, Truth};
use tidegate_table::{Column, Data};

use super::{cells::Cells, columns::is_id, doubts::gives_away, target::Target};

/// Fewer rows than this may give themselves away by chance.
const FEW: usize = 20;

/// Columns that equal or nearly determine the target, and those that name or count the rows: a sentence each.
/// Rows and truths go together; rows without a truth that fits the task are passed over.
pub fn leaks(columns: &[Column], truths: &[Truth], task: Task) -> Vec<String> {
    let Some(target) = target(truths, task) else { return Vec::new() };
    let rows: Vec<usize> = (0..truths.len()).filter(|row| !target.values[*row].is_nan()).collect();
    if rows.len() < FEW {
        return Vec::new();
    }
    columns.iter().filter_map(|column| doubt(column, &target, &rows)).collect()
}

fn doubt(column: &Column, target: &Target, rows: &[usize]) -> Option<String> {
    let name = &column.name;
    if gives_away(&Cells::of(column), target, rows) {
        return Some(format!(
            "column `{name}` alone tells the target: is it known when the model is asked, or only afterwards?"
        ));
    }
    let counts = match &column.data {
        Data::Integer(values) => is_id(name, values),
        Data::Float(values) => {
            let whole = |value: &f64| (value.fract() == 0.0).then_some(*value as i64);
            values.iter().map(whole).collect::<Option<Vec<i64>>>().is_some_and(|values| is_id(name, &values))
        }
        Data::Text(values) => values.names.len() == values.codes.len(),
        _ => false,
    };
    counts.then(|| {
        format!("column `{name}` differs in every row, as an id does: nothing general can be learnt from it")
    })
}

/// `None` where there is nothing to tell apart.
fn target(truths: &[Truth], task: Task) -> Option<Target> {
    if task != Task::Classification {
        let number = |truth: &Truth| truth.number().filter(|number| number.is_finite()).unwrap_or(f64::NAN);
        let values = truths.iter().map(number).collect();
        return Some(Target { task: Task::Regression, values, names: Vec::new(), classes: 0 });
    }
    let mut codes: BTreeMap<String, usize> = BTreeMap::new();
    truths.iter().for_each(|truth| _ = codes.insert(truth.class(), 0));
    codes.values_mut().zip(0..).for_each(|(code, index)| *code = index);
    let values = truths.iter().map(|truth| codes[&truth.class()] as f64).collect();
    (codes.len() > 1).then(|| Target { task, values, names: Vec::new(), classes: codes.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, of: impl Fn(usize) -> f64) -> Column {
        Column { name: name.into(), data: Data::Float((0..40).map(of).collect()) }
    }

    #[test]
    fn a_copy_of_the_target_and_an_id_are_doubted() {
        let truths: Vec<Truth> = (0..40).map(|row| Truth::Class(["no", "yes"][row % 2].into())).collect();
        let columns = [
            column("refund", |row| (row % 2) as f64),
            column("customer_id", |row| ((row * 7) % 41) as f64),
            column("age", |row| ((row * row) % 13) as f64 + 0.5),
        ];
        let told = leaks(&columns, &truths, Task::Classification);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told[0].contains("`refund` alone tells the target") && told[1].contains("`customer_id` differs")
        );
    }

    #[test]
    fn a_number_in_other_units_is_doubted_and_few_rows_are_not() {
        let truths: Vec<Truth> = (0..40).map(|row| Truth::Number(((row * row) % 31) as f64)).collect();
        let columns = [column("fahrenheit", |row| 32.0 + 1.8 * ((row * row) % 31) as f64)];
        assert_eq!(leaks(&columns, &truths, Task::Regression).len(), 1);
        assert!(leaks(&columns, &truths[..10], Task::Regression).is_empty());
    }
}
