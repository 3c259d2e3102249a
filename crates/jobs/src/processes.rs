//! Processes of jobs: how much memory one and what it started hold, and those that were left behind.

use std::{collections::HashSet, time::Duration};

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};
use tidegate_core::{Error, Result};

use crate::folder::KEY;

/// Killed processes are gone within this time, looked at so often.
const LOOKS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// Kills every process that was given this key in its environment, whatever its parent is by now.
pub async fn end_by_key(key: &str) -> Result<()> {
    let variable = format!("{KEY}={key}");
    let mut system =
        System::new().map_err(|error| Error::unavailable("processes can't be seen").because(error))?;
    for _ in 0..LOOKS {
        let what = ProcessRefreshKind::nothing().with_environ(UpdateKind::OnlyIfNotSet);
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
        let of_job = |process: &&sysinfo::Process| process.environ().iter().any(|one| *one == *variable);
        let left: Vec<_> = system.processes().values().filter(of_job).collect();
        if left.is_empty() {
            return Ok(());
        }
        left.iter().for_each(|process| _ = process.kill());
        tokio::time::sleep(PAUSE).await;
    }
    Err(Error::unavailable(format!("processes of the job {key} were killed and are still there")))
}

#[derive(Debug)]
pub struct Family(Option<System>);

impl Family {
    pub fn new() -> Self {
        Self(System::new().ok())
    }

    /// Bytes in memory of the process and its descendants, 0 when it is gone or the system does not say.
    pub fn bytes(&mut self, root: u32) -> u64 {
        let Some(system) = &mut self.0 else { return 0 };
        let what = ProcessRefreshKind::nothing().with_memory();
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
        let mut family = HashSet::from([Pid::from_u32(root)]);
        // Children may come before their parents.
        loop {
            let before = family.len();
            let processes = system.processes().iter();
            let born = processes
                .filter(|(_, process)| process.parent().is_some_and(|parent| family.contains(&parent)));
            let born: Vec<Pid> = born.map(|(pid, _)| *pid).collect();
            family.extend(born);
            if family.len() == before {
                break;
            }
        }
        let members = family.iter().filter_map(|pid| system.process(*pid));
        // A thread shares its process's memory.
        members.filter(|process| process.thread_kind().is_none()).map(sysinfo::Process::memory).sum()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn children_of_children_count() {
        let mut shell =
            std::process::Command::new("sh").args(["-c", "sh -c 'sleep 30; true'; true"]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300));
        let mut family = Family::new();
        let all = family.bytes(shell.id());
        let system = family.0.as_ref().unwrap();
        let parent = |pid: Pid| system.process(pid).and_then(|process| process.parent());
        let shell_pid = Pid::from_u32(shell.id());
        let alone = system.process(shell_pid).unwrap().memory();
        assert!(alone > 0 && all > alone, "{all} of which {alone}");
        let sleeper = system.processes().values().find(|process| {
            process.name() == "sleep" && process.parent().and_then(parent) == Some(shell_pid)
        });
        sleeper.unwrap().kill();
        shell.wait().unwrap();
        assert_eq!(family.bytes(shell.id()), 0);
    }
}
