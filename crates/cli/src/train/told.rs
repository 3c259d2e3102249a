//! How far a training is, and its score card, for people.

use std::{ops::ControlFlow, path::Path};

use serde_json::Value;
use tidegate_train::scratch::Stage;

use crate::aligned::{aligned, significant};

/// A line on standard error for each candidate, and for each tenth of the last fit.
pub fn progress() -> impl FnMut(Stage) -> ControlFlow<()> {
    let mut last = None;
    move |stage| {
        let tenth = u64::from(stage.step) * 10 / u64::from(stage.total.max(1));
        let place = if stage.loss.is_some() { tenth } else { u64::from(stage.step) };
        let now = Some((stage.what, place, stage.loss.is_some()));
        if std::mem::replace(&mut last, now) != now {
            eprintln!("{}", reached(stage));
        }
        ControlFlow::Continue(())
    }
}

fn reached(stage: Stage) -> String {
    let Stage { what, step, total, .. } = stage;
    match (stage.loss, stage.held_out_loss) {
        (None, _) if total <= 1 => what.to_owned(),
        (None, _) => format!("{what} {}/{total}", step + 1),
        (Some(loss), None) => format!("{what} {step}/{total}, loss {}", significant(loss)),
        (Some(loss), Some(watched)) => {
            let (loss, watched) = (significant(loss), significant(watched));
            format!("{what} {step}/{total}, loss {loss}, on the rows that watch {watched}")
        }
    }
}

pub fn card(card: &Value, out: &Path) -> String {
    let mut parts = vec![head(card, out), metrics(card), candidates(card), columns(card)];
    let warnings = card["warnings"].as_array().into_iter().flatten();
    parts.extend(warnings.map(|warning| format!("warning: {}", text(warning))));
    parts.push(format!("next: tidegate import {}", out.display()));
    parts.join("\n\n")
}

fn head(card: &Value, out: &Path) -> String {
    format!(
        "{}: {} of `{}` by {} ({})\n{} rows learnt from, {} judged by: {}; seed {}, {} s",
        out.display(),
        text(&card["task"]),
        text(&card["target"]),
        text(&card["method"]),
        parameters(card),
        card["rows"]["learnt"],
        card["rows"]["held_out"],
        text(&card["rows"]["how"]),
        card["seed"],
        card["seconds"],
    )
}

fn metrics(card: &Value) -> String {
    let simple = |name: &Value| {
        let metrics = card["baseline"]["metrics"].as_array().into_iter().flatten();
        metrics.filter(|metric| metric["name"] == *name).map(|metric| number(&metric["value"])).next()
    };
    let row = |metric: &Value| {
        let interval = match (metric["low"].as_f64(), metric["high"].as_f64()) {
            (Some(low), Some(high)) => format!("{} to {}", significant(low), significant(high)),
            _ => "-".to_owned(),
        };
        let simple = simple(&metric["name"]).unwrap_or_else(|| "-".to_owned());
        vec![text(&metric["name"]), number(&metric["value"]), interval, simple]
    };
    let rows: Vec<Vec<String>> = card["metrics"].as_array().into_iter().flatten().map(row).collect();
    aligned(&["metric", "value", "95% interval", &text(&card["baseline"]["what"])], &rows)
}

fn candidates(card: &Value) -> String {
    let validation = &card["cross_validation"];
    let row = |candidate: &Value| {
        let note = match (candidate["chosen"].as_bool(), candidate["why"].as_str()) {
            (_, Some(why)) => why.to_owned(),
            (Some(true), None) => "chosen".to_owned(),
            _ => String::new(),
        };
        let [loss, sd, score] = ["loss", "loss_sd", "score"].map(|name| number(&candidate[name]));
        vec![text(&candidate["method"]), parameters(candidate), loss, sd, score, note]
    };
    let rows: Vec<Vec<String>> = validation["candidates"].as_array().into_iter().flatten().map(row).collect();
    let (loss, score) = (text(&validation["loss"]), text(&validation["score"]));
    let header = ["method", "parameters", &loss, "deviation", &score, ""];
    format!("{} folds of {} rows\n{}", validation["folds"], validation["rows"], aligned(&header, &rows))
}

fn columns(card: &Value) -> String {
    let used: Vec<String> = card["columns"].as_array().into_iter().flatten().map(used).collect();
    let mut lines = vec![format!("{} columns: {}", used.len(), used.join(", "))];
    let left_out = card["left_out"].as_array().into_iter().flatten();
    lines.extend(
        left_out.map(|left| format!("{} is left out: it {}", text(&left["name"]), text(&left["why"]))),
    );
    lines.join("\n")
}

fn used(column: &Value) -> String {
    let categories = column["categories"].as_u64().map(|count| format!("{count} categories"));
    let missing =
        column["missing"].as_u64().filter(|count| *count > 0).map(|count| format!("{count} missing"));
    let notes: Vec<String> = [categories, missing].into_iter().flatten().collect();
    match notes.is_empty() {
        true => text(&column["name"]),
        false => format!("{} ({})", text(&column["name"]), notes.join(", ")),
    }
}

fn parameters(of: &Value) -> String {
    let pair = |pair: &Value| format!("{} {}", text(&pair[0]).replace('_', " "), number(&pair[1]));
    of["parameters"].as_array().into_iter().flatten().map(pair).collect::<Vec<_>>().join(", ")
}

fn number(value: &Value) -> String {
    value.as_f64().map_or_else(|| "-".to_owned(), significant)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
