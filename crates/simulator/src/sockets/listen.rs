//! Connections of Socket Mode, from the handshake to the end.

use super::{Heard, Order, Sockets};
use crate::sim::Sim;
use crate::world::APP_ID;
use crate::world::journal::Kind as LineKind;
use futures_util::{SinkExt, StreamExt};
use http::StatusCode;
use serde_json::json;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

/// How long to wait when no connection can be accepted, in real time: the machine has run out of something.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts connections until the simulator ends.
///
/// They have an address of their own: a connection that changes from HTTP to a socket would tie the two together.
pub(crate) fn listen(sim: &Sim, listener: TcpListener) {
    let inner = sim.clone();
    sim.spawn(async move {
        let stop = inner.stop_signal();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let (one, stop) = (inner.clone(), stop.clone());
            inner.spawn(async move {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = serve(&one, stream) => {}
                }
            });
        }
    });
}

async fn serve(sim: &Sim, stream: TcpStream) {
    #[expect(clippy::result_large_err, reason = "the handshake's own type for a refusal")]
    let check = |request: &Request, response: Response| {
        let query = request.uri().query().unwrap_or_default();
        let ticket = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "ticket");
        let ticket = ticket.map(|(_, ticket)| ticket.into_owned()).unwrap_or_default();
        let now = sim.now();
        if sim.sockets(|sockets| sockets.take_ticket(&ticket, now)) {
            return Ok(response);
        }
        let mut refusal = ErrorResponse::new(None);
        *refusal.status_mut() = StatusCode::FORBIDDEN;
        Err(refusal)
    };
    let Ok(mut socket) = tokio_tungstenite::accept_hdr_async(stream, check).await else { return };
    let (id, mut told) = sim.sockets(Sockets::open);
    let hello = json!({
        "type": "hello",
        "num_connections": sim.sockets(|sockets| sockets.ids().len()),
        "connection_info": {"app_id": APP_ID},
        "debug_info": {"host": "simulator", "build_number": 1, "approximate_connection_time": 18_060},
    });
    if socket.send(Message::text(hello.to_string())).await.is_ok() {
        sim.touch();
        loop {
            let goes_on = tokio::select! {
                order = told.recv() => obey(&mut socket, order.unwrap_or(Order::Cut)).await,
                message = socket.next() => match message {
                    Some(Ok(Message::Text(text))) => hear(sim, &mut socket, &text),
                    Some(Ok(_)) => true,
                    Some(Err(_)) | None => false,
                },
            };
            if !goes_on {
                break;
            }
        }
    }
    sim.sockets(|sockets| sockets.close(id));
    sim.touch();
}

/// Does what the connection is told and returns whether it still stands.
async fn obey(socket: &mut WebSocketStream<TcpStream>, order: Order) -> bool {
    match order {
        Order::Send(value) => socket.send(Message::text(value.to_string())).await.is_ok(),
        Order::Close => socket.close(None).await.is_ok(),
        Order::Cut => cut(socket),
    }
}

fn hear(sim: &Sim, socket: &mut WebSocketStream<TcpStream>, text: &str) -> bool {
    match sim.sockets(|sockets| sockets.hear(text)) {
        Heard::Fine => true,
        Heard::Cut => cut(socket),
        Heard::Wrong(why) => {
            let text = format!("Acknowledgement on a socket: {why}.");
            sim.change(|world, now| world.journal.record(now, None, LineKind::Refused, text));
            true
        }
    }
}

/// The other side sees a reset once this end is dropped.
fn cut(socket: &mut WebSocketStream<TcpStream>) -> bool {
    socket.get_ref().set_zero_linger().ok();
    false
}
