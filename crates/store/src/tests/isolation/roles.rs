//! On PostgreSQL each login may do what it is for, and nothing else.

use super::{
    Bench, INSUFFICIENT_PRIVILEGE, app, code_of, enter, superuser, system, tables, two_tenants,
};
use sqlx::{Connection, Executor};

#[tokio::test]
async fn the_application_cannot_truncate_or_refer_or_change_the_schema() {
    let bench = Bench::postgres().await;
    let mut connection = app(&bench.database).await;

    for table in tables(&mut superuser(&bench.database).await).await {
        let code = code_of(&mut connection, &format!("truncate {table}")).await;
        assert_eq!(code, INSUFFICIENT_PRIVILEGE, "truncate {table}");
        let code =
            code_of(&mut connection, &format!("alter table {table} disable row level security"))
                .await;
        assert_eq!(code, INSUFFICIENT_PRIVILEGE, "alter {table}");
    }
    let code = code_of(&mut connection, "create table mine (id bigint)").await;
    assert_eq!(code, INSUFFICIENT_PRIVILEGE);
}

#[tokio::test]
async fn the_audit_log_can_be_added_to_and_not_changed() {
    let bench = Bench::postgres().await;
    let mut connection = app(&bench.database).await;

    for statement in ["delete from audit_events", "update audit_events set action = 'x'"] {
        let mut transaction = connection.begin().await.unwrap();
        enter(&mut transaction, bench.workspace).await;

        assert_eq!(code_of(&mut transaction, statement).await, INSUFFICIENT_PRIVILEGE);
    }
}

#[tokio::test]
async fn the_system_login_cannot_read_content() {
    let (bench, _) = two_tenants().await;
    let mut connection = system(&bench.database).await;

    for (table, column) in [
        ("outbox", "envelope"),
        ("outbox", "channel_id"),
        ("outbox", "ts"),
        ("inbox", "item"),
        ("inbox", "dedupe"),
        ("rotations", "name"),
        ("rotations", "members"),
        ("rotations", "rules"),
        ("workspaces", "name"),
        ("workspaces", "bot_token"),
        ("workspaces", "installer_id"),
        ("request_keys", "request_key"),
        ("request_keys", "outcome"),
        ("people", "display_name"),
        ("turns", "holder"),
        ("coverages", "user_id"),
        ("absences", "user_id"),
        ("cover_requests", "of_user"),
        ("cover_answers", "user_id"),
        ("swaps", "user_a"),
        ("notes", "sealed"),
        ("notes", "author"),
        ("note_receivers", "user_id"),
        ("audit_events", "payload"),
        ("meta", "value"),
    ] {
        let code = code_of(&mut connection, &format!("select {column} from {table}")).await;
        assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{table}.{column}");
    }
    for statement in [
        "update outbox set envelope = '{}'",
        "update rotations set next_handoff_at = null",
        "insert into outbox (workspace_id) values (gen_random_uuid())",
        "delete from rotations",
        "truncate outbox",
    ] {
        assert_eq!(
            code_of(&mut connection, statement).await,
            INSUFFICIENT_PRIVILEGE,
            "{statement}"
        );
    }
}

#[tokio::test]
async fn the_system_login_cannot_delete_what_is_not_finished() {
    let (bench, _) = two_tenants().await;
    let mut connection = system(&bench.database).await;

    let done = connection.execute("delete from outbox").await.unwrap();

    assert_eq!(done.rows_affected(), 0);
}

#[tokio::test]
async fn the_application_cannot_reach_oauth_states() {
    let bench = Bench::postgres().await;
    let mut connection = app(&bench.database).await;

    let code = code_of(&mut connection, "select 1 from oauth_states").await;

    assert_eq!(code, INSUFFICIENT_PRIVILEGE);
}
