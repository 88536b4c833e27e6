//! The pages on which people pay.

use super::*;

async fn visit(bench: &Bench, path: &str) -> Answer {
    let url = bench.simulator.url().join(path).unwrap();
    send("GET", &url, &[], "").await.unwrap()
}

async fn press(bench: &Bench, path: &str, button: &str) -> Answer {
    let url = bench.simulator.url().join(path).unwrap();
    let headers = [("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    let answer = send("POST", &url, &headers, &format!("do={button}")).await.unwrap();
    bench.clock.settle().await;
    answer
}

async fn portal(bench: &Bench, customer: &str) -> String {
    let said = [("customer", customer), ("return_url", "http://127.0.0.1:9/home")];
    let made = good(bench, ("POST", "billing_portal/sessions"), &said).await;
    let url = made["url"].as_str().unwrap();
    url.strip_prefix(bench.simulator.url().as_str()).unwrap().to_owned()
}

#[tokio::test]
async fn a_person_is_declined_goes_back_comes_again_and_pays() {
    let bench = Bench::start().await;
    let customer = customer(&bench).await;
    let session = open_checkout(&bench, &customer).await;
    let path = format!("stripe/pay/{session}");

    let page = visit(&bench, &path).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").is_some());
    for button in ["pay", "decline", "back"] {
        assert!(page.body.contains(&format!("data-testid=\"{button}\"")), "{}", page.body);
    }
    assert!(!page.body.contains("was declined"), "{}", page.body);
    let declined = press(&bench, &path, "decline").await;
    assert_eq!(declined.header("location"), Some(format!("/{path}").as_str()));
    assert!(visit(&bench, &path).await.body.contains("was declined"));
    assert_eq!(
        press(&bench, &path, "back").await.header("location"),
        Some("http://127.0.0.1:9/back")
    );
    assert_eq!(kinds(&bench), [""; 0]);

    let paid = press(&bench, &path, "pay").await;

    let done = format!("http://127.0.0.1:9/done?session={session}");
    assert_eq!((paid.status.as_u16(), paid.header("location")), (303, Some(done.as_str())));
    assert_eq!(kinds(&bench).last().unwrap(), "checkout.session.completed");
    assert_eq!(visit(&bench, &path).await.status, 410);
    assert_eq!(press(&bench, &path, "pay").await.status, 410);
    assert_eq!(visit(&bench, "stripe/pay/cs_test_none").await.status, 410);
    assert_eq!(visit(&bench, "assets/stripe.css").await.status, 200);
}

#[tokio::test]
async fn a_checkout_expires_after_a_day_or_when_it_is_told_to() {
    let bench = Bench::start().await;
    let customer = customer(&bench).await;
    let first = open_checkout(&bench, &customer).await;
    let second = open_checkout(&bench, &customer).await;

    let path = format!("checkout/sessions/{second}/expire");
    assert_eq!(good(&bench, ("POST", &path), &[]).await["status"], "expired");
    assert_eq!(call(&bench, ("POST", &path), &[]).await.0, 400);
    bench.advance("23h").await;
    let path = format!("checkout/sessions/{first}");
    assert_eq!(good(&bench, ("GET", &path), &[]).await["status"], "open");
    bench.advance("1h").await;

    assert_eq!(good(&bench, ("GET", &path), &[]).await["status"], "expired");
    assert_eq!(visit(&bench, &format!("stripe/pay/{first}")).await.status, 410);
    assert_eq!(kinds(&bench), ["checkout.session.expired"; 2]);
    assert_eq!(bench.raw("POST", "stripe/pay", &json!({"session": first})).await.0, 409);
}

#[tokio::test]
async fn the_portal_cancels_keeps_fails_and_pays_and_its_link_is_good_for_minutes() {
    let bench = Bench::start().await;
    let (customer, subscription) = subscriber(&bench).await;
    let path = portal(&bench, &customer).await;
    let stale = portal(&bench, &customer).await;

    assert!(visit(&bench, &path).await.body.contains("Renews"));
    press(&bench, &path, "cancel").await;
    assert!(visit(&bench, &path).await.body.contains("Ends"));
    press(&bench, &path, "keep").await;
    press(&bench, &path, "card_declines").await;
    assert_eq!(
        press(&bench, &path, "back").await.header("location"),
        Some("http://127.0.0.1:9/home")
    );
    bench.advance("5m").await;
    assert_eq!(visit(&bench, &stale).await.status, 410);
    assert_eq!(press(&bench, &stale, "cancel").await.status, 410);
    assert_eq!(visit(&bench, &path).await.status, 200);

    bench.advance("30d").await;
    assert_eq!(visit(&bench, &path).await.status, 410);
    assert_eq!(status_of(&bench, &subscription).await, "past_due");
    let path = portal(&bench, &customer).await;
    assert!(press(&bench, &path, "pay").await.body.contains("The card was declined."));
    press(&bench, &path, "card_works").await;
    assert_eq!(press(&bench, &path, "pay").await.status, 303);
    assert_eq!(status_of(&bench, &subscription).await, "active");
}
