//! The name under which this process leases work.

use std::net::SocketAddr;

/// Returns what the names of this process's leases begin with.
///
/// A process that is started again on the same machine, at the same address, has the same name and knows by it what its
/// earlier life left behind. Two processes cannot have it at the same time: the address is taken.
pub(crate) fn name(address: SocketAddr) -> String {
    let system = rustix::system::uname();
    format!("{}/{address}#", system.nodename().to_string_lossy())
}
