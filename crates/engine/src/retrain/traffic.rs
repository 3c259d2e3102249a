//! What the challenger answers to what the champion was asked lately.

use tidegate_core::{
    Result, Time,
    schema::{Answered, Schema},
};

use super::Active;
use crate::{Engine, route::Served};

impl Engine {
    /// The newest recorded answers of the champion, and the challenger's to the same rows; `None` without traffic,
    /// and where the challenger can't answer it: the comparison goes on without.
    pub(super) async fn recent(
        &self,
        champion: &Served,
        challenger: &Served,
        schema: &Schema,
        most: usize,
        active: &Active,
    ) -> Result<Option<(Vec<Answered>, Vec<Answered>)>> {
        let range = Time(0)..self.clock.now().plus(1);
        let recorded = self.answered_rows(&[champion.version.id], schema, range, most).await?;
        if recorded.ids.is_empty() {
            return Ok(None);
        }
        match self.ask_all(challenger, schema, &recorded.rows, active).await {
            Ok((_, after)) => Ok(Some((recorded.answers, after))),
            Err(error) => {
                self.refuse_if_ending(active)?;
                self.say(active, format!("compare: recent traffic was not answered again: {error}")).await?;
                Ok(None)
            }
        }
    }
}
