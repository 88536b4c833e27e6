//! `asyncbot healthcheck`: whether the service on this machine is ready, for containers that have nothing else to ask with.

use super::{DONE, NOT_WELL, WRONG_USE, output};
use clap::Args;
use connect::{Ping, PingFault};
use secrecy::SecretString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

#[derive(Args, Debug)]
pub(super) struct HealthcheckOptions {
    /// Where the service listens, as it is told itself
    #[arg(long, env = "ASYNCBOT_BIND", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    bind: String,
}

pub(super) async fn healthcheck(options: HealthcheckOptions) -> u8 {
    let Ok(bind) = options.bind.parse::<SocketAddr>() else {
        output::complain("ASYNCBOT_BIND: it is no address; write it as 127.0.0.1:8080");
        return WRONG_USE;
    };
    let url = format!("http://{}/readyz", here(bind));
    let Ok(ping) = Ping::new(SecretString::from(url.clone())) else {
        output::complain(
            "ASYNCBOT_BIND: it is an address of the network, and this asks over plain http on this machine only; let the service listen on 0.0.0.0 or 127.0.0.1",
        );
        return WRONG_USE;
    };
    match ping.send().await {
        Ok(()) => {
            output::say("ready");
            DONE
        }
        Err(PingFault::Unreachable) => {
            output::complain(&format!(
                "nobody answers at {url}; it may not have started yet, or ASYNCBOT_BIND is another one there"
            ));
            NOT_WELL
        }
        Err(PingFault::Refused(status)) => {
            output::complain(&format!(
                "{url} answers {status}: it is not ready yet, or it is about to stop; its log and `asyncbot doctor` say more"
            ));
            NOT_WELL
        }
    }
}

/// Returns where somebody on this machine reaches who listens on an address.
const fn here(bind: SocketAddr) -> SocketAddr {
    let ip = match bind.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, bind.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_listens_everywhere_is_asked_on_this_machine() {
        for (bind, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("10.0.0.5:80", "10.0.0.5:80"),
        ] {
            assert_eq!(here(bind.parse().unwrap()).to_string(), asked);
        }
    }
}
