//! The list of what the scan has to say, bounded so that a hostile file cannot fill it.

use tidegate_core::inspection::{Finding, Verdict};

const MOST_NOTES: usize = 100;
const MOST: usize = 200;

#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub fn refuse(&mut self, subject: &str, message: impl Into<String>) {
        self.push(MOST, Verdict::Refuse, subject, message.into());
    }

    pub fn note(&mut self, subject: &str, message: impl Into<String>) {
        self.push(MOST_NOTES, Verdict::Note, subject, message.into());
    }

    pub fn into_vec(self) -> Vec<Finding> {
        self.0
    }

    fn push(&mut self, most: usize, verdict: Verdict, subject: &str, message: String) {
        let subject = subject.chars().take(200).collect();
        let finding = Finding { verdict, subject, message };
        if self.0.len() < most && !self.0.contains(&finding) {
            self.0.push(finding);
        }
    }
}
