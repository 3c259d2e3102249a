//! Charts of what one set of bins does not describe: words, vectors, and columns together.

use tidegate_charts::{Color, Point, Series, Size, Unit, YAxis};
use tidegate_core::{Result, Time};
use tidegate_monitor::{
    column::Counts,
    drift::State,
    live::{TextCounts, TogetherCounts, VectorCounts, together},
};

use super::{Drawn, Scene, drift::windows, line_series};
use crate::{bucket::Bucket, tiles::significant};

/// A value, what is usual, and what that lies between.
type Placed = (f64, [f64; 3]);

impl Scene {
    /// Mean reconstruction error over the window that ends with each step, within what is usual.
    pub(super) fn together(&self, size: Size) -> Result<Drawn> {
        let reference = self.steps.baseline.as_ref().and_then(|baseline| baseline.wide.together.as_ref());
        let title = "Columns together";
        let Some(reference) = reference else {
            return self.placed(
                title,
                self.unwatched("fewer than two inputs that are no text or tensor"),
                vec![],
                Unit::Plain,
                size,
            );
        };
        let counted = |bucket: &Bucket| bucket.wide.together.clone().filter(|counts| counts.error.n > 0);
        let place = |counts: TogetherCounts| {
            let (low, high) = together::band(reference, counts.error.n);
            let band = [low, reference.error.mean, high];
            counts.error.mean().map(|error| (error, band))
        };
        let points = self.windowed(counted, TogetherCounts::merge, |counts| counts.error.n, place);
        let note = match &self.newest.together {
            Some(found) if found.state == State::NotEnough => found.sentence.clone(),
            Some(found) if found.state == State::Drifted && !found.least_fitting.is_empty() => {
                let named: Vec<_> = found.least_fitting.iter().take(3).map(String::as_str).collect();
                format!("off most: {}", named.join(", "))
            }
            Some(found) if found.state == State::Drifted => "outside of what is usual".into(),
            Some(found) => format!("as usual ({} over {} columns)", significant(found.error), found.columns),
            None => String::new(),
        };
        self.placed(title, note, points, Unit::Plain, size)
    }

    /// Share of the words of a text that are unknown.
    pub(super) fn unknown_words(&self, asked: Option<&str>, size: Size) -> Result<Drawn> {
        let known =
            self.watched_input(asked, |baseline, place| baseline.wide.text(place).map(|(at, _)| at))?;
        let (Some((name, index)), Some(baseline)) = (known, &self.steps.baseline) else {
            return self.placed("Unknown words", self.unwatched("not a text"), vec![], Unit::Percent, size);
        };
        let reference = &baseline.wide.texts[index].1;
        let counted =
            |bucket: &Bucket| bucket.wide.texts.get(index).filter(|it| it.unknown.texts > 0).cloned();
        let place = |counts: TextCounts| {
            let (usual, high) = reference.usual_up_to(&counts);
            Some((counts.unknown.share(), [0.0, usual, high]))
        };
        let points = self.windowed(counted, TextCounts::merge, |counts| counts.unknown.texts, place);
        let drift = self.newest.inputs.iter().find(|drift| drift.name == name);
        let note = match drift.and_then(|drift| drift.text.as_ref()) {
            Some(text) if text.unknown_drifted => {
                let new: Vec<_> = text.new_words.iter().take(4).map(String::as_str).collect();
                format!("new: {}", new.join(", "))
            }
            Some(text) if text.texts == 0 => String::new(),
            Some(text) => format!("{:.1}%, usually {:.1}%", text.unknown * 100.0, text.unknown_usual * 100.0),
            None => String::new(),
        };
        self.placed(&format!("Unknown words: {name}"), note, points, Unit::Percent, size)
    }

