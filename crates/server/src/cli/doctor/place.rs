//! What is around the service: the disk of its data, the ledger of erasures, the address under which it is reached.

use super::ill::Ill;
use crate::config::Checked;
use crate::ledger::Ledger;
use std::net::IpAddr;
use std::path::Path;
use url::{Host, Url};

/// How much room there has to be, in MiB: the file is written anew when a workspace is erased.
const ROOM: u64 = 512;

/// Returns whether the disk of the data folder has room.
pub(super) fn disk(checked: &Checked) -> Option<Result<String, Ill>> {
    let folder = checked.data_dir.as_deref()?;
    // The folder is made by the first start; until then it is the disk of the one above it that counts.
    let there = folder.ancestors().find(|folder| folder.is_dir())?;
    Some(match rustix::fs::statvfs(there) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize) / (1024 * 1024);
            room(there, free)
        }
        Err(fault) => Err(Ill::DiskUnread { folder: there.to_owned(), fault: fault.to_string() }),
    })
}

fn room(folder: &Path, free: u64) -> Result<String, Ill> {
    if free < ROOM {
        return Err(Ill::DiskFull { folder: folder.to_owned(), free });
    }
    Ok(String::from("disk: the data folder has room"))
}

/// Returns whether the ledger of erasures can be read, and written.
pub(super) fn ledger(checked: &Checked) -> Option<Result<String, Ill>> {
    let ledger = Ledger::new(checked.erasure_ledger.clone());
    let file = ledger.file()?.to_owned();
    if let Err(fault) = ledger.lines() {
        return Some(Err(Ill::LedgerUnread { file, fault: fault.to_string() }));
    }
    Some(match ledger.try_to_open() {
        Ok(()) => Ok(String::from("erasures: the ledger can be read and written")),
        Err(fault) => Err(Ill::LedgerUnwritten { file, fault: fault.to_string() }),
    })
}

/// Returns whether the public URL is one that Slack and people can reach, as far as its form tells.
pub(super) fn public_url(checked: &Checked) -> Option<Result<String, Ill>> {
    // What is wrong with a URL that was given is among the faults of the settings.
    checked.public_url().map(form)
}

fn form(url: &Url) -> Result<String, Ill> {
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Ill::PublicUrl("it has a part behind `?` or `#`, and paths are put behind it"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Ill::PublicUrl("it holds a name or a password, and people see it"));
    }
    let is_inside = match url.host() {
        Some(Host::Ipv4(ip)) if ip.is_loopback() => return Ok(here()),
        Some(Host::Ipv6(ip)) if ip.is_loopback() => return Ok(here()),
        Some(Host::Domain("localhost")) => return Ok(here()),
        Some(Host::Ipv4(ip)) => is_private(ip.into()),
        Some(Host::Ipv6(ip)) => is_private(ip.into()),
        Some(Host::Domain(name)) => is_inside(name),
        None => true,
    };
    if is_inside {
        return Err(Ill::PublicUrl(
            "it names a host of an inner network, which Slack does not reach",
        ));
    }
    Ok(String::from("public URL: https, and of a form that Slack can reach"))
}

fn here() -> String {
    String::from("public URL: this machine, which nobody else reaches")
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified(),
    }
}

fn is_inside(name: &str) -> bool {
    const INNER: [&str; 5] = ["internal", "lan", "local", "localdomain", "home"];
    let last = name.trim_end_matches('.').rsplit_once('.').map(|(_, last)| last);
    last.is_none_or(|last| INNER.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_slack_cannot_reach_is_told_from_one_that_it_can() {
        let is_good = |url: &str| form(&url.parse().unwrap()).is_ok();

        for good in [
            "https://bot.example.com",
            "https://bot.example.com/under/",
            "https://203.0.113.9",
            "http://127.0.0.1:8080",
            "http://localhost:8080",
        ] {
            assert!(is_good(good), "{good}");
        }
        for bad in [
            "https://bot",
            "https://bot.internal",
            "https://bot.local/",
            "https://10.1.2.3",
            "https://192.168.0.5",
            "https://[fd00::1]",
            "https://bot.example.com/?x=1",
            "https://bot.example.com/#x",
            "https://ana:geheim@bot.example.com",
        ] {
            assert!(!is_good(bad), "{bad}");
        }
    }

    #[test]
    fn a_disk_that_is_nearly_full_is_told_with_what_is_left() {
        assert!(room(Path::new("/x"), ROOM).is_ok());
        let ill = room(Path::new("/x"), ROOM - 1).unwrap_err();
        assert_eq!(ill.text(), "disk: only 511 MiB are free at /x");
    }
}
