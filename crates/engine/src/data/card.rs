//! A score card as the model's card: Markdown for people.

use tidegate_monitor::metric::MetricName;
use tidegate_train::scratch::Card;

pub fn markdown(card: &Card, data: &str) -> String {
    let metrics = card.metrics.iter().map(|metric| {
        let simple = card.baseline.metrics.iter().find(|simple| simple.name == metric.name);
        let interval = match (metric.low, metric.high) {
            (Some(low), Some(high)) => format!(" ({low:.4} to {high:.4})"),
            _ => String::new(),
        };
        let simple = simple.map_or_else(String::new, |simple| format!("{:.4}", simple.value));
        format!("| {} | {:.4}{interval} | {simple} |", word(metric.name), metric.value)
    });
    let left = card.left_out.iter().map(|left| format!("- `{}`: it {}", left.name, left.why));
    let warnings = card.warnings.iter().map(|warning| format!("- {warning}"));
    let list = |title: &str, lines: Vec<String>| match lines.is_empty() {
        true => String::new(),
        false => format!("\n{title}\n\n{}\n", lines.join("\n")),
    };
    format!(
        "# {target}\n\nMade from the data set {data} by {method}: {learnt} rows learnt from, {held} held out ({how}); \
         seed {seed}.\n\n| metric | on the rows held out | {simple} |\n| --- | --- | --- |\n{metrics}\n{warnings}{left}",
        target = card.target,
        method = card.method.name(),
        learnt = card.rows.learnt,
        held = card.rows.held_out,
        how = card.rows.how,
        seed = card.seed,
        simple = card.baseline.what,
        metrics = metrics.collect::<Vec<_>>().join("\n"),
        warnings = list("Doubts:", warnings.collect()),
        left = list("Columns left out:", left.collect()),
    )
}

/// As the API writes it, with spaces.
fn word(name: MetricName) -> String {
    match serde_json::to_value(name) {
        Ok(serde_json::Value::String(word)) => word.replace('_', " "),
        _ => String::new(),
    }
}
