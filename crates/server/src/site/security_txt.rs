//! `/.well-known/security.txt`, as RFC 9116 wants it.

use super::Site;
use url::Url;

/// The file; its date is moved on by hand, and a test says when.
const FILE: &str = include_str!("../../../../.well-known/security.txt");

/// Returns the file for a service that is reached at an address.
///
/// Where the hoster names nobody, the page about security says whom to ask.
pub(crate) fn security_txt(site: &Site, public_url: &Url) -> String {
    let address = public_url.as_str().trim_end_matches('/');
    let page = format!("{address}/security");
    let contact = site.security_contact().unwrap_or(&page);
    FILE.replace("{contact}", contact).replace("{address}", address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, TimeDelta, Utc};
    use clock::Clock;

    fn expires(text: &str) -> DateTime<Utc> {
        let lines: Vec<_> =
            text.lines().filter_map(|line| line.strip_prefix("Expires: ")).collect();
        assert_eq!(lines.len(), 1, "there is exactly one");
        lines[0].parse().unwrap()
    }

    #[test]
    fn it_expires_in_more_than_thirty_days_and_less_than_a_year() {
        // The one test that asks what day it is: a file that nobody renews has to be noticed.
        let left = expires(FILE) - Clock::system().now();

        assert!(
            left > TimeDelta::days(30),
            "security.txt expires in {} days: look whether it is still right, then put a date into .well-known/security.txt that is half a year ahead",
            left.num_days()
        );
        assert!(left < TimeDelta::days(365), "RFC 9116 wants less than a year ahead");
    }

    #[test]
    fn every_field_is_one_of_the_standard_and_filled_in() {
        let url = "https://bot.example/base/".parse().unwrap();

        let text = security_txt(&Site::default(), &url);

        assert!(text.contains("\nContact: https://bot.example/base/security\n"), "{text}");
        assert!(text.contains("\nCanonical: https://bot.example/base/.well-known/security.txt\n"));
        assert!(text.contains("\nPolicy: https://bot.example/base/security\n"), "{text}");
        let fields: Vec<_> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once(": ").unwrap().0)
            .collect();
        assert_eq!(fields, ["Contact", "Expires", "Preferred-Languages", "Canonical", "Policy"]);
        assert!(!text.contains(['\r']) && !text.lines().skip(1).any(|line| line.contains('{')));
    }
}
