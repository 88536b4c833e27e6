//! How much memory the process holds.

/// Returns the bytes of memory that the process holds; `None` where the system does not say it in a file.
pub(crate) fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_holds_more_than_a_mebibyte_and_less_than_a_machine_has() {
        let bytes = resident_bytes().unwrap();

        assert!((1 << 20..1 << 40).contains(&bytes), "{bytes}");
    }
}
