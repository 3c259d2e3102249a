//! The program that the tests start as a worker.

use std::process::ExitCode;

fn main() -> ExitCode {
    tidegate_runtime::worker_main()
}
