//! The same work as Evidently, NannyML, River, LightGBM and scikit-learn, on the same files: the same answers, and what
//! they cost.
//!
//! Every side runs in a process of its own, one after the other, so that peaks of memory are its own. Time is
//! processor time of all threads; reading the files is counted apart. Run it with `make bench-peers`.

mod boosting;
mod compared;
mod linear;
mod ours;
mod process;
mod sets;

use std::{path::PathBuf, process::ExitCode};

/// Where the environments, the data and the scripts lie.
struct Folders {
    cache: PathBuf,
    scripts: PathBuf,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let told = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["ours", what, data] => ours::run(what, data.as_ref()),
        [cache, scripts, only @ ..] => {
            compared::all(&Folders { cache: cache.into(), scripts: scripts.into() }, only)
        }
        _ => Err(
            "usage: tidegate-peers CACHE SCRIPTS [drift|cbpe|adwin|trees|linear]..., see `make bench-peers`"
                .into(),
        ),
    };
    match told {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
