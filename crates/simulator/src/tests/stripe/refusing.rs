//! What Stripe does not take: keys, versions, parameters.

use super::*;

/// Returns status, type, code and parameter of a refusal.
fn shape((status, body): (u16, Value)) -> (u16, String, String, String) {
    let word = |name: &str| body["error"][name].as_str().unwrap_or("-").to_owned();
    assert!(!word("message").is_empty(), "{body}");
    (status, word("type"), word("code"), word("param"))
}

async fn refused(bench: &Bench, of: (&str, &str), said: &[(&str, &str)]) -> (u16, String, String) {
    let (status, kind, code, param) = shape(call(bench, of, said).await);
    assert_eq!(kind, "invalid_request_error");
    (status, code, param)
}

/// Returns a checkout in which one parameter is another, or is left out where it has no value.
fn bent<'a>(customer: &'a str, name: &'a str, value: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let mut said = checkout(customer);
    said.retain(|(held, _)| *held != name);
    said.extend(value.map(|value| (name, value)));
    said
}

#[tokio::test]
async fn a_checkout_says_what_stripe_takes_and_nothing_else() {
    let bench = Bench::start().await;
    let customer = customer(&bench).await;
    let long = "x".repeat(201);
    for (name, value, code, param) in [
        ("success_url", None, "parameter_missing", "success_url"),
        ("success_url", Some(""), "parameter_invalid_empty", "success_url"),
        ("success_url", Some("done"), "url_invalid", "success_url"),
        ("cancel_url", Some("ftp://127.0.0.1/"), "url_invalid", "cancel_url"),
        ("mode", None, "parameter_missing", "mode"),
        ("mode", Some("subscribe"), "-", "mode"),
        ("mode", Some("payment"), "-", "mode"),
        ("customer", Some("cus_nobody"), "resource_missing", "customer"),
        ("customer_email", Some("ana@harbour.example"), "-", "customer_email"),
        ("client_reference_id", Some(long.as_str()), "-", "client_reference_id"),
        ("line_items[0][price]", None, "parameter_missing", "line_items[0][price]"),
        ("line_items[0][price]", Some("price_x"), "resource_missing", "line_items[0][price]"),
        ("line_items[0][quantity]", None, "-", "line_items[0]"),
        (
            "line_items[0][quantity]",
            Some("one"),
            "parameter_invalid_integer",
            "line_items[0][quantity]",
        ),
        (
            "line_items[0][quantity]",
            Some("0"),
            "parameter_invalid_integer",
            "line_items[0][quantity]",
        ),
        ("line_items[0][amount]", Some("1"), "parameter_unknown", "line_items[0][amount]"),
        ("line_items[x][price]", Some(PRICE), "-", "line_items"),
        ("line_items", Some("1"), "-", "line_items"),
        ("payment_method_types[0]", Some("card"), "parameter_unknown", "payment_method_types"),
        ("ui_mode", Some("hosted"), "-", "ui_mode"),
        ("allow_promotion_codes", Some("yes"), "-", "allow_promotion_codes"),
        ("metadata", Some("x"), "-", "metadata"),
        ("metadata[a][b]", Some("x"), "-", "metadata[a]"),
        (
            "subscription_data[trial_period_days]",
            Some("0"),
            "-",
            "subscription_data[trial_period_days]",
        ),
        ("subscription_data[plan]", Some("x"), "parameter_unknown", "subscription_data[plan]"),
        ("expires_at", Some("1"), "-", "expires_at"),
        ("expires_at", Some("soon"), "parameter_invalid_integer", "expires_at"),
        ("successUrl", Some("http://127.0.0.1/"), "parameter_unknown", "successUrl"),
    ] {
        let said = bent(&customer, name, value);
        let seen = refused(&bench, ("POST", "checkout/sessions"), &said).await;
        assert_eq!(seen, (400, code.to_owned(), param.to_owned()), "{name} = {value:?}");
    }
    for (name, value) in [
        ("ui_mode", Some("hosted_page")),
        ("allow_promotion_codes", Some("true")),
        ("metadata[a]", Some("x")),
        ("customer", None),
        ("cancel_url", None),
        ("line_items[0][quantity]", Some("2")),
    ] {
        let said = bent(&customer, name, value);
        let (status, body) = call(&bench, ("POST", "checkout/sessions"), &said).await;
        assert_eq!(status, 200, "{name} = {value:?}: {body}");
    }
}

