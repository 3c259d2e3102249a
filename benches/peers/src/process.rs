//! A side as a process of its own, and what it says of itself.

use std::process::Command;

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What a part of the work costs.
pub struct Measure {
    begun: f64,
    load_s: f64,
}

impl Measure {
    pub fn start() -> Self {
        Self { begun: cpu_s(), load_s: 0.0 }
    }
    /// The data is in memory.
    pub fn loaded(&mut self) {
        self.load_s = cpu_s() - self.begun;
        self.begun = cpu_s();
    }
    /// Prints the answers with their cost on one line.
    pub fn done(self, mut answers: Value) -> Result<bool> {
        answers["cpu_s"] = json!(cpu_s() - self.begun);
        answers["load_s"] = json!(self.load_s);
        answers["peak_mb"] = json!(peak_mb()?);
        println!("{answers}");
        Ok(true)
    }
}

/// Processor time of all threads of this process.
pub fn cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The most memory this process has held.
fn peak_mb() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("the peak of memory is not told")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

/// Runs a side to its end; the last line it prints is its answer.
pub fn answer(command: &mut Command) -> Result<Value> {
    let output = command.output().map_err(|error| format!("{command:?} does not start: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let answer = text.lines().last().and_then(|line| serde_json::from_str(line).ok());
    answer.filter(|_| output.status.success()).ok_or_else(|| {
        format!("{command:?} failed: {}{}", text, String::from_utf8_lossy(&output.stderr)).into()
    })
}
