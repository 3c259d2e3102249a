//! The HTML report: one file that needs nothing else, to read, send and print. Always in the light theme.
//! Must not know what it reports.

use std::fmt::Write as _;

use crate::canvas::escape;
use crate::{AxisKind, Chart, Theme};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    pub title: String,
    pub subtitle: String,
    pub sections: Vec<Section>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    pub heading: String,
    /// Plain text; an empty line starts a new paragraph.
    pub text: String,
    pub table: Option<Table>,
    /// Drawn with [`Theme::Light`].
    pub chart: Option<Chart>,
}

/// A column whose cells all read as numbers is set to the right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Longer tables end with a line that says how many rows there are more.
const MOST_ROWS: usize = 200;

/// The report as an HTML document without scripts or anything to load; a policy in it forbids both.
pub fn report(report: &Report) -> String {
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"viewport\" content=\"width=device-width\">",
    );
    let title = escape(&report.title);
    let _ = write!(html, "<title>{title}</title><style>{}</style></head>", include_str!("report.css"));
    let _ =
        write!(html, "<body><main><h1>{title}</h1><p class=\"subtitle\">{}</p>", escape(&report.subtitle));
    report.sections.iter().for_each(|section| write_section(section, &mut html));
    html.push_str("</main></body></html>\n");
    html
}

fn write_section(section: &Section, html: &mut String) {
    let _ = write!(html, "\n<section><h2>{}</h2>", escape(&section.heading));
    for paragraph in section.text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
        let _ = write!(html, "<p>{}</p>", escape(paragraph.trim()));
    }
    if let Some(chart) = &section.chart {
        let _ = write!(html, "<figure>{}{}</figure>", legend(chart), chart.svg);
    }
    if let Some(table) = &section.table {
        write_table(table, html);
    }
    html.push_str("</section>");
}

/// The series' names with their colours; a heatmap's rows carry their names themselves.
fn legend(chart: &Chart) -> String {
    let named = chart.frame.series.iter().filter(|series| !series.name.is_empty());
    let named = named.filter(|_| chart.frame.y.kind != AxisKind::Category);
    let items = named.map(|series| {
        let color = series.color.rgb(Theme::Light);
        let hex = format!("#{:02x}{:02x}{:02x}", color.0, color.1, color.2);
        format!("<li><i style=\"background:{hex}\"></i>{}</li>", escape(&series.name))
    });
    let items: String = items.collect();
    if items.is_empty() { items } else { format!("<ul>{items}</ul>") }
}

fn write_table(table: &Table, html: &mut String) {
    let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0).max(table.header.len());
    let right: Vec<bool> = (0..columns).map(|column| is_numeric(table, column)).collect();
    html.push_str("<div class=\"wide\"><table><thead>");
    write_row("th", &table.header, &right, html);
    html.push_str("</thead><tbody>");
    table.rows.iter().take(MOST_ROWS).for_each(|row| write_row("td", row, &right, html));
    html.push_str("</tbody></table></div>");
    if table.rows.len() > MOST_ROWS {
        let _ = write!(html, "<p>{} more rows are not shown.</p>", table.rows.len() - MOST_ROWS);
    }
}

fn write_row(tag: &str, cells: &[String], right: &[bool], html: &mut String) {
    html.push_str("<tr>");
    for (i, right) in right.iter().enumerate() {
        let class = if *right { " class=\"number\"" } else { "" };
        let _ =
            write!(html, "<{tag}{class}>{}</{tag}>", cells.get(i).map_or(String::new(), |cell| escape(cell)));
    }
    html.push_str("</tr>");
}

fn is_numeric(table: &Table, column: usize) -> bool {
    let cells = || table.rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
    let number = |cell: &String| {
        cell.trim_start_matches(['+', '-', '\u{2212}']).starts_with(|c: char| c.is_ascii_digit())
    };
    cells().next().is_some() && cells().all(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: usize) -> Table {
        let row = |i: usize| vec!["<img src=x onerror=alert(1)>".to_owned(), format!("+{i}.5%")];
        Table { header: vec!["input".to_owned(), "drift".to_owned()], rows: (0..rows).map(row).collect() }
    }

    fn rendered(rows: usize) -> String {
        let section = Section {
            heading: "Drift & \"quality\"".to_owned(),
            text: "First.\n\nSecond <b>.".to_owned(),
            table: Some(table(rows)),
            chart: None,
        };
        let subtitle = "the last 24 hours".to_owned();
        report(&Report {
            title: "loan-default </title><script>".to_owned(),
            subtitle,
            sections: vec![section],
        })
    }

    #[test]
    fn text_is_escaped_everywhere() {
        let html = rendered(1);
        assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("<b>"));
        assert!(html.contains("<p>First.</p><p>Second &lt;b&gt;.</p>"));
        assert!(html.contains("<td class=\"number\">+0.5%</td>"));
    }

    #[test]
    fn a_long_table_says_what_it_leaves_out() {
        let html = rendered(100_000);
        assert!(html.len() < 100_000 && html.contains("99800 more rows are not shown"));
    }
}