#[tokio::test]
async fn other_calls_are_as_strict() {
    let bench = Bench::start().await;
    let (customer, subscription) = subscriber(&bench).await;
    let path = format!("subscriptions/{subscription}");
    let get = ("GET", "subscriptions");
    for (of, said, status, code, param) in [
        (("POST", "customers"), vec![("email", "nobody")], 400, "email_invalid", "email"),
        (("POST", "customers"), vec![("e-mail", "a@b.c")], 400, "parameter_unknown", "e-mail"),
        (("GET", "customers/cus_x"), vec![], 404, "resource_missing", "id"),
        (("POST", "billing_portal/sessions"), vec![], 400, "parameter_missing", "customer"),
        (
            ("POST", "billing_portal/sessions"),
            vec![("customer", "x")],
            400,
            "resource_missing",
            "customer",
        ),
        (("GET", "checkout/sessions/cs_x"), vec![], 404, "resource_missing", "session"),
        (("GET", "subscriptions/sub_x"), vec![], 404, "resource_missing", "id"),
        (get, vec![("customer", "cus_x")], 400, "resource_missing", "customer"),
        (get, vec![("price", "price_x")], 400, "resource_missing", "price"),
        (get, vec![("status", "dead")], 400, "-", "status"),
        (get, vec![("limit", "101")], 400, "parameter_invalid_integer", "limit"),
        (get, vec![("limit", "0")], 400, "parameter_invalid_integer", "limit"),
        (get, vec![("starting_after", "sub_x")], 400, "resource_missing", "starting_after"),
        (get, vec![("customers", customer.as_str())], 400, "parameter_unknown", "customers"),
        (
            ("POST", path.as_str()),
            vec![("cancel_at_period_end", "1")],
            400,
            "-",
            "cancel_at_period_end",
        ),
        (("POST", path.as_str()), vec![("status", "active")], 400, "parameter_unknown", "status"),
        (("POST", path.as_str()), vec![("cancel_at", "1")], 400, "-", "cancel_at"),
        (("GET", path.as_str()), vec![("expand[]", "status")], 400, "-", "expand"),
        (("GET", "prices/price_x"), vec![], 404, "resource_missing", "price"),
        (("GET", "invoices"), vec![], 404, "-", "-"),
        (("POST", "customers"), vec![("expand[]", "default_source")], 400, "-", "expand"),
        (get, vec![("expand[]", "customer")], 400, "-", "expand"),
        (("PUT", "customers"), vec![], 404, "-", "-"),
    ] {
        let seen = refused(&bench, of, &said).await;
        assert_eq!(seen, (status, code.to_owned(), param.to_owned()), "{of:?} {said:?}");
    }
    let seen = bench.sim("GET", "stripe", &Value::Null).await;
    assert_eq!(seen["customers"].as_array().unwrap().len(), 1, "a refused call makes nobody");
}

#[tokio::test]
async fn a_body_of_json_and_parameters_in_the_address_of_a_post_are_refused() {
    let bench = Bench::start().await;
    let bearer = format!("Bearer {KEY}");
    let url = bench.simulator.url().join("stripe/v1/customers").unwrap();
    let headers = [("Authorization", bearer.clone()), ("Content-Type", "application/json".into())];
    assert_eq!(send("POST", &url, &headers, "{\"name\":\"Ana\"}").await.unwrap().status, 400);
    let url = bench.simulator.url().join("stripe/v1/customers?name=Ana").unwrap();
    let headers = [("Authorization", bearer)];
    assert_eq!(send("POST", &url, &headers, "").await.unwrap().status, 400);
}

