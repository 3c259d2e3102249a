//! Columns of running text.

use super::{ColumnKind, Comparison, Decision, Options, names::Side, words};
use crate::{
    drift::State,
    report::{Method, text},
};

pub(super) fn compare(name: &str, reference: Side, current: Side, options: Options) -> Comparison {
    let mut found = Comparison::new(name, ColumnKind::Text);
    let (r, c) = (there(reference), there(current));
    found.count((r.len(), c.len()), (reference.0.len(), current.0.len()));
    if r.is_empty() || c.is_empty() {
        found.sentence = words::not_enough(&found, options.min_rows);
        return found;
    }
    let text = text::compare(&r, &c);
    let told = text.classifier.as_ref();
    let decision = Decision {
        test: Method::DomainClassifier,
        score: told.map(|classifier| classifier.auc),
        threshold: Method::DomainClassifier.threshold(),
        drifted: told.is_some_and(|classifier| classifier.state == State::Drifted),
    };
    found.decide(&decision, options.min_rows);
    found.sentence = match found.state {
        State::NotEnough if told.is_none() => {
            "not enough data: a classifier needs 50 texts a side".to_owned()
        }
        State::NotEnough => words::not_enough(&found, options.min_rows),
        _ => words::of_text(&found, &text),
    };
    if options.all_tests {
        let tests = [
            ("domain_classifier_auc", decision.score),
            ("length_ks_statistic", Some(text.length_test.statistic)),
            ("length_ks_p", Some(text.length_test.p)),
            ("unknown_words", Some(text.unknown)),
        ];
        found.tests = tests.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    }
    found.text = Some(text);
    found
}

fn there<'a>((codes, names): Side<'a>) -> Vec<&'a str> {
    codes.iter().filter_map(|code| names.get(*code as usize)).map(String::as_str).collect()
}
