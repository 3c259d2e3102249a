//! The folder that this machine and a cluster both see.

use std::path::Path;

use tidegate_core::{Error, Result, runner::Shared};

pub fn check(of: &Shared) -> Result<()> {
    let absolute = |path: &str| path.starts_with('/') && !path.split('/').any(|part| part == "..");
    if !Path::new(&of.folder).is_absolute() {
        return Err(Error::invalid(format!("`runner.folder`: `{}` is no whole path", of.folder))
            .hint("name a folder that this machine and the cluster both see, such as /mnt/shared/tidegate"));
    }
    match &of.there {
        Some(there) if !absolute(there) => {
            Err(Error::invalid(format!("`runner.there`: `{there}` is no whole path"))
                .hint("the folder as it is called where the job runs, such as /shared; empty: the same"))
        }
        _ => Ok(()),
    }
}

pub fn check_times(timeout_s: u32, lost_after_s: u32) -> Result<()> {
    let wrong = |field: &str, fix: &str| Err(Error::invalid(format!("`runner.{field}` {fix}")));
    match (timeout_s, lost_after_s) {
        (0 | 604_801.., _) => wrong("timeout_s", "must be 1 second to a week (604800)"),
        (_, 0 | 86_401..) => wrong("lost_after_s", "must be 1 second to a day (86400)"),
        _ => Ok(()),
    }
}

/// That it can be written.
pub fn test(of: &Shared) -> Result<()> {
    let probe = Path::new(&of.folder).join(format!(".tidegate-{}", std::process::id()));
    let written = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    written.map_err(|error| {
        Error::invalid(format!("`runner.folder`: {} can't be written: {error}", of.folder))
            .hint("make the folder, and see that this program may write in it")
            .because(error)
    })
}
