//! The comparison as a page that needs nothing else.

use tidegate_charts::{Bins, Histogram, Report, Section, Size, Table, Theme};
use tidegate_core::Result;
use tidegate_monitor::report::compare::Comparison;

use super::{Told, told};

/// Columns drawn, the most drifted first.
const DRAWN: usize = 30;

impl Told {
    pub(super) fn page(&self) -> Result<String> {
        let rows = self.compared.columns.iter().map(told::row).collect();
        let mut text = self.verdict();
        for sentence in self.together.iter().flat_map(told::together) {
            text = format!("{text}\n\n{sentence}");
        }
        if !self.skipped.is_empty() {
            text = format!("{text}\n\n{}", told::skipped(&self.skipped));
        }
        let table = Table { header: told::HEADER.map(str::to_owned).to_vec(), rows };
        let mut sections = vec![Section { heading: "Columns".into(), text, table: Some(table), chart: None }];
        let mut drawn: Vec<&Comparison> =
            self.compared.columns.iter().filter(|column| !column.contributions.is_empty()).collect();
        drawn.sort_by(|a, b| {
            b.drifted.cmp(&a.drifted).then(b.psi.partial_cmp(&a.psi).unwrap_or(std::cmp::Ordering::Equal))
        });
        for column in drawn.into_iter().take(DRAWN) {
            sections.push(section(column)?);
        }
        Ok(tidegate_charts::report(&Report {
            title: format!("Drift: {}", file(&self.current)),
            subtitle: format!("against {}", file(&self.reference)),
            sections,
        }))
    }
}

fn file(path: &std::path::Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The bins that make the difference, with the shares of both sides.
fn section(column: &Comparison) -> Result<Section> {
    let bins = &column.contributions;
    let histogram = Histogram {
        bins: Bins::Labels(bins.iter().map(|bin| bin.bin.clone()).collect()),
        reference: bins.iter().map(|bin| bin.reference).collect(),
        current: bins.iter().map(|bin| bin.current).collect(),
    };
    let chart = tidegate_charts::histogram(&histogram, Size { width: 780, height: 200 }, Theme::Light)?;
    let text = format!(
        "{} The bins with the largest share of the PSI, reference against current.",
        sentence(column)
    );
    Ok(Section { heading: column.name.clone(), text, table: None, chart: Some(chart) })
}

fn sentence(column: &Comparison) -> String {
    let sentence = &column.sentence;
    let mut letters = sentence.chars();
    let upper = letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str());
    upper.map_or(String::new(), |sentence| format!("{sentence}."))
}
