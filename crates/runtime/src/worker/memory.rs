//! How much memory this process has, and giving it back. Must not know models.

/// Address space in use, bytes.
#[cfg(target_os = "linux")]
pub fn mapped() -> u64 {
    status("VmSize:")
}

/// The most memory this process ever held, bytes.
#[cfg(target_os = "linux")]
pub fn peak() -> u64 {
    status("VmHWM:")
}

#[cfg(target_os = "linux")]
fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

#[cfg(not(target_os = "linux"))]
pub fn mapped() -> u64 {
    this_process(sysinfo::Process::virtual_memory)
}

/// Memory held now: the highest value ever is not to be had portably.
#[cfg(not(target_os = "linux"))]
pub fn peak() -> u64 {
    this_process(sysinfo::Process::memory)
}

#[cfg(not(target_os = "linux"))]
fn this_process(read: impl Fn(&sysinfo::Process) -> u64) -> u64 {
    let mut system = sysinfo::System::new();
    let pid = sysinfo::Pid::from_u32(std::process::id());
    system.refresh_processes(sysinfo::ProcessesToUpdate::Some(&[pid]), true);
    system.process(pid).map_or(0, read)
}

/// Hands freed memory back to the system; the C library keeps it otherwise.
pub fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code, reason = "a C function without preconditions")]
    // SAFETY: malloc_trim only releases free pages and may be called at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}