    /// Mean distance of a tensor's vectors from the reference's centre.
    pub(super) fn distance(&self, asked: Option<&str>, size: Size) -> Result<Drawn> {
        let known =
            self.watched_input(asked, |baseline, place| baseline.wide.tensor(place).map(|(at, _)| at))?;
        let title = "Distance from the centre";
        let (Some((name, index)), Some(baseline)) = (known, &self.steps.baseline) else {
            return self.placed(title, self.unwatched("not a tensor"), vec![], Unit::Plain, size);
        };
        let reference = &baseline.wide.tensors[index].1.distance;
        let counted = |bucket: &Bucket| bucket.wide.tensors.get(index).filter(|it| it.n > 0).cloned();
        let place = |counts: VectorCounts| {
            let Counts { n, .. } = counts.distance;
            let error = reference.std * (1.0 / n.max(1) as f64 + 1.0 / reference.n.max(1) as f64).sqrt();
            let band = [-3.0, 0.0, 3.0].map(|errors| reference.mean + errors * error);
            counts.distance.mean().map(|distance| (distance, band))
        };
        let points = self.windowed(counted, VectorCounts::merge, |counts| counts.n, place);
        let drift = self.newest.inputs.iter().find(|drift| drift.name == name);
        let note = match drift.and_then(|drift| drift.vector.as_ref()) {
            Some(vector) if vector.n > 0 => {
                format!("{:.0}% of {} elements moved", vector.share_moved * 100.0, vector.width)
            }
            _ => String::new(),
        };
        self.placed(&format!("{title}: {name}"), note, points, Unit::Plain, size)
    }

    fn unwatched(&self, why: &str) -> String {
        match self.steps.baseline {
            Some(_) => why.into(),
            None => "learning what is normal".into(),
        }
    }

    /// The input asked for, else the most drifted of those watched so, with where it is counted.
    pub(super) fn watched_input(
        &self,
        asked: Option<&str>,
        index: impl Fn(&crate::baseline::Baseline, usize) -> Option<usize>,
    ) -> Result<Option<(String, usize)>> {
        let Some(baseline) = &self.steps.baseline else { return Ok(None) };
        if let Some((name, place)) = asked.map(|_| self.position(asked)).transpose()?.flatten()
            && let Some(found) = index(baseline, place)
        {
            return Ok(Some((name, found)));
        }
        let ranked = self.newest.inputs.iter().map(|drift| drift.name.as_str());
        let all = baseline.features.iter().map(|reference| reference.name.as_str());
        let of = |name: &str| {
            let place = baseline.features.iter().position(|reference| reference.name == name)?;
            Some((name.to_owned(), index(baseline, place)?))
        };
        Ok(ranked.chain(all).find_map(of))
    }

    fn windowed<T: Clone>(
        &self,
        counted: impl Fn(&Bucket) -> Option<T>,
        merge: impl Fn(&mut T, &T),
        rows: impl Fn(&T) -> u64,
        place: impl Fn(T) -> Option<Placed>,
    ) -> Vec<(f64, Option<Placed>)> {
        let step_ms = self.steps.range.step_ms;
        let columns: Vec<Time> = self.steps.each().map(|(time, _)| time).collect();
        let span = self.window_columns(step_ms);
        let least = u64::from(self.model.settings.min_rows);
        let windows = windows((&self.steps, &columns, step_ms), span, counted, merge);
        let middle = |time: &Time| time.0 as f64 + step_ms as f64 / 2.0;
        let enough = |counts: Option<T>| counts.filter(|counts| rows(counts) >= least).and_then(&place);
        columns.iter().zip(windows).map(|(time, window)| (middle(time), enough(window))).collect()
    }

    fn placed(
        &self,
        title: &str,
        note: String,
        points: Vec<(f64, Option<Placed>)>,
        unit: Unit,
        size: Size,
    ) -> Result<Drawn> {
        let value = |(x, placed): &(f64, Option<Placed>)| Point::new(*x, placed.map(|(value, _)| value));
        let band = |(x, placed): &(f64, Option<Placed>)| match placed {
            Some((_, [low, usual, high])) => {
                Point { low: Some(*low), high: Some(*high), ..Point::new(*x, Some(*usual)) }
            }
            None => Point::new(*x, None),
        };
        let usual = line_series("usual", Color::Reference, points.iter().map(band).collect());
        let series = match points.is_empty() {
            true => vec![],
            false => vec![
                Series { dashed: true, ..usual },
                line_series("window", Color::C2, points.iter().map(value).collect()),
            ],
        };
        let low = (unit == Unit::Percent).then_some(0.0);
        self.lines(title, note, series, YAxis { unit, low, high: None }, None, size)
    }
}
