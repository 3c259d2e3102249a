//! Which recorded rows to label, so that what the gates left undecided is settled soonest.
//!
//! Rows that champion and challenger answer alike say nothing of which is better; those they answer differently do.

use tidegate_core::{Error, Result, RunId, Time, model::Version, run::Run};

use crate::{Engine, lock, view::RowsToLabel};

/// Recorded rows that the challenger is asked about, the newest.
const LOOKED_AT: usize = 2_000;
const MOST_TOLD: usize = 1_000;

impl Engine {
    /// Recorded, unlabelled rows: first those that the run's challenger and its champion answer differently, the
    /// furthest apart first, then those they are least sure of.
    pub async fn rows_to_label(&self, id: RunId, most: Option<u32>) -> Result<RowsToLabel> {
        let run = self.run(id).await?;
        let (champion, challenger) = self.contestants(&run).await?;
        let route = self.route_of(run.model)?;
        let served = self.served(&route, Some(challenger.number)).await?;
        let schema = lock(&served.watched.aggregate).schema().clone();
        self.recorder.flush().await?;
        let range = Time(0)..self.clock.now().plus(1);
        let recorded = self.answered_rows(&[champion.id], &schema, range, LOOKED_AT).await?;
        let recorded = self.with_truths(recorded).await?;
        let open: Vec<usize> =
            (0..recorded.ids.len()).filter(|row| recorded.truths[*row].is_none()).collect();
        let asked: Vec<_> = open.iter().map(|row| recorded.rows[*row].clone()).collect();
        let mut after = Vec::with_capacity(asked.len());
        for chunk in asked.chunks(super::rows_at_once(&served)) {
            after.extend(self.ask(&served, &schema, chunk).await?.1);
        }
        let recorded = recorded.picked(&open);
        let found = recorded.against(&after);
        let mut order: Vec<_> =
            found.iter().enumerate().filter_map(|(row, found)| Some((row, (*found)?))).collect();
        order.sort_by(|(_, a), (_, b)| {
            b.apart.cmp(&a.apart).then_with(|| match a.apart {
                true => b.size.total_cmp(&a.size),
                false => b.unsure.total_cmp(&a.unsure).then(b.size.total_cmp(&a.size)),
            })
        });
        let apart = order.iter().filter(|(_, found)| found.apart).count() as u64;
        let most = most.map_or(100, |most| most as usize).min(MOST_TOLD);
        let told = order.into_iter().take(most);
        Ok(RowsToLabel {
            champion: champion.number,
            challenger: challenger.number,
            more_rows: run.comparison.as_ref().and_then(|comparison| comparison.more_rows),
            looked_at: (recorded.ids.len() + recorded.left_out) as u64,
            unlabelled: recorded.ids.len() as u64,
            apart,
            classes: schema.labels.clone(),
            rows: told.map(|(row, found)| recorded.twice(row, &after[row], found)).collect(),
        })
    }

    async fn contestants(&self, run: &Run) -> Result<(Version, Version)> {
        let challenger = run.challenger.ok_or_else(|| {
            Error::conflict(format!("run {} has no challenger", run.id)).hint("wait until it was trained")
        })?;
        Ok((self.store.version(run.parent).await?, self.store.version(challenger).await?))
    }
}
