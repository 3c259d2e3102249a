//! Notes that people put on charts: marks beside deploys, alerts and retrainings.
//!
//! Must not know how a mark is drawn.

use tidegate_core::{Error, Result, Time, event::Annotation};

use crate::{
    Engine,
    view::{AnnotationPatch, AnnotationRequest},
};

const LONGEST: usize = 500;

impl Engine {
    /// Notes of a model between two times, oldest first; all of them if none are given.
    pub async fn annotations(
        &self,
        name: &str,
        from: Option<Time>,
        to: Option<Time>,
    ) -> Result<Vec<Annotation>> {
        let model = self.store.model(name).await?;
        self.store.annotations(model.id, from.unwrap_or(Time(i64::MIN)), to.unwrap_or(Time(i64::MAX))).await
    }

    pub async fn annotate(&self, name: &str, request: AnnotationRequest) -> Result<Annotation> {
        let model = self.store.model(name).await?;
        let now = self.clock.now();
        let note = Annotation {
            id: 0,
            time: request.time.unwrap_or(now),
            text: text(&request.text)?,
            who: request.who.unwrap_or_else(|| "you".into()),
            changed: now,
        };
        let id = self.store.insert_annotation(model.id, &note).await?;
        self.redraw(&model.name);
        Ok(Annotation { id, ..note })
    }

    pub async fn change_annotation(&self, name: &str, id: i64, patch: AnnotationPatch) -> Result<Annotation> {
        let model = self.store.model(name).await?;
        let mut note = self.annotation(name, id).await?;
        if let Some(new) = &patch.text {
            note.text = text(new)?;
        }
        note.time = patch.time.unwrap_or(note.time);
        note.who = patch.who.unwrap_or(note.who);
        note.changed = self.clock.now();
        self.store.update_annotation(model.id, &note).await?;
        self.redraw(&model.name);
        Ok(note)
    }

    pub async fn delete_annotation(&self, name: &str, id: i64) -> Result<()> {
        let model = self.store.model(name).await?;
        self.store.delete_annotation(model.id, id).await?;
        self.redraw(&model.name);
        Ok(())
    }

    async fn annotation(&self, name: &str, id: i64) -> Result<Annotation> {
        let found = self.annotations(name, None, None).await?.into_iter().find(|note| note.id == id);
        found.ok_or_else(|| Error::not_found(format!("model `{name}` has no note with id {id}")))
    }

    /// Pages draw again what grew.
    fn redraw(&self, name: &str) {
        if let Ok(champion) = self.route(name).and_then(|route| route.champion()) {
            crate::lock(&champion.watched.aggregate).revision += 1;
        }
    }
}

fn text(text: &str) -> Result<String> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Error::invalid("`text` must say something")),
        1..=LONGEST => Ok(text.to_owned()),
        _ => Err(Error::invalid(format!("`text` must have at most {LONGEST} letters"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tidegate_core::time::ManualClock;

    use crate::fixture;

    const NOW: Time = Time(2_000_000_000_000);

    #[tokio::test]
    async fn a_note_is_written_changed_found_by_time_and_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let engine = fixture::engine(&dir, Arc::new(ManualClock::at(NOW))).await;
        fixture::insert_version(&engine.store, fixture::schema(), NOW).await;
        let at = |time, text: &str| AnnotationRequest { time, text: text.into(), who: None };
        let early = engine.annotate("m", at(Some(NOW.plus(-5_000)), " new upstream ")).await.unwrap();
        let late = engine.annotate("m", at(None, "holiday")).await.unwrap();
        assert_eq!((early.text.as_str(), late.time), ("new upstream", NOW));
        let within = engine.annotations("m", Some(NOW.plus(-1)), Some(NOW)).await.unwrap();
        assert_eq!(within, std::slice::from_ref(&late));
        let patch = AnnotationPatch { text: Some("bank holiday".into()), ..AnnotationPatch::default() };
        let changed = engine.change_annotation("m", late.id, patch).await.unwrap();
        assert_eq!((changed.text.as_str(), changed.time), ("bank holiday", NOW));
        engine.delete_annotation("m", early.id).await.unwrap();
        assert_eq!(engine.annotations("m", None, None).await.unwrap(), [changed]);
        assert!(engine.annotate("m", at(None, "  ")).await.unwrap_err().message.contains("`text`"));
        assert!(engine.delete_annotation("m", early.id).await.is_err());
        engine.shutdown().await.unwrap();
    }
}
