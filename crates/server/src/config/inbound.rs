//! The settings of what is taken from outside, checked.

use super::Faults;
use crate::inbound::{Inbound, IpNet, Patience, Rates};
use crate::settings::InboundSettings;
use std::net::IpAddr;

/// The most requests a second that can be counted.
const MOST: u32 = 1_000_000;

/// Returns how much is taken from outside.
pub(super) fn inbound(settings: &InboundSettings, faults: &mut Faults) -> Option<Inbound> {
    let proxies = proxies(settings.trusted_proxies.as_deref().unwrap_or_default(), faults);
    let all = rate("ASYNCBOT_RATE_ALL", &settings.rate_all, faults);
    let workspace = rate("ASYNCBOT_RATE_WORKSPACE", &settings.rate_workspace, faults);
    let address = rate("ASYNCBOT_RATE_ADDRESS", &settings.rate_address, faults);
    let rates = Rates { all: all?, workspace: workspace?, address: address? };
    Some(Inbound { rates, patience: Patience::default(), proxies: proxies? })
}

fn rate(setting: &'static str, text: &str, faults: &mut Faults) -> Option<u32> {
    let rate = text.trim().parse().ok().filter(|rate| (1..=MOST).contains(rate));
    if rate.is_none() {
        faults.note(setting, "it must be a number of requests a second, from 1 to 1000000");
    }
    rate
}

fn proxies(text: &str, faults: &mut Faults) -> Option<Vec<IpNet>> {
    let given = text.split(',').map(str::trim).filter(|net| !net.is_empty());
    let read: Option<Vec<IpNet>> = given.map(network).collect();
    if read.is_none() {
        faults.note(
            "ASYNCBOT_TRUSTED_PROXIES",
            "it must be networks with commas between, such as 10.0.0.0/8,fd00::/8; a single address is a network too",
        );
    }
    read
}

/// Reads a network, or an address as a network of its own. Whoever trusts everybody trusts what anybody writes.
fn network(text: &str) -> Option<IpNet> {
    let network = text.parse().ok().or_else(|| text.parse().ok().map(|it: IpAddr| it.into()));
    network.filter(|network: &IpNet| network.prefix_len() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_addresses_are_read_and_everybody_is_not_trusted() {
        let mut faults = Faults::default();

        let read = proxies(" 10.0.0.0/8, 192.0.2.7 ,fd00::/8,", &mut faults).unwrap();

        let read: Vec<_> = read.iter().map(ToString::to_string).collect();
        assert_eq!(read, ["10.0.0.0/8", "192.0.2.7/32", "fd00::/8"]);
        for wrong in ["0.0.0.0/0", "::/0", "10.0.0.0/33", "proxy.example", "10.0.0.0/8;fd00::/8"] {
            assert!(proxies(wrong, &mut faults).is_none(), "{wrong}");
        }
        assert_eq!(faults.0.len(), 5);
        for wrong in ["0", "-1", "1000001", "many", ""] {
            assert!(rate("ASYNCBOT_RATE_ALL", wrong, &mut faults).is_none(), "{wrong}");
        }
    }
}
