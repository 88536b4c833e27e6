//! A gate in front of a server: while it is shut, the server is not there.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// What goes to its address goes on to the server.
pub(crate) struct Gate {
    server: SocketAddr,
    address: SocketAddr,
    keeper: Option<Keeper>,
}

/// Who lets connections in, until it is told to shut.
struct Keeper {
    thread: JoinHandle<()>,
    passing: Passing,
}

/// Both ends of every connection that was let in; `None` once the gate is shut.
type Passing = Arc<Mutex<Option<Vec<TcpStream>>>>;

impl Gate {
    /// Returns an open gate at a port of the machine's choice.
    pub(crate) fn in_front_of(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        Self { server, address, keeper: Some(Keeper::start(listener, server)) }
    }

    /// Returns the port to go to.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Ends every connection and refuses new ones.
    pub(crate) fn shut(&mut self) {
        let Some(Keeper { thread, passing }) = self.keeper.take() else { return };
        for stream in passing.lock().unwrap().take().into_iter().flatten() {
            // Its other end may have gone first.
            let _ = stream.shutdown(Shutdown::Both);
        }
        // The keeper waits for the next to come.
        let _ = TcpStream::connect(self.address);
        thread.join().unwrap();
    }

    /// Lets connections in again, at the same port.
    pub(crate) fn open(&mut self) {
        let listener = TcpListener::bind(self.address).unwrap();
        self.keeper = Some(Keeper::start(listener, self.server));
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.shut();
    }
}

impl Keeper {
    fn start(listener: TcpListener, server: SocketAddr) -> Self {
        let passing: Passing = Arc::new(Mutex::new(Some(Vec::new())));
        let known = Arc::clone(&passing);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                let mut known = known.lock().unwrap();
                let Some(known) = known.as_mut() else { return };
                if let Ok(ends) = stream.and_then(|stream| pass(stream, server)) {
                    known.extend(ends);
                }
            }
        });
        Self { thread, passing }
    }
}

/// Carries what either end says to the other.
fn pass(from: TcpStream, server: SocketAddr) -> io::Result<[TcpStream; 2]> {
    let to = TcpStream::connect(server)?;
    let ends = [from.try_clone()?, to.try_clone()?];
    carry(from.try_clone()?, to.try_clone()?);
    carry(to, from);
    Ok(ends)
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        // However it ends, the other end learns of it.
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
}
