//! Processor and memory of the machine, and of this program with its workers.
//!
//! Owns the sampling. Must not know models.

use std::{collections::VecDeque, sync::Mutex};

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate};
use tidegate_core::{Result, Time, time::MINUTE_MS};
use tidegate_store::SystemSample;

use crate::{Engine, lock, route::worker_view, view::System};

/// Samples of the last hour stay in memory, one every two seconds.
const KEPT: usize = 1_800;
const SAMPLE_MS: i64 = 2_000;

#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub time: Time,
    pub system: System,
}

#[derive(Debug)]
pub(crate) struct Samples {
    /// `None` on a platform that can't be read.
    machine: Mutex<Option<sysinfo::System>>,
    newest: Mutex<System>,
    recent: Mutex<VecDeque<Sample>>,
}

impl Default for Samples {
    fn default() -> Self {
        Self {
            machine: Mutex::new(sysinfo::System::new().ok()),
            newest: Mutex::default(),
            recent: Mutex::default(),
        }
    }
}

impl Samples {
    pub fn newest(&self) -> System {
        *lock(&self.newest)
    }

    /// Reads the machine; takes some milliseconds, so not on an async thread.
    fn read(&self, workers: &[u32]) -> System {
        let mut machine = lock(&self.machine);
        let Some(machine) = machine.as_mut() else { return System::default() };
        machine.refresh_cpu_usage();
        machine.refresh_memory();
        let pids: Vec<Pid> =
            workers.iter().chain([&std::process::id()]).map(|pid| Pid::from_u32(*pid)).collect();
        machine.refresh_processes_specifics(
            ProcessesToUpdate::Some(&pids),
            true,
            ProcessRefreshKind::nothing().with_cpu().with_memory(),
        );
        let ours = || pids.iter().filter_map(|pid| machine.process(*pid));
        System {
            cpu: f64::from(machine.global_cpu_usage()) / 100.0,
            process_cpu: ours().map(|process| f64::from(process.cpu_usage())).sum::<f64>() / 100.0,
            memory_used: machine.used_memory(),
            memory_total: machine.total_memory(),
            process_memory: ours().map(sysinfo::Process::memory).sum(),
        }
    }
}

impl Engine {
    /// Takes one sample, for the page and the charts; saves one a minute.
    pub(crate) async fn sample_system(&self) -> Result<()> {
        let workers: Vec<u32> = self
            .routes()
            .iter()
            .flat_map(|route| route.all_loaded())
            .filter_map(|served| worker_view(&served.deployment).pid)
            .collect();
        let engine = self.clone();
        let system = crate::stage::blocking(move || Ok(engine.samples.read(&workers))).await?;
        *lock(&self.samples.newest) = system;
        let now = self.clock.now();
        let last = {
            let mut recent = lock(&self.samples.recent);
            let last = recent.back().map(|sample| sample.time);
            if last.is_none_or(|last| now.since(last) >= SAMPLE_MS) {
                recent.push_back(Sample { time: now, system });
                if recent.len() > KEPT {
                    recent.pop_front();
                }
            }
            last
        };
        if last.is_some_and(|last| last.floor(MINUTE_MS) == now.floor(MINUTE_MS)) {
            return Ok(());
        }
        self.store.put_system(&stored(now.floor(MINUTE_MS), system)).await
    }

    /// Samples of a range: stored minutes, then what memory still has.
    pub(crate) async fn system_samples(&self, from: Time, to: Time) -> Result<Vec<Sample>> {
        let recent: Vec<Sample> = lock(&self.samples.recent).iter().copied().collect();
        let since = recent.first().map_or(to, |sample| sample.time);
        let mut samples: Vec<Sample> = Vec::new();
        if from < since {
            samples.extend(self.store.system(from, since).await?.into_iter().map(loaded));
        }
        samples.extend(recent.into_iter().filter(|sample| sample.time >= from && sample.time <= to));
        Ok(samples)
    }
}

fn stored(time: Time, system: System) -> SystemSample {
    SystemSample {
        time,
        process_cpu: system.process_cpu,
        machine_cpu: system.cpu,
        process_bytes: system.process_memory,
        machine_bytes: system.memory_used,
        machine_total: system.memory_total,
    }
}

fn loaded(sample: SystemSample) -> Sample {
    let system = System {
        cpu: sample.machine_cpu,
        process_cpu: sample.process_cpu,
        memory_used: sample.machine_bytes,
        memory_total: sample.machine_total,
        process_memory: sample.process_bytes,
    };
    Sample { time: sample.time, system }
}
