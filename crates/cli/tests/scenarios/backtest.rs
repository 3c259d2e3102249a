//! A rule tried on history that lies in the data folder before it is enabled.

use std::{path::Path, sync::Arc};

use serde_json::json;
use tidegate_core::{
    Clock, Time,
    time::{DAY_MS, HOUR_MS, MINUTE_MS, ManualClock},
};
use tidegate_engine::{CommandChannels, Engine, Options, SystemClock, made_up::MadeUp};
use tidegate_runtime::Launcher;

use crate::support::Server;

/// Half an hour of a request a second, three times in the day before `now`, and nothing in between.
async fn busy_three_times(data: &Path, now: Time) -> [Time; 3] {
    let nowhere = Path::new("/nowhere").to_owned();
    let launcher =
        Launcher { program: nowhere.clone(), args: Vec::new(), library: nowhere, cache: data.join("cache") };
    let options = Options {
        data_dir: data.to_owned(),
        launcher,
        clock: Arc::new(ManualClock::at(now)),
        samples: None,
        trial_s: 1,
        command_channels: CommandChannels::Refused,
    };
    let engine = Engine::open(options).await.unwrap();
    let history = MadeUp::new(&engine, 1, 4).await.unwrap();
    let times = [20, 12, 4].map(|hours| now.plus(-hours * HOUR_MS).floor(MINUTE_MS));
    for begin in times {
        history.part_of_day(begin, 30 * MINUTE_MS).await.unwrap();
    }
    engine.shutdown().await.unwrap();
    times
}

#[tokio::test]
async fn a_rule_tried_on_stored_history_says_how_often_it_would_have_fired() {
    let data = tempfile::tempdir().unwrap();
    let now = SystemClock.now();
    let busy = busy_three_times(data.path(), now).await;
    let server = Server::start_in(data.path(), &[]);
    let rule = json!({
        "signal": "throughput", "direction": "above", "threshold": 0.5, "window_s": 600, "hold": 1,
        "cool_down_s": 0, "severity": "watch", "enabled": true,
    });
    let path = "/api/models/model-1/alerts/backtest";
    let look = json!({ "width": 600, "height": 200, "theme": "dark" });
    let (from, to) = (now.plus(-DAY_MS), now);
    let asked = json!({ "rule": rule, "from": from.0, "to": to.0, "look": look });
    let told = server.post(path, asked).await.expect(200);
    let sentence = told["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("would have fired 3 times in "), "{sentence}");
    let firings = told["firings"].as_array().unwrap();
    assert_eq!(firings.len(), 3);
    for (firing, begin) in firings.iter().zip(busy) {
        // Half of a window of ten minutes is over the limit after five minutes of traffic.
        let (since, until) = (firing["from"].as_i64().unwrap(), firing["until"].as_i64().unwrap());
        let wide = 3 * told["step_ms"].as_i64().unwrap();
        assert!((since - begin.plus(5 * MINUTE_MS).0).abs() <= wide, "{firing}");
        assert!((until - begin.plus(36 * MINUTE_MS).0).abs() <= wide, "{firing}");
        assert!(firing["message"].as_str().unwrap().contains("requests a second"), "{firing}");
    }
    assert!(told["chart"]["svg"].as_str().unwrap().starts_with("<svg"));
    let rare = json!({ "rule": { "signal": "throughput", "direction": "above", "threshold": 50,
        "hold": 1, "cool_down_s": 0, "severity": "watch", "enabled": true }, "from": from.0, "to": to.0 });
    let told = server.post(path, rare).await.expect(200);
    assert!(told["sentence"].as_str().unwrap().starts_with("would not have fired in "), "{told}");
    assert_eq!(server.get("/api/alerts").await.expect(200), json!([]), "it changes nothing");
}
