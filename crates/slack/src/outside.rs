//! Addresses that a request carries are called only where they lead out: never to this machine, never into its network.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Networks of IPv4 that are nobody's on the internet, with the length of their prefix (RFC 6890 and IANA's registry).
const INSIDE_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The network in which all of the internet's IPv6 lies: NAT64, unique local, link-local and segment routing lie outside.
const INTERNET_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Networks within it that are nobody's, or lead to an address of IPv4 that is written into them.
const INSIDE_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Finds the addresses of a name and keeps those that lead out.
///
/// It is the connector that asks it, so that what was looked at is what is connected to, whatever the name says next.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OutsideOnly;

impl Resolve for OutsideOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(Box::new(lead_out(found)?.into_iter()) as Addrs)
        })
    }
}

/// Returns the addresses that lead out.
///
/// # Errors
///
/// Where none does.
fn lead_out(found: impl Iterator<Item = SocketAddr>) -> io::Result<Vec<SocketAddr>> {
    let outside: Vec<_> = found.filter(|address| is_outside(address.ip())).collect();
    if outside.is_empty() {
        let kind = io::ErrorKind::AddrNotAvailable;
        return Err(io::Error::new(kind, "the name does not lead out of this network"));
    }
    Ok(outside)
}

/// Returns whether a URL may be called that a request carries: https, to a name, or to an address that leads out.
///
/// No resolver is asked for an address, so it is looked at here.
pub(crate) fn may_be_called(url: &Url) -> bool {
    let leads_out = match url.host() {
        Some(Host::Domain(_)) => true,
        Some(Host::Ipv4(address)) => is_outside(address.into()),
        Some(Host::Ipv6(address)) => is_outside(address.into()),
        None => false,
    };
    let is_plain = url.username().is_empty() && url.password().is_none();
    url.scheme() == "https" && leads_out && is_plain
}

fn is_outside(address: IpAddr) -> bool {
    // An address of IPv4 within one of IPv6 is what it leads to.
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let is_in = |(network, length): (Ipv4Addr, u32)| {
                (address.to_bits() ^ network.to_bits()) >> (32 - length) == 0
            };
            !INSIDE_V4.into_iter().any(is_in)
        }
        IpAddr::V6(address) => {
            let is_in = |(network, length): (Ipv6Addr, u32)| {
                (address.to_bits() ^ network.to_bits()) >> (128 - length) == 0
            };
            is_in(INTERNET_V6) && !INSIDE_V6.into_iter().any(is_in)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls;
    use tokio::net::TcpListener;

    const INSIDE: [&str; 30] = [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378::",
        "fc00::1",
        "fe80::1",
        "5f00::1",
        "2001:db8::1",
    ];

    #[test]
    fn what_lies_in_a_network_of_ones_own_does_not_lead_out() {
        for inside in INSIDE {
            assert!(!is_outside(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "100.63.255.255",
            "172.32.0.1",
            "198.20.0.1",
            "223.255.255.1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_outside(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn an_address_instead_of_a_name_is_looked_at_as_well() {
        for inside in INSIDE {
            let host = if inside.contains(':') { format!("[{inside}]") } else { inside.to_owned() };
            let url = Url::parse(&format!("https://{host}/x")).unwrap();
            assert!(!may_be_called(&url), "{url}");
        }
        // Other ways to write 127.0.0.1, all of which a URL's parser understands.
        for other in
            ["https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/"]
        {
            assert!(!may_be_called(&Url::parse(other).unwrap()), "{other}");
        }
        for wrong in
            ["http://example.com/", "ftp://example.com/", "https://a@example.com/", "data:,x"]
        {
            assert!(!may_be_called(&Url::parse(wrong).unwrap()), "{wrong}");
        }
        assert!(may_be_called(&Url::parse("https://hooks.slack.com/x").unwrap()));
    }

    #[test]
    fn of_a_name_with_several_addresses_only_those_that_lead_out_are_left() {
        let all = ["127.0.0.1:0", "1.1.1.1:0", "[fe80::1]:0"].map(|text| text.parse().unwrap());

        assert_eq!(lead_out(all.into_iter()).unwrap(), [all[1]]);
        assert!(lead_out([all[0], all[2]].into_iter()).is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let config = || tls::client_config(false).unwrap();

        let refused = tls::outside_client(config()).unwrap().get(&url).send().await;

        assert!(refused.unwrap_err().is_connect());
        let taken = tokio::time::timeout(std::time::Duration::from_millis(50), listener.accept());
        assert!(taken.await.is_err(), "nobody came");
        // The same name without the guard does lead here, so the test would see it.
        let plain = tls::plain_client(config()).unwrap();
        let (came, _) = tokio::join!(listener.accept(), async {
            tokio::time::timeout(std::time::Duration::from_millis(200), plain.get(&url).send())
                .await
        });
        assert!(came.is_ok());
    }
}
