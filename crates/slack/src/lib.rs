#![doc = include_str!("../README.md")]

mod api;
mod escape;
mod inbound;
mod oauth;
mod outside;
mod render;
mod signature;
mod socket;
mod tls;

pub use api::addresses::Addressed;
pub use api::client::{Api, ApiConfig, ApiFault};
pub use api::direct::Direct;
pub use api::methods::{AuthFacts, Home, PersonFacts, Posted};
pub use api::outcome::{NotSent, NotSentKind, Outcome, PACED, RATE_LIMITED};
pub use api::receipt::{DirectChannel, Found, LOOKED_UP_BY};
pub use escape::escape;
pub use inbound::Inbound;
pub use inbound::command::{SlashCommand, read_command};
pub use inbound::envelope::{Enclosed, Envelope, Frame, acknowledge, read_frame};
pub use inbound::event::{Event, EventKind, read_event};
pub use inbound::form::is_ssl_check;
pub use inbound::interaction::{Click, MessageRef, Submit, read_interaction};
pub use inbound::submission::read_submission;
pub use oauth::{BOT_EVENTS, Install, SCOPES, authorize_url};
pub use render::Rendered;
pub use render::home::render_home;
pub use render::message::render_message;
pub use render::modal::{INPUT_ACTION_ID, render_field_errors, render_modal, render_next_step};
pub use render::outcome::render_outcome;
pub use render::reply::render_reply;
pub use signature::{SignatureFault, SigningSecrets};
pub use socket::{Acks, Closed, Socket};
pub use tls::install_tls_provider;
