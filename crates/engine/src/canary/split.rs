//! Which version a request goes to while two share them, and what each of them did with it.
//!
//! A request's id and the seed decide, so that the same id meets the same version, and one that met the challenger goes
//! on to with every larger share. Must not know what becomes of a canary.

use std::sync::{
    Arc, Mutex, OnceLock, RwLock,
    atomic::{AtomicBool, Ordering},
};

use tidegate_core::{
    VersionId,
    canary::{Canary, CanaryStep},
    prediction::Prediction,
    schema::Answered,
};
use tidegate_monitor::canary::Side;

use crate::{clock, lock, route::Served};

/// Who answers a request that named no version.
#[derive(Debug)]
pub struct Routed {
    pub served: Arc<Served>,
    /// Where its answer is counted.
    pub leg: Option<Leg>,
    /// Who answers instead of a version on trial that can't.
    pub instead: Option<Arc<Served>>,
}

impl Routed {
    pub fn only(served: Arc<Served>) -> Self {
        Self { served, leg: None, instead: None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Champion,
    Challenger,
}

/// One of the two.
#[derive(Debug, Clone, Copy)]
pub struct Party {
    pub id: VersionId,
    pub number: u32,
}

/// A canary under way.
#[derive(Debug)]
pub struct Split {
    pub challenger: Party,
    /// The champion of before: it answers the rest of the requests, and what the challenger can't.
    pub champion: Party,
    /// As it is on the disk, with the numbers of the step under way.
    canary: Mutex<Canary>,
    state: RwLock<State>,
    /// Something went wrong: the champion answers until it is looked into.
    held: AtomicBool,
    /// It steps back: nothing brings the challenger in again.
    stopped: AtomicBool,
}

#[derive(Debug, Clone)]
struct State {
    share: f64,
    seed: u64,
    counts: Arc<Counts>,
}

/// What both did in one step.
#[derive(Debug, Default)]
pub struct Counts {
    pub champion: Mutex<Side>,
    pub challenger: Mutex<Side>,
    /// Of the champion before the step, where it answers nothing in it; read once.
    pub before: OnceLock<Side>,
}

/// Where an answer is counted: to the step that its request came in.
#[derive(Debug, Clone)]
pub struct Leg {
    counts: Arc<Counts>,
    pub role: Role,
}

impl Leg {
    pub fn count(&self, prediction: &Prediction, answers: &[Answered]) {
        let side = match self.role {
            Role::Champion => &self.counts.champion,
            Role::Challenger => &self.counts.challenger,
        };
        let answered = prediction.error.is_none().then_some(prediction.timing.total_us);
        lock(side).add(answered, answers);
    }
}

impl Split {
    pub fn new(canary: Canary, champion: Party, challenger: Party) -> Self {
        let state = State { share: share(&canary), seed: canary.seed, counts: Arc::default() };
        let (canary, state) = (Mutex::new(canary), RwLock::new(state));
        let (held, stopped) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { challenger, champion, canary, state, held, stopped }
    }

    /// Who answers a request with this id; without one, either by chance.
    pub fn pick(&self, id: Option<&str>) -> Leg {
        let State { share, seed, counts } = self.state();
        let place = || match id {
            Some(id) => place(seed, id.as_bytes()),
            None => place(seed, &clock::random().to_le_bytes()),
        };
        let off = self.held.load(Ordering::Relaxed) || self.stopped.load(Ordering::Relaxed);
        let champion = off || share < 1.0 && place() >= share;
        Leg { counts, role: if champion { Role::Champion } else { Role::Challenger } }
    }

    /// From this moment the champion answers everything, for good.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// The champion answers everything, until it was looked into.
    pub fn hold(&self) {
        self.held.store(true, Ordering::Relaxed);
    }

    pub fn release(&self) {
        self.held.store(false, Ordering::Relaxed);
    }

    /// What was counted since the step began.
    pub fn counts(&self) -> Arc<Counts> {
        self.state().counts
    }

    pub fn canary(&self) -> &Mutex<Canary> {
        &self.canary
    }

    /// Takes over what the canary became: a step that begins is counted from nothing.
    pub fn follow(&self, canary: Canary) {
        let share = share(&canary);
        let mut state = self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        *state = State { share, counts: Arc::default(), ..state.clone() };
        *lock(&self.canary) = canary;
    }

    /// Notes how the step stands.
    pub fn note(&self, step: impl FnOnce(&mut CanaryStep)) {
        lock(&self.canary).current_mut().map(step);
    }

    pub fn snapshot(&self) -> Canary {
        lock(&self.canary).clone()
    }

    fn state(&self) -> State {
        self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

fn share(canary: &Canary) -> f64 {
    canary.current().map_or(0.0, |step| step.share)
}

/// From 0 to below 1: FNV-1a of the id, spread by the finalizer of SplitMix64.
fn place(seed: u64, id: &[u8]) -> f64 {
    let hash = id.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let z = hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::{super::recover::tests::canary, *};
    use crate::fixture;
    use tidegate_core::{Code, Time, canary::CanaryState};

    #[test]
    fn ids_are_shared_out_as_asked_and_stay_with_their_version() {
        let ids: Vec<_> = (0..20_000).map(|n| format!("customer-{n}")).collect();
        for seed in [0, 1, 7_777_777] {
            for share in [0.1, 0.5, 0.9] {
                let met = ids.iter().filter(|id| place(seed, id.as_bytes()) < share).count() as f64;
                // Five standard deviations of the widest.
                assert!((met - 20_000.0 * share).abs() < 354.0, "{met} of 20000 for {share}");
            }
        }
        let both = ids.iter().filter(|id| place(1, id.as_bytes()) < 0.5 && place(2, id.as_bytes()) < 0.5);
        let both = both.count() as f64;
        assert!((both - 5_000.0).abs() < 310.0, "another seed, another share: {both}");
    }

    fn split() -> Split {
        let party = |id| Party { id: VersionId(id), number: id as u32 };
        Split::new(canary(CanaryState::Running), party(1), party(2))
    }

    #[test]
    fn once_it_steps_back_no_request_meets_the_challenger() {
        let split = split();
        let met = || (0..200).filter(|n| split.pick(Some(&format!("{n}"))).role == Role::Challenger).count();
        let before = met();
        assert!(before > 60, "{before} of 200 for a half");
        split.hold();
        assert_eq!(met(), 0);
        split.release();
        assert_eq!(met(), before, "the same as before");
        split.stop();
        split.release();
        assert_eq!(met(), 0);
    }

    #[test]
    fn an_answer_is_counted_in_the_step_that_its_request_came_in() {
        let split = split();
        let (early, first) = (split.pick(Some("a")), split.counts());
        let mut next = split.snapshot();
        next.steps.push(CanaryStep::new(1.0, Time(40)));
        split.follow(next);
        let asked = fixture::prediction(VersionId(2), Time(30), &[1.0], "no");
        early.count(&asked, &[]);
        let late = split.pick(Some("a"));
        assert_eq!(late.role, Role::Challenger, "a share of all");
        late.count(&tidegate_core::prediction::Prediction { error: Some(Code::Unavailable), ..asked }, &[]);
        let requests = |counts: &Counts| lock(&counts.champion).requests + lock(&counts.challenger).requests;
        assert_eq!((requests(&first), requests(&split.counts())), (1, 1));
        assert_eq!(lock(&split.counts().challenger).failed, 1);
    }
}
