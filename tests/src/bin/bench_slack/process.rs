//! A server in a process of its own, which ends with the benchmark.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// How long a server may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; it is ended when it is dropped.
pub(crate) struct Process {
    child: Child,
    port: u16,
}

impl Process {
    /// Starts a server and waits until it listens on `port`.
    pub(crate) async fn start(command: &mut Command, port: u16) -> Self {
        let child = command.spawn().unwrap_or_else(|fault| panic!("{command:?}: {fault}"));
        let mut process = Self { child, port };
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            let ended = process.child.try_wait().expect("the process can be asked");
            assert!(ended.is_none(), "{command:?} ended: {ended:?}");
            assert!(began.elapsed() < PATIENCE, "{command:?} does not listen");
            tokio::task::yield_now().await;
        }
        process
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Returns how long processors have worked for it so far, in hundredths of a second, as Linux counts them.
    ///
    /// What else runs on the machine makes a server slow, but costs it no time of this kind.
    pub(crate) fn worked(&self) -> u64 {
        let path = format!("/proc/{}/stat", self.child.id());
        let text = std::fs::read_to_string(path).expect("Linux tells of the process");
        // The name stands in brackets and may hold spaces; the two times are the 14th and 15th field.
        let (_, fields) = text.rsplit_once(')').expect("the name is closed");
        let times = fields.split_whitespace().skip(11).take(2);
        times.map(|ticks| ticks.parse::<u64>().expect("a number of ticks")).sum()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}
