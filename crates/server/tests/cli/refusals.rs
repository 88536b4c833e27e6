//! What `serve` refuses to start with: every setting that is missing or contradicts another, all at once.

use crate::process::{COMPLETE, asyncbot};

/// Checks that with these changes to complete settings `serve` is refused for exactly these settings, with these words.
#[track_caller]
fn check(changes: &[(&str, Option<&str>)], expected: &[(&str, &str)]) {
    let taken: Vec<&str> = changes.iter().filter(|it| it.1.is_none()).map(|it| it.0).collect();
    let given = changes.iter().filter_map(|(name, value)| Some((*name, (*value)?)));

    let faults = asyncbot(&["serve"]).with(COMPLETE).with(given).without(&taken).ends().refusals();

    let settings: Vec<&str> = faults.iter().map(|line| line.split(": ").next().unwrap()).collect();
    let wanted: Vec<&str> = expected.iter().map(|(setting, _)| *setting).collect();
    assert_eq!(settings, wanted, "{faults:#?}");
    for (fault, (_, words)) in faults.iter().zip(expected) {
        assert!(fault.contains(words), "`{words}` is not in: {fault}");
    }
}

#[test]
fn a_missing_setting_is_named() {
    check(&[("SLACK_CLIENT_ID", None)], &[("SLACK_CLIENT_ID", "is missing")]);
    check(&[("SLACK_CLIENT_SECRET", None)], &[("SLACK_CLIENT_SECRET", "is missing")]);
    check(&[("SLACK_SIGNING_SECRET", None)], &[("SLACK_SIGNING_SECRET", "is missing")]);
    check(
        &[("ASYNCBOT_ENCRYPTION_KEYS", None)],
        &[("ASYNCBOT_ENCRYPTION_KEYS", "`asyncbot keys generate`")],
    );
    check(&[("ASYNCBOT_BIND", Some("0.0.0.0:0"))], &[("ASYNCBOT_PUBLIC_URL", "is missing")]);
}

#[test]
fn what_is_empty_is_missing() {
    check(&[("SLACK_CLIENT_ID", Some(""))], &[("SLACK_CLIENT_ID", "is missing")]);
    check(&[("SLACK_SIGNING_SECRET", Some(" , "))], &[("SLACK_SIGNING_SECRET", "is missing")]);
    let empty = [
        ("SLACK_APP_TOKEN", ""),
        ("ASYNCBOT_PUBLIC_URL", ""),
        ("DATABASE_URL", ""),
        ("DATABASE_SYSTEM_URL", ""),
        ("ASYNCBOT_DATA_DIR", ""),
        ("SLACK_SIGNING_SECRET_FILE", ""),
    ];

    let bot = asyncbot(&["serve"]).with(COMPLETE).with(empty).serves();

    assert_eq!(bot.get("/readyz").0, 200);
}

#[test]
fn a_key_that_is_none_is_refused_without_being_repeated() {
    let keys = |keys| [("ASYNCBOT_ENCRYPTION_KEYS", Some(keys))];
    let fault = |words| [("ASYNCBOT_ENCRYPTION_KEYS", words)];

    check(&keys("hush"), &fault("no colon"));
    check(&keys("one:hush"), &fault("a decimal number"));
    check(&keys("1:hush-hush"), &fault("not base64"));
    check(&keys("1:aHVzaA=="), &fault("4 bytes long"));
}

#[test]
fn a_secret_given_twice_is_refused() {
    for setting in ["SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET", "ASYNCBOT_ENCRYPTION_KEYS"] {
        let file = format!("{setting}_FILE");

        let refused = asyncbot(&["serve"]).with(COMPLETE).with_file(&file, "hush-file").ends();

        let expected =
            format!("{setting}: it is given twice, by itself and by {file}; please keep one");
        assert_eq!(refused.refusals(), [expected]);
    }
}

#[test]
fn a_secret_file_must_be_there_and_hold_something() {
    let bot = || asyncbot(&["serve"]).with(COMPLETE).without(&["SLACK_CLIENT_SECRET"]);

    let missing = bot().with([("SLACK_CLIENT_SECRET_FILE", "no-such-file")]).ends().refusals();
    let empty = bot().with_file("SLACK_CLIENT_SECRET_FILE", "\n").ends().refusals();

    assert!(missing[0].starts_with("SLACK_CLIENT_SECRET: the file no-such-file cannot be read"));
    assert!(empty[0].starts_with("SLACK_CLIENT_SECRET: ") && empty[0].ends_with("is empty"));
    let served = bot().with_file("SLACK_CLIENT_SECRET_FILE", "hush-file\n").serves();
    assert_eq!(served.get("/readyz").0, 200);
}

#[test]
fn databases_that_contradict_each_other_are_refused() {
    let postgres = "postgres://run:hush@127.0.0.1/asyncbot";
    let only_postgres = "for PostgreSQL only";

    check(
        &[("DATABASE_SYSTEM_URL", Some(postgres)), ("DATABASE_OWNER_URL", Some(postgres))],
        &[("DATABASE_SYSTEM_URL", only_postgres), ("DATABASE_OWNER_URL", only_postgres)],
    );
    check(&[("DATABASE_URL", Some(postgres))], &[("DATABASE_SYSTEM_URL", "is missing")]);
    check(
        &[("DATABASE_URL", Some(postgres)), ("DATABASE_SYSTEM_URL", Some("sqlite://hush.db"))],
        &[("DATABASE_SYSTEM_URL", "postgres://")],
    );
    check(
        &[("DATABASE_URL", Some("mysql://run:hush@127.0.0.1/asyncbot"))],
        &[("DATABASE_URL", "sqlite:// or postgres://")],
    );
}

