//! What the worker takes away from itself before it loads a model. Must not know models.

use std::{fs::File, io, process::ExitCode};

/// A private copy of standard output for the protocol; the real one becomes standard error, so that whatever a
/// native library prints cannot garble a message.
#[cfg(unix)]
pub fn protocol_output() -> io::Result<File> {
    let output = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(File::from(output))
}

#[cfg(windows)]
pub fn protocol_output() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}

/// Makes the kernel end this process with its parent, also while the reading thread does not run. The signal
/// follows the parent's thread, which is why `spawner` has one that never ends.
pub fn die_with_parent() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
    {
        eprintln!("worker: not bound to its parent's end: {error}");
    }
}

/// Ends the process at once: the destructors of a library whose threads still run are not waited for.
pub fn end() -> ExitCode {
    #[cfg(unix)]
    {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
    ExitCode::SUCCESS
}

/// No core dumps; an upper bound on memory beyond what the bare process has mapped, and on processor time.
#[cfg(unix)]
pub fn limit(memory_bytes: Option<u64>, cpu_s: Option<u64>) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let both = |value| Rlimit { current: Some(value), maximum: Some(value) };
    setrlimit(Resource::Core, both(0))?;
    if let Some(bytes) = memory_bytes {
        setrlimit(Resource::As, both(bytes.saturating_add(super::memory::mapped())))?;
    }
    if let Some(seconds) = cpu_s {
        // One second more until the hard limit: the soft one ends the process with a signal that says why.
        setrlimit(Resource::Cpu, Rlimit { current: Some(seconds), maximum: Some(seconds + 1) })?;
    }
    Ok(())
}

/// Windows has no such limits for a process on itself; the parent's clock bounds the trial.
#[cfg(not(unix))]
pub fn limit(_memory_bytes: Option<u64>, _cpu_s: Option<u64>) -> io::Result<()> {
    Ok(())
}
