//! CPU and memory of the process and the machine, one sample a minute.

use tidegate_core::{Result, Time};

use crate::{Store, error::db, rows::cell};

/// Means over the minute that starts at `time`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SystemSample {
    pub time: Time,
    /// Of the program with its workers, in cores: 1.5 is one and a half busy cores.
    pub process_cpu: f64,
    /// Of the whole machine, share of all cores, 0 to 1.
    pub machine_cpu: f64,
    /// Resident memory of the program with its workers, bytes.
    pub process_bytes: u64,
    /// Memory in use on the machine, bytes.
    pub machine_bytes: u64,
    /// Memory the machine has, bytes.
    pub machine_total: u64,
}

struct Row {
    time_ms: i64,
    process_cpu: f64,
    machine_cpu: f64,
    process_bytes: i64,
    machine_bytes: i64,
    machine_total: i64,
}

impl TryFrom<Row> for SystemSample {
    type Error = tidegate_core::Error;

    fn try_from(row: Row) -> Result<Self> {
        let bytes = |column, number| cell("system_sample", column, row.time_ms).count(number);
        Ok(Self {
            time: Time(row.time_ms),
            process_cpu: row.process_cpu,
            machine_cpu: row.machine_cpu,
            process_bytes: bytes("process_bytes", row.process_bytes)?,
            machine_bytes: bytes("machine_bytes", row.machine_bytes)?,
            machine_total: bytes("machine_total", row.machine_total)?,
        })
    }
}

impl Store {
    /// Keeps the sample of its minute; a second one replaces the first.
    pub async fn put_system(&self, sample: &SystemSample) -> Result<()> {
        let [process, machine, total] = [sample.process_bytes, sample.machine_bytes, sample.machine_total]
            .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        sqlx::query!(
            "insert or replace into system_sample
                (time_ms, process_cpu, machine_cpu, process_bytes, machine_bytes, machine_total)
             values (?, ?, ?, ?, ?, ?)",
            sample.time.0,
            sample.process_cpu,
            sample.machine_cpu,
            process,
            machine,
            total
        )
        .execute(&mut *self.writer().await?)
        .await
        .map_err(db)?;
        Ok(())
    }

    /// Samples of `from <= time < to`, oldest first.
    pub async fn system(&self, from: Time, to: Time) -> Result<Vec<SystemSample>> {
        sqlx::query_as!(
            Row,
            "select time_ms, process_cpu, machine_cpu, process_bytes, machine_bytes, machine_total
             from system_sample where time_ms >= ? and time_ms < ? order by time_ms",
            from.0,
            to.0
        )
        .fetch_all(self.readers())
        .await
        .map_err(db)?
        .into_iter()
        .map(SystemSample::try_from)
        .collect()
    }
}
