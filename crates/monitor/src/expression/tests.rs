use proptest::prelude::*;
use tidegate_core::schema::{Feature, FeatureKind, Task};

use super::*;

fn schema() -> Schema {
    let feature = |name: &str| Feature {
        name: name.into(),
        input: "x".into(),
        column: None,
        kind: FeatureKind::Numeric,
    };
    Schema {
        task: Task::Classification,
        features: ["age", "age group", "region"].map(feature).to_vec(),
        labels: vec!["no".into(), "yes".into()],
        ..Schema::default()
    }
}

fn value(text: &str) -> Option<f64> {
    let expression = Expression::parse(text, &schema()).unwrap();
    let features: Vec<f64> = expression
        .features()
        .iter()
        .map(|name| match name.as_str() {
            "age" => 41.0,
            "region" => code("north"),
            _ => f64::NAN,
        })
        .collect();
    let answer = Answered { label: Some("yes".into()), probabilities: Some(vec![0.25, 0.75]), value: None };
    expression.value(&Truth::Class("no".into()), &answer, &features)
}

#[test]
fn a_row_is_worth_what_the_expression_says() {
    for (text, expected) in [
        ("if(yhat == \"yes\", if(y == \"yes\", 120, -40), 0)", -40.0),
        ("1 + 2 * 3 ^ 2 - -4", 23.0),
        ("-2 ^ 2", -4.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("(1 + 2) * 3 % 4", 1.0),
        ("p + p_no", 1.0),
        ("age >= 40 and region = 'north' && !(age < 2)", 1.0),
        ("not true or age != 41", 0.0),
        ("min(3, age, 7) + max(1, 2) + abs(-2) + round(2.6)", 10.0),
        ("sqrt(16) + floor(1.9) + ceil(1.1) + exp(0) + log(1)", 8.0),
        ("1.5e2 + .5", 150.5),
        // The branch that is not taken may be missing.
        ("if(age > 40, 1, `age group`)", 1.0),
    ] {
        assert_eq!(value(text), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_number_is_told_apart_from_zero() {
    assert_eq!(value("`age group` + 1"), None);
    assert_eq!(value("1 / 0"), None);
    assert_eq!(value("if(`age group` > 1, 1, 2)"), None);
    assert_eq!(value("`age group` == 1 or true"), None);
}

#[test]
fn errors_point_at_the_place() {
    for (text, message) in [
        ("", "column 1: expected a number, a name or `(`, not the end"),
        ("1 +", "column 4: expected a number, a name or `(`, not the end"),
        ("if(yhat, 1)", "column 11: expected 3 values in `if`, which has 2, not `)`"),
        ("(1 + 2", "column 7: expected `)`, not the end"),
        ("1 2", "column 3: expected an operator or the end, not `2`"),
        ("agee * 2", "column 1: there is no `agee`"),
        ("y + $", "column 5: a number, a name or an operator, not `$`"),
        ("y == \"no", "column 6: a closing \", not `\"no`"),
        ("1.2.3", "column 1: a number, not `1.2.3`"),
    ] {
        assert_eq!(Expression::parse(text, &schema()).unwrap_err().message, message, "{text}");
    }
    let hint = Expression::parse("agee", &schema()).unwrap_err().hint.unwrap();
    assert!(hint.contains("y, yhat, p, p_no, p_yes, age, age group"), "{hint}");
    assert!(Expression::parse(&"(".repeat(500), &schema()).is_err());
    assert!(Expression::parse(&"1+".repeat(1_500), &schema()).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[-+*/%^!()<>=&|,\"'`. a-z0-9é]{0,40}") {
        if let Ok(expression) = Expression::parse(&text, &schema()) {
            let answer = Answered { label: None, probabilities: None, value: Some(1.0) };
            let value = expression.value(&Truth::Number(1.0), &answer, &[]);
            prop_assert!(value.is_none_or(f64::is_finite));
        }
    }
}
