//! How a program that serves comes up: the folders it uses by default, and the engine on them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tidegate_core::{Error, Result};
use tidegate_engine::{CommandChannels, Engine, Options, SystemClock};
use tidegate_runtime::Launcher;

/// A trial that takes longer is given up, seconds.
pub const TRIAL_S: u64 = 60;

/// Opens a data folder with the running program as its worker: the program's `main` must call
/// [`tidegate_runtime::worker_main`] when its first argument is `worker`. For a program that listens on the loopback
/// address only, or nowhere: alert channels may start programs.
pub async fn start(data_dir: PathBuf) -> Result<Engine> {
    start_with(data_dir, TRIAL_S, CommandChannels::Allowed).await
}

/// Like [`start`], with `trial_s` seconds for the trial of a model.
pub async fn start_with(
    data_dir: PathBuf,
    trial_s: u64,
    command_channels: CommandChannels,
) -> Result<Engine> {
    Engine::open(Options {
        launcher: Launcher::this_program(data_dir.join("cache"))?,
        clock: Arc::new(SystemClock),
        samples: samples_dir(),
        trial_s,
        command_channels,
        data_dir,
    })
    .await
}

/// Where data lies when nobody says: `~/.local/share/tidegate` on Linux, and its like elsewhere.
pub fn data_dir() -> Result<PathBuf> {
    dirs::data_local_dir().map(|folder| folder.join("tidegate")).ok_or_else(|| {
        Error::invalid("this user has no home folder to keep data in").hint("name a data folder with --data")
    })
}

/// The samples: named by `TIDEGATE_SAMPLES`, else beside the program or in its bundle, else in the source tree.
pub fn samples_dir() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TIDEGATE_SAMPLES") {
        return Some(named.into());
    }
    let program = std::env::current_exe().ok()?;
    sample_places(&program).into_iter().find(|place| holds_samples(place))
}

fn sample_places(program: &Path) -> Vec<PathBuf> {
    let folder = program.parent().unwrap_or(Path::new("."));
    let bundled = [
        "models",
        "resources/models",
        "../Resources/models",
        "../lib/tidegate/models",
        "../lib/Tidegate/models",
    ];
    let beside = bundled.iter().map(|place| folder.join(place));
    let above = folder.ancestors().skip(1).map(|folder| folder.join("models"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    beside.chain(above).chain([source]).collect()
}

/// Many folders are called `models`; ours has cards.
fn holds_samples(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.path().join("card.toml").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_comes_before_the_source_tree() {
        let places = sample_places(Path::new("/opt/tidegate/bin/tidegate"));
        assert_eq!(places[0], Path::new("/opt/tidegate/bin/models"));
        let at = |path: &str| places.iter().position(|place| place == Path::new(path)).unwrap();
        assert!(at("/opt/tidegate/bin/../lib/tidegate/models") < at("/opt/tidegate/models"));
        assert!(holds_samples(places.last().unwrap()), "the source tree has samples");
        assert!(!holds_samples(Path::new("/nowhere")));
    }
}
