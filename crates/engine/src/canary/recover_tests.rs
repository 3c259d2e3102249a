use tidegate_core::{ModelId, Time, VersionId, canary::CanarySettings, id::CanaryId};

use super::*;

pub fn canary(state: CanaryState) -> Canary {
    let steps = vec![
        CanaryStep { ended: Some(Time(20)), ..CanaryStep::new(0.1, Time(10)) },
        CanaryStep { challenger_requests: 7, ..CanaryStep::new(0.5, Time(20)) },
    ];
    Canary {
        id: CanaryId(3),
        model: ModelId(1),
        challenger: VersionId(2),
        champion: VersionId(1),
        run: None,
        settings: CanarySettings { watch_s: 60, ..CanarySettings::default() },
        seed: 9,
        who: "you".into(),
        why: String::new(),
        state,
        created: Time(10),
        ended: None,
        steps,
        watch: (state == CanaryState::Watching).then(|| CanaryStep::new(1.0, Time(30))),
        reason: String::new(),
    }
}

fn champion(id: i64) -> Aliases {
    Aliases { champion: Some(VersionId(id)), ..Aliases::default() }
}

#[test]
fn a_canary_goes_on_with_its_step_counted_anew() {
    let on = resumed(champion(1), false, canary(CanaryState::Running), Time(99)).unwrap();
    assert_eq!(on.state, CanaryState::Running);
    assert_eq!(on.steps, [canary(CanaryState::Running).steps[0].clone(), CanaryStep::new(0.5, Time(99))]);
    let watched = canary(CanaryState::Watching);
    assert_eq!(resumed(champion(2), false, watched.clone(), Time(99)), Some(watched));
}

#[test]
fn one_that_was_promoted_without_a_word_is_watched() {
    let found = resumed(champion(2), false, canary(CanaryState::Running), Time(99)).unwrap();
    assert_eq!((found.state, found.watch), (CanaryState::Watching, Some(CanaryStep::new(1.0, Time(99)))));
    assert_eq!(found.steps[1].ended, Some(Time(99)));
    let mut unwatched = canary(CanaryState::Running);
    unwatched.settings.watch_s = 0;
    assert_eq!(resumed(champion(2), false, unwatched.clone(), Time(99)), None);
    assert_eq!(ended_as(champion(2), &unwatched), CanaryState::Promoted);
}

#[test]
fn one_whose_champion_went_is_over() {
    for state in [CanaryState::Running, CanaryState::Watching] {
        assert_eq!(resumed(champion(7), false, canary(state), Time(99)), None);
        assert_eq!(resumed(champion(1), true, canary(state), Time(99)), None, "its model was deleted");
        assert_eq!(ended_as(champion(7), &canary(state)), CanaryState::Aborted);
    }
    assert_eq!(resumed(champion(1), false, canary(CanaryState::Watching), Time(99)), None, "rolled back");
}
