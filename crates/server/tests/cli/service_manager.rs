//! What the service manager is told, and what signals change while the service runs.

#![cfg(unix)]

use crate::process::{COMPLETE, PATIENCE, asyncbot};
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::time::Instant;

#[test]
fn systemd_is_told_that_it_is_ready_that_it_is_alive_and_that_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let hears = |what: &str| {
        let mut buffer = [0; 1024];
        for _ in 0..10_000 {
            let length = socket.recv(&mut buffer).unwrap();
            if String::from_utf8_lossy(&buffer[..length]).lines().any(|line| line == what) {
                return;
            }
        }
        panic!("{what} is never said");
    };
    let manager = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "200000")];

    let bot = asyncbot(&["serve"]).with(COMPLETE).with(manager).serves();

    hears("READY=1");
    hears("WATCHDOG=1");
    hears("WATCHDOG=1");
    bot.is_told_to_stop();
    hears("STOPPING=1");
    assert_eq!(bot.ends().0, Some(0));
}

#[test]
fn signals_let_the_log_say_more_and_as_much_as_before() {
    let bot = asyncbot(&["serve"]).with(COMPLETE).serves();
    let until = |what: &str| {
        let began = Instant::now();
        while bot.has_said(what) == 0 {
            assert!(began.elapsed() < PATIENCE, "{what}");
            // Whoever goes in the middle of a request is worth a word in detail.
            TcpStream::connect(bot.address).unwrap().write_all(b"GET /livez").unwrap();
        }
    };
    let in_detail = "A connection ended before its time.";

    bot.signal("-USR1");
    until("The log says more from now on.");
    until(in_detail);
    bot.signal("-USR2");
    until("The log says as much as at the start.");

    let (code, log) = bot.stops();
    assert_eq!(code, Some(0));
    let place = |what: &str| log.iter().position(|line| line.contains(what)).unwrap();
    assert!(place("The log says more") < place(in_detail), "not before: {log:#?}");
}
