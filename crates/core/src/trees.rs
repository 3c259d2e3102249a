//! How trees are retrained: what a plan says beyond what all trainers take.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Trees {
    /// Rounds of boosting without a better loss on the rows that watch, after which it ends, and the trees after
    /// the best round are dropped; `null` goes through all.
    pub patience: Option<u32>,
    /// Boosted regression: this quantile of the truth is learnt instead of its mean, between 0 and 1.
    pub quantile: Option<f64>,
    /// Features of which a larger value never lowers the answer (the second class, of two) of what is learnt.
    pub rising: Vec<String>,
    /// Features of which a larger value never raises it.
    pub falling: Vec<String>,
    /// Features whose numbers name categories: groups of them are told from the others.
    pub categories: Vec<String>,
}

impl Trees {
    /// The first field that makes no sense, in words.
    pub fn problem(&self) -> Option<String> {
        if self.patience == Some(0) {
            return Some("`trees.patience` is 0".into());
        }
        if let Some(share) = self.quantile.filter(|share| !(*share > 0.0 && *share < 1.0)) {
            return Some(format!("`trees.quantile` is {share}, not between 0 and 1"));
        }
        let mut seen = HashSet::new();
        let mut names = [&self.rising, &self.falling, &self.categories].into_iter().flatten();
        let twice = names.find(|name| !seen.insert(*name))?;
        Some(format!("`trees` names feature `{twice}` more than once"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_named() {
        assert_eq!(Trees::default().problem(), None);
        let said = |trees: Trees| trees.problem().unwrap_or_default();
        assert!(said(Trees { patience: Some(0), ..Trees::default() }).contains("`trees.patience`"));
        assert!(said(Trees { quantile: Some(f64::NAN), ..Trees::default() }).contains("`trees.quantile`"));
        let age = || vec!["age".to_owned()];
        assert!(said(Trees { rising: age(), falling: age(), ..Trees::default() }).contains("`age`"));
    }
}
