//! Whether a classifier treats the groups of one column alike.
//!
//! Owns the rates of each group and their comparison, as Fairlearn defines them: a group counts as treated worst or
//! best by its own rate, and a comparison is between those two. Must not know where groups come from.

use serde::{Deserialize, Serialize};

use crate::{
    accuracy::{newcombe, ratio_of_shares},
    metric::wilson,
};

/// A rate over fewer rows is shown, not compared.
pub const LEAST_ROWS: u64 = 30;
/// A group selected less than this share as often as another shows adverse impact (EEOC 1978, 29 CFR 1607.4 D).
pub const FOUR_FIFTHS: f64 = 0.8;

/// What was answered in one group and what was true; "positive" is the favourable class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupCounts {
    pub name: String,
    pub tp: u64,
    pub fp: u64,
    pub fn_: u64,
    pub tn: u64,
    /// Answers that were right: with many classes more than tp + tn tell.
    pub right: u64,
}

impl GroupCounts {
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }
    pub fn add(&mut self, predicted_positive: bool, positive: bool, right: bool) {
        let count = match (predicted_positive, positive) {
            (true, true) => &mut self.tp,
            (true, false) => &mut self.fp,
            (false, true) => &mut self.fn_,
            (false, false) => &mut self.tn,
        };
        *count += 1;
        self.right += u64::from(right);
    }
    fn n(&self) -> u64 {
        self.tp + self.fp + self.fn_ + self.tn
    }
}

/// A share with its 95% interval (Wilson).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FairnessRate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
    pub hits: u64,
    pub n: u64,
}

impl FairnessRate {
    /// `None` of no rows.
    fn of(hits: u64, n: u64) -> Option<Self> {
        let (low, high) = wilson(hits, n);
        (n > 0).then(|| Self { value: hits as f64 / n as f64, low, high, hits, n })
    }
    fn counts(self) -> (u64, u64) {
        (self.hits, self.n)
    }
}

/// One group's rates; those without rows are missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FairnessGroup {
    pub name: String,
    pub n: u64,
    /// Share of its rows that are answered with the favourable class.
    pub selection_rate: Option<FairnessRate>,
    /// Of the rows that are favourable in truth.
    pub true_positive_rate: Option<FairnessRate>,
    /// Of the rows that are not.
    pub false_positive_rate: Option<FairnessRate>,
    pub precision: Option<FairnessRate>,
    pub accuracy: Option<FairnessRate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FairnessCriterion {
    /// Equal selection rates.
    DemographicParity,
    /// Equal true positive rates.
    EqualOpportunity,
    /// Equal true and false positive rates: the one that differs more.
    EqualisedOdds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// Surely below four fifths.
    Adverse,
    /// Surely at least four fifths.
    Fair,
    /// The interval holds four fifths.
    Undecided,
}

/// Two groups under one criterion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FairnessGap {
    pub criterion: FairnessCriterion,
    pub highest: String,
    pub lowest: String,
    /// Highest less lowest rate, with Newcombe's 95% interval of this pair.
    pub difference: f64,
    pub difference_low: f64,
    pub difference_high: f64,
    /// Lowest over highest rate, with Katz's 95% interval of this pair; 1 where both are 0.
    pub ratio: f64,
    pub ratio_low: f64,
    pub ratio_high: f64,
    /// The four-fifths rule; only for selection rates.
    pub four_fifths: Option<Impact>,
}

/// Groups, and how they compare where at least two have enough rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fairness {
    pub groups: Vec<FairnessGroup>,
    pub comparisons: Vec<FairnessGap>,
}

/// Compares groups. The pair is picked by its distance, which its interval doesn't allow for.
pub fn fairness(counts: &[GroupCounts]) -> Fairness {
    let groups: Vec<FairnessGroup> = counts.iter().map(group).collect();
    let parity = compare(FairnessCriterion::DemographicParity, &groups, |group| group.selection_rate);
    let opportunity = compare(FairnessCriterion::EqualOpportunity, &groups, |group| group.true_positive_rate);
    let others = compare(FairnessCriterion::EqualisedOdds, &groups, |group| group.false_positive_rate);
    let same =
        opportunity.clone().map(|of| FairnessGap { criterion: FairnessCriterion::EqualisedOdds, ..of });
    let odds = same.into_iter().chain(others).max_by(|a, b| a.difference.total_cmp(&b.difference));
    let comparisons = parity.into_iter().chain(opportunity).chain(odds).collect();
    Fairness { groups, comparisons }
}

