//! `asyncbot healthcheck`: what a container's health check is told.

use crate::process::{COMPLETE, Ended, PATIENCE, Serving, asyncbot};
use std::time::Instant;

fn check(bot: &Serving) -> Ended {
    let address = bot.address.to_string();
    asyncbot(&["healthcheck"]).with([("ASYNCBOT_BIND", address.as_str())]).ends()
}

#[test]
fn it_says_whether_the_service_is_ready_while_it_serves_stops_and_is_gone() {
    let bot = asyncbot(&["serve"]).with(COMPLETE).with([("ASYNCBOT_STOP_GRACE", "15")]).serves();
    assert_eq!(check(&bot).results(), "ready\n");

    bot.is_told_to_stop();
    let began = Instant::now();
    while bot.get("/readyz").0 != 503 {
        assert!(began.elapsed() < PATIENCE, "it says that it stops, in time");
    }
    let stopping = check(&bot);

    assert_eq!((stopping.code, stopping.out.as_str()), (Some(1), ""));
    assert!(stopping.err.contains("answers 503"), "{}", stopping.err);
    bot.is_told_to_stop();
    let address = bot.address.to_string();
    bot.ends();
    let gone = asyncbot(&["healthcheck", "--bind", &address]).ends();
    assert_eq!((gone.code, gone.out.as_str()), (Some(1), ""));
    assert!(gone.err.contains(&format!("nobody answers at http://{address}/readyz")), "{gone:?}");
}

#[test]
fn what_is_no_address_or_none_of_this_machine_is_refused() {
    for (bind, words) in
        [("here", "it is no address"), ("192.0.2.1:80", "an address of the network")]
    {
        let refused = asyncbot(&["healthcheck", "--bind", bind]).ends().refusals();
        assert!(refused.len() == 1 && refused[0].contains(words), "{refused:?}");
    }
}