#[test]
fn addresses_that_cannot_work_are_refused() {
    let public = |url| [("ASYNCBOT_PUBLIC_URL", Some(url))];

    check(&public("http://bot.example"), &[("ASYNCBOT_PUBLIC_URL", "https://")]);
    check(&public("bot.example"), &[("ASYNCBOT_PUBLIC_URL", "is no URL")]);
    check(&public("ftp://127.0.0.1"), &[("ASYNCBOT_PUBLIC_URL", "https://")]);
    check(
        &[
            ("SLACK_API_URL", Some("http://slack.example/api")),
            ("SLACK_AUTHORIZE_URL", Some("http://10.0.0.1/oauth")),
        ],
        &[("SLACK_API_URL", "https://"), ("SLACK_AUTHORIZE_URL", "https://")],
    );
    check(&[("HIBOB_API_URL", Some("http://hibob.example/v1"))], &[("HIBOB_API_URL", "https://")]);
    check(&[("HIBOB_API_URL", Some("hibob"))], &[("HIBOB_API_URL", "is no URL")]);
    check(
        &[("ASYNCBOT_BIND", Some("127.0.0.1:7")), ("ASYNCBOT_ADMIN_BIND", Some("127.0.0.1:7"))],
        &[("ASYNCBOT_ADMIN_BIND", "the same as ASYNCBOT_BIND")],
    );
    check(
        &[("ASYNCBOT_BIND", Some("8080")), ("ASYNCBOT_ADMIN_BIND", Some("localhost"))],
        &[("ASYNCBOT_BIND", "127.0.0.1:8080"), ("ASYNCBOT_ADMIN_BIND", "127.0.0.1:8080")],
    );
}

#[test]
fn billing_is_set_up_in_whole_or_not_at_all() {
    let whole = |name: &str, value: Option<&'static str>| {
        let given = [
            ("STRIPE_SECRET_KEY", Some("rk_test_hush")),
            ("STRIPE_WEBHOOK_SECRET", Some("whsec_hush")),
            ("STRIPE_PRICE_ID", Some("price_1")),
        ];
        given.map(|(known, usual)| (known, if known == name { value } else { usual }))
    };
    for (name, value, text) in [
        ("STRIPE_SECRET_KEY", None, "Stripe's dashboard has it"),
        ("STRIPE_SECRET_KEY", Some("pk_test_hush"), "is for browsers"),
        ("STRIPE_SECRET_KEY", Some("sk_test hush"), "copy it again"),
        ("STRIPE_WEBHOOK_SECRET", None, "beside the endpoint"),
        ("STRIPE_WEBHOOK_SECRET", Some("whsec_hush,hush"), "begins with whsec_"),
        ("STRIPE_PRICE_ID", None, "begins with price_"),
        ("STRIPE_PRICE_ID", Some("prod_1"), "begins with price_"),
        ("STRIPE_PRICE_ID", Some("price_1/../x"), "begins with price_"),
    ] {
        check(&whole(name, value), &[(name, text)]);
    }
    let url = ("STRIPE_API_URL", Some("http://stripe.example/v1"));
    let changes: Vec<_> = whole("", None).into_iter().chain([url]).collect();
    check(&changes, &[("STRIPE_API_URL", "https://")]);
}

#[test]
fn socket_mode_needs_an_app_level_token_and_a_number_of_connections() {
    check(&[("SLACK_APP_TOKEN", Some("xoxb-hush"))], &[("SLACK_APP_TOKEN", "begins with xapp-")]);
    for count in ["0", "6", "two", "-1", "256"] {
        check(
            &[("SLACK_SOCKET_CONNECTIONS", Some(count))],
            &[("SLACK_SOCKET_CONNECTIONS", "from 1 to 5")],
        );
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let changes = [
        ("SLACK_CLIENT_ID", None),
        ("SLACK_CLIENT_SECRET", None),
        ("SLACK_SIGNING_SECRET", None),
        ("SLACK_APP_TOKEN", Some("hush")),
        ("SLACK_API_URL", Some("http://slack.example/api")),
        ("HIBOB_API_URL", Some("http://hibob.example/v1")),
        ("ASYNCBOT_ENCRYPTION_KEYS", Some("hush")),
        ("ASYNCBOT_BIND", Some("here")),
        ("ASYNCBOT_PUBLIC_URL", Some("http://bot.example")),
        ("DATABASE_URL", Some("mysql://hush")),
    ];
    let expected = [
        ("SLACK_CLIENT_ID", ""),
        ("SLACK_CLIENT_SECRET", ""),
        ("SLACK_API_URL", ""),
        ("SLACK_SIGNING_SECRET", ""),
        ("SLACK_APP_TOKEN", ""),
        ("HIBOB_API_URL", ""),
        ("ASYNCBOT_ENCRYPTION_KEYS", ""),
        ("ASYNCBOT_BIND", ""),
        ("ASYNCBOT_PUBLIC_URL", ""),
        ("DATABASE_URL", ""),
    ];

    check(&changes, &expected);
}

#[test]
fn migrating_postgres_needs_its_owner() {
    let postgres = [("DATABASE_URL", "postgres://run:hush@127.0.0.1/asyncbot")];

    let faults = asyncbot(&["migrate"]).with(postgres).ends().refusals();

    assert_eq!(faults.len(), 1);
    assert!(faults[0].starts_with("DATABASE_OWNER_URL: it is missing"), "{faults:?}");
}
