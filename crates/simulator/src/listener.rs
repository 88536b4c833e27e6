//! A listener whose connections can be cut by whoever answers on them.
//!
//! A fault such as a reset happens below HTTP, so the handler that plays it needs a hand on the socket.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

const OPEN: u8 = 0;
const CLOSED: u8 = 1;
const RESET: u8 = 2;

/// Cuts the connection that a request came on, and knows where it came from; clones cut the same one.
#[derive(Clone, Debug)]
pub(crate) struct Switch {
    state: Arc<AtomicU8>,
    peer: IpAddr,
}

impl Switch {
    fn new(peer: IpAddr) -> Self {
        Self { state: Arc::new(AtomicU8::new(OPEN)), peer }
    }

    /// Returns the address that the connection came from.
    pub(crate) const fn peer(&self) -> IpAddr {
        self.peer
    }

    /// Closes the connection without another byte.
    pub(crate) fn close(&self) {
        self.state.store(CLOSED, Ordering::Release);
    }

    /// Closes the connection so that the other side sees a reset.
    pub(crate) fn reset(&self) {
        self.state.store(RESET, Ordering::Release);
    }
}

/// Accepts connections, each with its [`Switch`].
#[derive(Debug)]
pub(crate) struct CuttableListener(pub(crate) TcpListener);

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = Switch;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        let switch = Switch::new(address.ip());
        (CuttableStream { stream, switch: switch.clone() }, switch)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(Switch::new(self.address()?.ip()))
    }
}

impl CuttableListener {
    /// Returns the address that it listens on.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Switch {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// A connection that ends, answer or not, once its switch was thrown.
#[derive(Debug)]
pub(crate) struct CuttableStream {
    stream: TcpStream,
    switch: Switch,
}

impl CuttableStream {
    fn check(&self) -> io::Result<()> {
        match self.switch.state.load(Ordering::Acquire) {
            OPEN => Ok(()),
            RESET => {
                // The other side sees a reset only where nothing lingers in the socket.
                self.stream.set_zero_linger().ok();
                Err(io::ErrorKind::ConnectionReset.into())
            }
            _ => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
