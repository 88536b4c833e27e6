//! The connections of one address: so many at once, each with a limit for the head of a request, all finished at a stop.

use crate::bot::Bot;
use crate::supervisor::Supervisor;
use axum::Router;
use hyper::server::conn::http1::Builder;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long nobody is let in after the operating system had no descriptor left, or something else that passes.
const PAUSE: Duration = Duration::from_secs(1);

/// From where a request's connection comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Serves an address until the service stops.
pub(crate) fn serve(bot: &Arc<Bot>, listener: TcpListener, routes: Router) {
    let (patience, supervisor) = (bot.door.patience, bot.supervisor.clone());
    bot.supervisor.spawn(async move {
        let room = Arc::new(Semaphore::new(patience.connections));
        loop {
            let next = tokio::select! {
                biased;
                () = supervisor.stopping() => return,
                next = accept(&listener, &room) => next,
            };
            let Some((stream, peer, permit)) = next else {
                tokio::select! {
                    () = supervisor.stopping() => return,
                    () = tokio::time::sleep(PAUSE) => continue,
                }
            };
            let connection = hold(stream, peer, routes.clone(), patience.head, supervisor.clone());
            supervisor.spawn(async move {
                connection.await;
                drop(permit);
            });
        }
    });
}

/// Returns the next connection once there is room for it; until then it waits in the operating system's queue.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, permit)),
            // It broke off before it was taken, and the next one may be well.
            Err(fault) if is_of_one_connection(&fault) => {}
            Err(fault) => {
                tracing::error!(error = %fault, "A connection could not be taken.");
                return None;
            }
        }
    }
}

fn is_of_one_connection(fault: &io::Error) -> bool {
    matches!(
        fault.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

/// Serves one connection to its end; at a stop, what it has under way is answered first.
async fn hold(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Router,
    head_limit: Duration,
    supervisor: Supervisor,
) {
    let routes = TowerToHyperService::new(routes);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        routes.call(request)
    });
    let connection = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_limit)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = supervisor.stopping() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if ended.is_err() {
        // Whoever hung up, was too slow or spoke no HTTP is no fault of ours.
        tracing::debug!("A connection ended before its time.");
    }
}