fn group(counts: &GroupCounts) -> FairnessGroup {
    let GroupCounts { tp, fp, fn_, tn, .. } = *counts;
    FairnessGroup {
        name: counts.name.clone(),
        n: counts.n(),
        selection_rate: FairnessRate::of(tp + fp, counts.n()),
        true_positive_rate: FairnessRate::of(tp, tp + fn_),
        false_positive_rate: FairnessRate::of(fp, fp + tn),
        precision: FairnessRate::of(tp, tp + fp),
        accuracy: FairnessRate::of(counts.right, counts.n()),
    }
}

fn compare(
    criterion: FairnessCriterion,
    groups: &[FairnessGroup],
    of: fn(&FairnessGroup) -> Option<FairnessRate>,
) -> Option<FairnessGap> {
    let rates = groups.iter().filter_map(|group| Some((group, of(group)?)));
    let mut rates: Vec<(&FairnessGroup, FairnessRate)> =
        rates.filter(|(_, rate)| rate.n >= LEAST_ROWS).collect();
    rates.sort_by(|a, b| a.1.value.total_cmp(&b.1.value));
    let [(lowest, low), .., (highest, high)] = rates[..] else { return None };
    let (difference_low, difference_high) = newcombe(high.counts(), low.counts());
    let (ratio_low, ratio_high) = ratio_of_shares(low.counts(), high.counts());
    let impact = match (ratio_high < FOUR_FIFTHS, ratio_low >= FOUR_FIFTHS) {
        (true, _) => Impact::Adverse,
        (_, true) => Impact::Fair,
        _ => Impact::Undecided,
    };
    Some(FairnessGap {
        criterion,
        highest: highest.name.clone(),
        lowest: lowest.name.clone(),
        difference: high.value - low.value,
        difference_low,
        difference_high,
        ratio: if high.hits == 0 { 1.0 } else { low.value / high.value },
        ratio_low,
        ratio_high,
        four_fifths: (criterion == FairnessCriterion::DemographicParity).then_some(impact),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(name: &str, [tp, fp, fn_, tn]: [u64; 4]) -> GroupCounts {
        GroupCounts { name: name.into(), tp, fp, fn_, tn, right: tp + tn }
    }

    /// Values as Fairlearn's `demographic_parity_difference` and the like give them on these counts.
    #[test]
    fn groups_compare_as_defined() {
        let found = fairness(&[counts("a", [40, 10, 10, 40]), counts("b", [20, 10, 30, 140])]);
        let [parity, opportunity, odds] = &found.comparisons[..] else { panic!("{found:?}") };
        assert!((parity.difference - (0.5 - 0.15)).abs() < 1e-12 && (parity.ratio - 0.3).abs() < 1e-12);
        assert_eq!((parity.lowest.as_str(), parity.four_fifths), ("b", Some(Impact::Adverse)));
        assert!((opportunity.difference - (0.8 - 0.4)).abs() < 1e-12);
        assert!((odds.difference - 0.4).abs() < 1e-12 && odds.four_fifths.is_none());
        assert!((found.groups[0].precision.unwrap().value - 0.8).abs() < 1e-12);
        assert!((found.groups[1].accuracy.unwrap().value - 0.8).abs() < 1e-12);
    }

    #[test]
    fn the_four_fifths_rule_has_three_answers() {
        let verdict = |low: [u64; 4], high: [u64; 4]| {
            fairness(&[counts("a", low), counts("b", high)]).comparisons[0].four_fifths.unwrap()
        };
        assert_eq!(verdict([2_400, 0, 0, 2_600], [2_500, 0, 0, 2_500]), Impact::Fair);
        assert_eq!(verdict([24, 0, 0, 26], [25, 0, 0, 25]), Impact::Undecided);
        assert_eq!(verdict([1_000, 0, 0, 4_000], [2_500, 0, 0, 2_500]), Impact::Adverse);
    }

    #[test]
    fn small_groups_are_shown_and_not_compared() {
        let found =
            fairness(&[counts("a", [10, 2, 3, 4]), counts("b", [500, 100, 50, 400]), GroupCounts::new("c")]);
        assert_eq!((found.groups.len(), found.comparisons.len()), (3, 0));
        assert_eq!(found.groups[2].selection_rate, None);
    }

    proptest! {
        #[test]
        fn no_counts_make_nonsense(a in prop::array::uniform4(0_u64..500), b in prop::array::uniform4(0_u64..500)) {
            for comparison in fairness(&[counts("a", a), counts("b", b)]).comparisons {
                prop_assert!(comparison.difference_low <= comparison.difference + 1e-12);
                prop_assert!(comparison.difference <= comparison.difference_high + 1e-12);
                prop_assert!((0.0..=1.0).contains(&comparison.ratio));
                prop_assert!(comparison.ratio_low.is_finite() && comparison.ratio_high.is_finite());
            }
        }
    }
}
