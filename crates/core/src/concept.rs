//! Which detectors watch the errors of a model as labels arrive.

use serde::{Deserialize, Serialize};

use crate::schema::Task;

/// A streaming detector, by the name River gives it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DetectorName {
    Adwin,
    PageHinkley,
    Ddm,
    /// Often fires before anything changed.
    Eddm,
    HddmA,
    HddmW,
    Kswin,
}

impl DetectorName {
    /// As in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Adwin => "ADWIN",
            Self::PageHinkley => "Page-Hinkley",
            Self::Ddm => "DDM",
            Self::Eddm => "EDDM",
            Self::HddmA => "HDDM_A",
            Self::HddmW => "HDDM_W",
            Self::Kswin => "KSWIN",
        }
    }

    /// DDM and EDDM are made for right and wrong only.
    pub fn suits(self, task: Task) -> bool {
        match task {
            Task::Classification => true,
            Task::Regression => !matches!(self, Self::Ddm | Self::Eddm),
            Task::Other => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct ConceptSettings {
    pub enabled: bool,
    /// Empty for the usual ones: ADWIN, and Page-Hinkley too for a regression.
    pub detectors: Vec<DetectorName>,
}

impl Default for ConceptSettings {
    fn default() -> Self {
        Self { enabled: true, detectors: Vec::new() }
    }
}

impl ConceptSettings {
    /// What watches a model of this task, each once; nothing where it is switched off or the task has no errors.
    pub fn detectors_for(&self, task: Task) -> Vec<DetectorName> {
        let usual: &[DetectorName] = match task {
            Task::Regression => &[DetectorName::Adwin, DetectorName::PageHinkley],
            _ => &[DetectorName::Adwin],
        };
        let wanted = if self.detectors.is_empty() { usual } else { &self.detectors };
        let mut chosen = Vec::new();
        for name in wanted.iter().copied().filter(|name| self.enabled && name.suits(task)) {
            if !chosen.contains(&name) {
                chosen.push(name);
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_task_says_who_watches_where_nobody_chose() {
        let usual = ConceptSettings::default();
        assert_eq!(usual.detectors_for(Task::Classification), [DetectorName::Adwin]);
        assert_eq!(usual.detectors_for(Task::Regression), [DetectorName::Adwin, DetectorName::PageHinkley]);
        assert!(usual.detectors_for(Task::Other).is_empty());
        let chosen =
            |enabled| ConceptSettings { enabled, detectors: vec![DetectorName::Ddm, DetectorName::Ddm] };
        assert_eq!(chosen(true).detectors_for(Task::Classification), [DetectorName::Ddm]);
        assert!(chosen(true).detectors_for(Task::Regression).is_empty());
        assert!(chosen(false).detectors_for(Task::Classification).is_empty());
    }
}
