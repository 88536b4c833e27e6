//! The pages on which a person pays, and looks after what is paid.

use super::account::{AMOUNT, NAME, STRIPE_LAST4};
use super::life::Outcome;
use super::state::{At, Card, Portal, Session, Stage, Stripe};
use crate::sim::Sim;
use axum::Form;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use serde::Deserialize;

/// Nothing but this address's own style sheet; where forms lead is not restricted, because they lead back to the bot.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn routes() -> Router<Sim> {
    Router::new()
        .route("/stripe/pay/{session}", get(show_checkout).post(pay))
        .route("/stripe/portal/{secret}", get(show_portal).post(manage))
}

/// The button that was pressed.
#[derive(Debug, Deserialize)]
struct Pressed {
    #[serde(rename = "do")]
    deed: String,
}

async fn show_checkout(State(sim): State<Sim>, Path(id): Path<String>) -> Response {
    sim.read(|world| match world.stripe.session(&id) {
        None => gone("There is no such checkout."),
        Some(session) => checkout_page(session),
    })
}

async fn pay(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Response {
    let Some(session) = sim.read(|world| world.stripe.session(&id).cloned()) else {
        return gone("There is no such checkout.");
    };
    let outcome = match pressed.deed.as_str() {
        "back" => {
            return match session.said["cancel_url"].as_str() {
                Some(url) => lead_to(url),
                None => gone("This checkout has no page to go back to. You can close this one."),
            };
        }
        "decline" => Outcome::Decline,
        "leave" => Outcome::Incomplete,
        _ => Outcome::Pay,
    };
    let done = sim.change(|world, now| world.stripe.pay(&id, outcome, now));
    sim.stripe_bell().ring();
    match (done, outcome) {
        (Err(why), _) => gone(&why),
        (Ok(()), Outcome::Pay) => {
            let url = session.said["success_url"].as_str().unwrap_or_default();
            lead_to(&url.replace("{CHECKOUT_SESSION_ID}", &id))
        }
        (Ok(()), _) => lead_to(&format!("/stripe/pay/{id}")),
    }
}

async fn show_portal(State(sim): State<Sim>, Path(secret): Path<String>) -> Response {
    sim.change(|world, now| portal_page(&mut world.stripe, &secret, "", now))
}

async fn manage(
    State(sim): State<Sim>,
    Path(secret): Path<String>,
    Form(pressed): Form<Pressed>,
) -> Response {
    let answer = sim.change(|world, now| {
        let stripe = &mut world.stripe;
        let Some(portal) = stripe.open_portal(&secret, now) else { return closed() };
        if pressed.deed == "back" {
            return match &portal.return_url {
                Some(url) => lead_to(url),
                None => gone("You can close this page."),
            };
        }
        match stripe.do_in_portal(&portal.customer, &pressed.deed, now) {
            Ok(()) => lead_to(&format!("/stripe/portal/{secret}")),
            Err(why) => portal_page(stripe, &secret, &why, now),
        }
    });
    sim.stripe_bell().ring();
    answer
}

fn checkout_page(session: &Session) -> Response {
    match session.stage {
        Stage::Complete => return gone("This was paid. You can close this page."),
        Stage::Expired => {
            return gone("This link has expired. Ask for a new one where you got it.");
        }
        Stage::Open => {}
    }
    let notice = if session.is_declined {
        "<p class=\"notice bad\" role=\"alert\">Your card was declined. Try again, or another card.</p>"
    } else {
        ""
    };
    let back = if session.said["cancel_url"].is_string() {
        "<button name=\"do\" value=\"back\" data-testid=\"back\">Back</button>"
    } else {
        ""
    };
    let price = money(AMOUNT * session.said["line_items"][0]["quantity"].as_i64().unwrap_or(1));
    page(
        "Pay for Asyncbot Pro",
        &format!(
            "<h1>Asyncbot Pro</h1><p class=\"lead\">A month at a time, until you cancel.</p>{notice}\
             <div class=\"card\"><dl><dt>Today</dt><dd class=\"price\">{price}</dd>\
             <dt>Name</dt><dd>{NAME}</dd><dt>Card</dt><dd>•••• {STRIPE_LAST4}</dd></dl></div>\
             <form method=\"post\"><button class=\"main\" name=\"do\" value=\"pay\" data-testid=\"pay\">Pay {price}</button>\
             <button class=\"danger\" name=\"do\" value=\"decline\" data-testid=\"decline\">The card is declined</button>{back}</form>"
        ),
    )
}

fn portal_page(stripe: &mut Stripe, secret: &str, problem: &str, now: At) -> Response {
    let Some(portal) = stripe.open_portal(secret, now) else { return closed() };
    let body = portal_body(stripe, &portal);
    let notice = if problem.is_empty() {
        String::new()
    } else {
        format!("<p class=\"notice bad\" role=\"alert\">{}</p>", escape(problem))
    };
    page(
        "Your plan",
        &format!(
            "<h1>Your plan</h1><p class=\"lead\">What you pay for Asyncbot, and how.</p>{notice}{body}"
        ),
    )
}

fn portal_body(stripe: &Stripe, portal: &Portal) -> String {
    let button = |deed: &str, class: &str, text: &str| {
        format!(
            "<button class=\"{class}\" name=\"do\" value=\"{deed}\" data-testid=\"{deed}\">{text}</button>"
        )
    };
    let card = match stripe.card_of(&portal.customer) {
        Card::Missing => "none".to_owned(),
        Card::Works => format!("•••• {STRIPE_LAST4}, works"),
        Card::Declines => format!("•••• {STRIPE_LAST4}, declined"),
    };
    let mut rows = Vec::new();
    let mut buttons = Vec::new();
    match stripe.latest_of(&portal.customer) {
        None => rows.push(("Plan", "No subscription".to_owned())),
        Some(one) => {
            rows.push(("Plan", "Asyncbot Pro".to_owned()));
            rows.push(("Status", escape(&one.status.replace('_', " "))));
            let word = match (one.is_over(), one.cancel_at) {
                (true, _) => "Ended",
                (false, Some(_)) => "Ends",
                (false, None) => "Renews",
            };
            let at = one.ended_at.or(one.cancel_at).unwrap_or(one.period.1);
            rows.push((word, at.format("%-d %B %Y, %H:%M UTC").to_string()));
            let invoice = one.latest_invoice.as_ref().and_then(|id| stripe.invoice(id));
            let owed = invoice.filter(|one| matches!(one.status, "open" | "draft"));
            if let Some(invoice) = owed.filter(|_| !one.is_over()) {
                rows.push(("To pay", money(invoice.amount)));
                buttons.push(button("pay", "main", "Pay now"));
            }
            if !one.is_over() && one.cancel_at.is_none() {
                buttons.push(button("cancel", "danger", "Cancel at the period’s end"));
            } else if !one.is_over() {
                buttons.push(button("keep", "main", "Keep the plan"));
            }
        }
    }
    rows.push(("Card", card));
    buttons.push(button("card_works", "", "The card works"));
    buttons.push(button("card_declines", "", "The card fails"));
    buttons.push(button("back", "", "Back"));
    let rows = rows.iter().map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>"));
    format!(
        "<div class=\"card\"><dl>{}</dl></div><form method=\"post\">{}</form>",
        rows.collect::<String>(),
        buttons.concat()
    )
}

/// Returns what an amount of cents reads like.
fn money(cents: i64) -> String {
    format!("${}.{:02}", cents / 100, cents % 100)
}

fn closed() -> Response {
    gone(
        "This link is no longer good: it opens the portal for a short time. Ask for a new one where you got it.",
    )
}

fn gone(text: &str) -> Response {
    let body = format!("<h1>Nothing to do here</h1><p class=\"lead\">{}</p>", escape(text));
    (StatusCode::GONE, page("Nothing to do here", &body)).into_response()
}

fn lead_to(url: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_owned())]).into_response()
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <link rel=\"stylesheet\" href=\"/assets/stripe.css\"></head>\
         <body><p class=\"band\">Stripe’s stand-in: no money moves here, and nobody’s card is asked for.</p>\
         <main>{body}<p class=\"small\">This page is the simulator’s. The person and the card are made up.</p></main></body></html>"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, Html(html)).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
