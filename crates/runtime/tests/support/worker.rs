//! The program that the tests start as a worker.

fn main() -> std::process::ExitCode {
    tidegate_runtime::worker_main()
}
