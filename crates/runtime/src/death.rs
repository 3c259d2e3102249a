//! Why a worker ended, in plain words. Must not know requests.

use std::process::ExitStatus;

/// Completes the sentence "the worker ...". `last_words` are the last lines of its standard error.
pub fn words(status: ExitStatus, last_words: &str) -> String {
    if ["bad_alloc", "memory allocation of", "Cannot allocate memory"]
        .iter()
        .any(|sign| last_words.contains(sign))
    {
        return "ran out of the memory it may have".into();
    }
    let cause = cause(status);
    match last_words.lines().rev().find(|line| !line.trim().is_empty()) {
        Some(line) => {
            format!("{cause}; its last words: {}", line.trim().chars().take(200).collect::<String>())
        }
        None => cause,
    }
}

#[cfg(unix)]
fn cause(status: ExitStatus) -> String {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt;
    let named = |signal: Signal| status.signal() == Some(signal.as_raw());
    let known = [
        (Signal::SEGV, "crashed with SIGSEGV (memory it does not own)"),
        (Signal::BUS, "crashed with SIGBUS (memory that is not there)"),
        (Signal::FPE, "crashed with SIGFPE (a division by zero or the like)"),
        (Signal::ILL, "crashed with SIGILL (an instruction this processor does not have)"),
        (Signal::ABORT, "crashed with SIGABRT (a failed check inside the library)"),
        (Signal::XCPU, "used up its processor time (SIGXCPU)"),
        (Signal::KILL, "was killed with SIGKILL, perhaps because the machine ran out of memory"),
    ];
    if let Some((_, words)) = known.iter().find(|(signal, _)| named(*signal)) {
        return (*words).into();
    }
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("was ended by signal {signal}"),
        (_, code) => format!("ended with status {}", code.unwrap_or(-1)),
    }
}

#[cfg(windows)]
fn cause(status: ExitStatus) -> String {
    // The codes of winnt.h, as the exit status of a process that did not handle them.
    match status.code().unwrap_or(-1) as u32 {
        0xC000_0005 => "crashed with an access violation (memory it does not own)".into(),
        0xC000_0094 => "crashed with an integer division by zero".into(),
        0xC000_00FD => "crashed with a stack overflow".into(),
        0xC000_001D => "crashed with an illegal instruction".into(),
        0xC000_0409 => "crashed (a failed check inside the library)".into(),
        code => format!("ended with status {code:#x}"),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn the_signal_is_named_and_explained() {
        assert!(words(ExitStatus::from_raw(8), "").starts_with("crashed with SIGFPE"));
        assert!(words(ExitStatus::from_raw(6), "what():  std::bad_alloc\n").contains("memory"));
        assert_eq!(words(ExitStatus::from_raw(3 << 8), "a\nb\n\n"), "ended with status 3; its last words: b");
    }
}
