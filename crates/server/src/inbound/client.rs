//! Whose request it is: the address of the connection, or the one that a trusted proxy names.

use http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Where proxies write down from whom a request came.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// Returns the address by which a client is counted; of IPv6 the network of 64 bits, since one client has all of it.
///
/// The header counts only where the connection comes from a trusted proxy, and is read from its end: what stands before
/// the last address that no trusted proxy has, the client may have written itself.
pub(super) fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let mut client = peer.to_canonical();
    let named = headers.get_all(FORWARDED_FOR).iter().rev();
    let mut hops =
        named.flat_map(|value| value.to_str().unwrap_or_default().rsplit(',').map(str::trim));
    while proxies.iter().any(|proxy| proxy.contains(&client)) {
        // What cannot be read is nobody's address: the proxy that passed it on is counted.
        let Some(hop) = hops.next().and_then(read) else { break };
        client = hop;
    }
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// Reads an address with or without a port.
fn read(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok();
    let address = address.or_else(|| hop.parse::<SocketAddr>().ok().map(|with| with.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(peer: &str, forwarded: &[&str], counted: &str) {
        let proxies: Vec<IpNet> =
            ["10.0.0.0/8", "fd00::/8"].into_iter().map(|net| net.parse().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        let client = address(peer.parse().unwrap(), &headers, &proxies);
        assert_eq!(client.to_string(), counted, "{peer} {forwarded:?}");
    }

    #[test]
    fn only_a_trusted_proxy_says_who_a_client_is() {
        check("203.0.113.9", &[], "203.0.113.9");
        check("203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("fd00::1", &["198.51.100.1"], "198.51.100.1");
    }

    #[test]
    fn what_a_client_writes_into_the_header_itself_is_not_believed() {
        check("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2, 10.9.9.9"], "198.51.100.1");
        check("10.0.0.1", &["1.1.1.1, nonsense"], "10.0.0.1");
        check("10.0.0.1", &["1.1.1.1, nonsense, 10.0.0.2"], "10.0.0.2");
        check("10.0.0.1", &[""], "10.0.0.1");
    }

    #[test]
    fn an_address_is_read_with_a_port_and_counted_by_the_network_of_one_client() {
        check("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1");
        check("10.0.0.1", &["[2001:db8:1:2:3:4:5:6]:4711"], "2001:db8:1:2::");
        check("10.0.0.1", &["2001:db8:1:2:ffff::1"], "2001:db8:1:2::");
        check("2001:db8:1:2:3:4:5:6", &[], "2001:db8:1:2::");
    }
}