#[tokio::test]
async fn only_a_key_that_is_known_is_let_in_and_a_restricted_one_only_where_it_may() {
    let bench = Bench::start().await;
    bench
        .sim(
            "POST",
            "stripe/keys",
            &json!({"key": "rk_test_narrow", "lacks": ["rak_customer_write"]}),
        )
        .await;
    for (authorization, status) in [
        (None, 401),
        (Some("Bearer sk_test_other"), 401),
        (Some("Bearer "), 401),
        (Some("sk_test_simulator"), 401),
        (Some("Bearer sk_test_simulator"), 200),
        (Some("Basic c2tfdGVzdF9zaW11bGF0b3I6"), 200),
        (Some("Bearer rk_test_narrow"), 403),
    ] {
        let headers: Vec<_> =
            authorization.map(|value| ("Authorization", value)).into_iter().collect();
        let answer = try_call(&bench, ("POST", "customers"), &headers, &[]).await.unwrap();
        assert_eq!(answer.status, status, "{authorization:?}: {answer:?}");
        assert!(answer.header("request-id").unwrap().starts_with("req_"));
        assert!(!answer.body.contains("sk_test_other"), "{}", answer.body);
    }
    let headers = [("Authorization", "Bearer rk_test_narrow")];
    let read = try_call(&bench, ("GET", "subscriptions"), &headers, &[]).await.unwrap();
    assert_eq!(read.status, 200);
    let refused = try_call(&bench, ("POST", "customers"), &headers, &[]).await.unwrap();
    assert!(refused.body.contains("rak_customer_write"), "{}", refused.body);
    assert_eq!(refused.header("stripe-should-retry"), Some("false"));

    bench.sim("POST", "stripe/keys", &json!({"key": KEY, "revoke": true})).await;
    assert_eq!(call(&bench, ("GET", "prices"), &[]).await.0, 401);
    let odd = json!({"key": "rk_test_x", "lacks": ["rak_everything"]});
    assert_eq!(bench.raw("POST", "stripe/keys", &odd).await.0, 422);
}

#[tokio::test]
async fn fields_are_where_the_version_of_the_call_has_them() {
    let bench = Bench::start().await;
    let (customer, subscription) = subscriber(&bench).await;
    let path = format!("subscriptions/{subscription}");
    let expand = [("expand[]", "latest_invoice")];
    let at = |version: &'static str| {
        let (bench, path) = (&bench, path.clone());
        async move { keyed(bench, ("GET", &path), &[("Stripe-Version", version)], &expand).await.1 }
    };

    let old = at("2023-08-16").await;
    let new = at("2026-04-02.dahlia").await;

    assert!(
        old["current_period_end"].is_i64()
            && old["items"]["data"][0].get("current_period_end").is_none()
    );
    assert_eq!(old["latest_invoice"]["subscription"], json!(subscription));
    assert!(old["latest_invoice"].get("parent").is_none());
    assert!(
        new.get("current_period_end").is_none()
            && new["items"]["data"][0]["current_period_end"].is_i64()
    );
    assert_eq!(
        new["latest_invoice"]["parent"]["subscription_details"]["subscription"],
        json!(subscription)
    );
    assert_eq!(shape((400, at("2027-01-01.future").await)).1, "invalid_request_error");

    let mut said = checkout(&customer);
    said.push(("payment_method_types[0]", "card"));
    let of = ("POST", "checkout/sessions");
    assert_eq!(keyed(&bench, of, &[("Stripe-Version", "2026-04-02.dahlia")], &said).await.0, 200);
    assert_eq!(keyed(&bench, of, &[("Stripe-Version", "2026-09-30.endive")], &said).await.0, 400);

    bench.sim("POST", "stripe/account", &json!({"api_version": "2023-08-16"})).await;
    assert!(good(&bench, ("GET", &path), &[]).await["current_period_end"].is_i64());
}

#[tokio::test]
async fn too_many_calls_in_a_second_are_refused_until_it_is_over() {
    let bench = Bench::start().await;
    bench.sim("POST", "stripe/account", &json!({"per_second": 2})).await;
    let get = ("GET", "prices");

    let seen = [
        call(&bench, get, &[]).await.0,
        call(&bench, get, &[]).await.0,
        call(&bench, get, &[]).await.0,
    ];
    bench.advance("1s").await;

    assert_eq!(seen, [200, 200, 429]);
    assert_eq!(call(&bench, get, &[]).await.0, 200);
}
