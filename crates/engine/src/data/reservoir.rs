//! Old labelled rows for replay: of the rows that are let go of, a seeded sample of bounded size stays.
//!
//! Owns which rows stay. Each row that was ever offered stays with the same chance (Vitter's algorithm R), and the
//! same rows in the same order leave the same sample: its chance hangs on how many came before it and nothing else.

use tidegate_core::{Error, Result, Time, model::Model, schema::Truth};
use tidegate_store::Reservoir;

use crate::{
    Engine,
    material::{Labelled, SplitMix, named},
    rows::Row,
    stage::blocking,
};

/// Rows kept of a model.
const KEPT: usize = 2_000;
/// Rows offered at a time, at most: what is older than that goes unsampled.
const OFFERED: u32 = 50_000;
const SEED: u64 = 0x0072_6573_6572_766f;

type Kept = Vec<(Row, Truth)>;

impl Engine {
    /// Offers labelled rows whose predictions were made before `before` and are about to go.
    pub(crate) async fn fill_reservoirs(&self, before: Time) -> Result<()> {
        for model in self.store.models(false).await? {
            self.fill_reservoir(&model, before).await?;
        }
        Ok(())
    }

    async fn fill_reservoir(&self, model: &Model, before: Time) -> Result<()> {
        let empty = || Reservoir { seen: 0, until: Time(0), rows_json: "[]".into() };
        let reservoir = self.store.reservoir(model.id).await?.unwrap_or_else(empty);
        let versions: Vec<_> = self.store.versions(model.id).await?.iter().map(|one| one.id).collect();
        let found = self.store.labelled(&versions, reservoir.until, before, OFFERED).await?;
        let Some(champion) = self.champion_version(model).await?.filter(|_| !found.is_empty()) else {
            return Ok(());
        };
        let schema = self.schema_of(model, &champion).await?;
        let filled = blocking(move || {
            let mut kept = read(&reservoir.rows_json)?;
            let (offered, _) = named(&schema, found);
            let mut seen = reservoir.seen;
            for row in offered.rows.into_iter().zip(offered.truths) {
                offer(&mut kept, &mut seen, row);
            }
            Ok(Reservoir { seen, until: before, rows_json: write(&kept)? })
        });
        self.store.put_reservoir(model.id, &filled.await?).await
    }

    /// The rows kept of a model.
    pub(crate) async fn reservoir_rows(&self, model: &Model) -> Result<Labelled> {
        let Some(reservoir) = self.store.reservoir(model.id).await? else { return Ok(Labelled::default()) };
        let (rows, truths) = read(&reservoir.rows_json)?.into_iter().unzip();
        Ok(Labelled { rows, truths })
    }
}

/// The row of number `seen` takes a place by chance; the first ones all stay.
fn offer(kept: &mut Kept, seen: &mut u64, row: (Row, Truth)) {
    *seen += 1;
    if kept.len() < KEPT {
        kept.push(row);
        return;
    }
    let place = (SplitMix(SEED ^ seen.wrapping_mul(0x9e37_79b9_7f4a_7c15)).share() * *seen as f64) as usize;
    if let Some(old) = kept.get_mut(place) {
        *old = row;
    }
}

fn read(json: &str) -> Result<Kept> {
    serde_json::from_str(json)
        .map_err(|cause| Error::internal("the rows kept for replay are damaged").because(cause))
}

fn write(kept: &Kept) -> Result<String> {
    serde_json::to_string(kept)
        .map_err(|cause| Error::internal("rows can't be kept for replay").because(cause))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Cell;

    fn filled(rows: u32) -> Vec<f64> {
        let (mut kept, mut seen) = (Kept::new(), 0);
        for age in 0..rows {
            let row = Row::from([("age".to_owned(), Cell::Number(f64::from(age)))]);
            offer(&mut kept, &mut seen, (row, Truth::Number(1.0)));
        }
        let age = |(row, _): &(Row, Truth)| match row["age"] {
            Cell::Number(age) => age,
            _ => f64::NAN,
        };
        kept.iter().map(age).collect()
    }

    #[test]
    fn every_row_has_the_same_chance_to_stay_and_the_sample_is_always_the_same() {
        let kept = filled(40_000);
        assert_eq!(kept.len(), KEPT);
        let quarter = |from: f64| kept.iter().filter(|age| (from..from + 10_000.0).contains(*age)).count();
        for from in [0.0, 10_000.0, 20_000.0, 30_000.0] {
            assert!((420..580).contains(&quarter(from)), "{} rows from {from}", quarter(from));
        }
        assert_eq!(kept, filled(40_000));
        assert_eq!(filled(10).len(), 10);
    }

    #[test]
    fn rows_come_back_as_they_were_kept() {
        let row = Row::from([("plan".to_owned(), Cell::Text("a".into())), ("age".to_owned(), Cell::Null)]);
        let kept = vec![(row, Truth::Class("yes".into()))];
        assert_eq!(read(&write(&kept).unwrap()).unwrap(), kept);
    }
}
