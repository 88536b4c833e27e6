//! The traps of row-level security, each met with the login that serves.

use super::{
    INSUFFICIENT_PRIVILEGE, app, code_of, count, enter, owner, run, superuser, tables, two_tenants,
};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

/// What PostgreSQL says where a setting was never made.
const NEVER_NAMED: &str = "42704";
/// What it says where an earlier transaction of the connection had made it: the setting is empty then.
const NAMED_BEFORE: &str = "22P02";

/// Tables of the system role alone, on which the application has no rights to fail about.
const NOT_THE_APPLICATIONS: [&str; 4] = ["backups", "erasures", "oauth_states", "setbacks"];

/// Trap 1.
#[tokio::test]
async fn the_owner_of_the_tables_sees_no_tenants_row() {
    let (bench, _) = two_tenants().await;
    let mut login = owner(&bench.database).await;

    let seen = count(&mut login, "select count(*) from rotations").await;

    assert_eq!(seen, 0);
    run(&mut superuser(&bench.database).await, "alter table rotations no force row level security")
        .await;
    let seen = count(&mut login, "select count(*) from rotations").await;
    assert_eq!(seen, 2, "enabled is not enough: without force the owner sees both tenants");
}

/// Traps 2 and 3.
#[tokio::test]
async fn a_transaction_that_forgot_its_workspace_fails_loudly() {
    let (bench, _) = two_tenants().await;
    let all = tables(&mut superuser(&bench.database).await).await;
    let mut fresh = app(&bench.database).await;
    let mut used = app(&bench.database).await;
    let mut transaction = used.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;
    transaction.commit().await.unwrap();

    for table in all.iter().filter(|table| !NOT_THE_APPLICATIONS.contains(&table.as_str())) {
        let statement = format!("select 1 from {table}");
        assert_eq!(code_of(&mut fresh, &statement).await, NEVER_NAMED, "{table}");
        assert_eq!(code_of(&mut used, &statement).await, NAMED_BEFORE, "{table}");
    }
    used.execute("discard all").await.unwrap();
    let code = code_of(&mut used, "select 1 from rotations").await;
    assert_eq!(code, NAMED_BEFORE, "what pools do between borrowers does not make it unset");
}

/// Traps 2 and 3, with the guard taken out: a policy that is quiet about it shows an empty house.
#[tokio::test]
async fn a_quiet_policy_would_hide_that_the_workspace_was_forgotten() {
    let (bench, _) = two_tenants().await;
    run(
        &mut superuser(&bench.database).await,
        "alter policy rotations_app on rotations
             using (workspace_id = nullif(current_setting('app.workspace_id', true), '')::uuid)",
    )
    .await;

    let seen = count(&mut app(&bench.database).await, "select count(*) from rotations").await;

    assert_eq!(seen, 0);
}

/// Trap 4.
#[tokio::test]
async fn a_workspace_named_outside_a_transaction_is_named_for_nothing() {
    let (bench, _) = two_tenants().await;
    let mut connection = app(&bench.database).await;

    run(&mut connection, &format!("set local app.workspace_id = '{}'", bench.workspace)).await;

    let code = code_of(&mut connection, "select 1 from rotations").await;
    assert!(
        [NEVER_NAMED, NAMED_BEFORE].contains(&code.as_str()),
        "it fails and is not empty: {code}"
    );
}

#[tokio::test]
async fn a_select_without_a_tenant_clause_sees_no_other_tenants_row() {
    let (bench, other) = two_tenants().await;
    let mut connection = app(&bench.database).await;
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;

    for table in ["workspaces", "rotations", "outbox"] {
        let statement = format!("select workspace_id::text as ws from {table}");
        let rows = transaction.fetch_all(AssertSqlSafe(statement)).await.unwrap();

        assert_eq!(rows.len(), 1, "{table}");
        assert_ne!(rows[0].get::<String, _>("ws"), other.to_string(), "{table}");
    }
}

/// Trap 6, on every table: no row is moved to another workspace, and none is written there.
#[tokio::test]
async fn a_row_cannot_be_written_into_another_workspace() {
    let (bench, other) = two_tenants().await;
    let mut connection = app(&bench.database).await;
    let mut statements = vec![
        format!("insert into request_keys values ('{other}', 'k', '{{}}', now())"),
        format!("insert into limits values ('{other}', 'post', now())"),
        format!("insert into people values ('{other}', 'U', 'n', null, false, false, now())"),
    ];
    for table in ["workspaces", "rotations", "outbox"] {
        statements.push(format!("update {table} set workspace_id = '{other}'"));
    }

    for statement in statements {
        let mut transaction = connection.begin().await.unwrap();
        enter(&mut transaction, bench.workspace).await;

        let code = code_of(&mut transaction, &statement).await;

        assert_eq!(code, INSUFFICIENT_PRIVILEGE, "{statement}");
    }
}

/// Trap 6, with the guard taken out: `using` says which rows are seen, not what may be written.
#[tokio::test]
async fn without_its_check_a_row_could_be_written_into_another_workspace() {
    let (bench, other) = two_tenants().await;
    run(
        &mut superuser(&bench.database).await,
        "alter policy limits_app on limits with check (true)",
    )
    .await;
    let mut connection = app(&bench.database).await;
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;

    run(&mut transaction, &format!("insert into limits values ('{other}', 'post', now())")).await;
}

/// Trap 7.
#[tokio::test]
async fn a_view_with_its_owners_rights_would_show_all_tenants() {
    let (bench, _) = two_tenants().await;
    let mut superuser = superuser(&bench.database).await;
    for (view, with) in [("leaky", ""), ("sound", "with (security_invoker = true)")] {
        run(&mut superuser, &format!("create view {view} {with} as select * from rotations")).await;
        run(&mut superuser, &format!("grant select on {view} to asyncbot_app")).await;
    }
    let mut connection = app(&bench.database).await;
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;

    assert_eq!(count(&mut transaction, "select count(*) from leaky").await, 2);
    assert_eq!(count(&mut transaction, "select count(*) from sound").await, 1);
}

/// Trap 8: whether there is such a rotation elsewhere makes no difference.
#[tokio::test]
async fn a_row_cannot_refer_to_another_workspaces_row() {
    let (bench, other) = two_tenants().await;
    let mut superuser = superuser(&bench.database).await;
    let of_other =
        format!("select rotation_id::text from rotations where workspace_id = '{other}'");
    let theirs: String =
        sqlx::query_scalar(AssertSqlSafe(of_other)).fetch_one(&mut superuser).await.unwrap();
    let nobodys = "00000000-0000-7000-8000-000000000000";
    let mut connection = app(&bench.database).await;
    let turn_of = |rotation: &str| {
        format!(
            "insert into turns (workspace_id, rotation_id, planned_at, ends_at, number, state, skips)
             values ('{}', '{rotation}', now(), now(), 1, 'served', '[]')",
            bench.workspace
        )
    };

    for rotation in [theirs.as_str(), nobodys] {
        let mut transaction = connection.begin().await.unwrap();
        enter(&mut transaction, bench.workspace).await;
        assert_eq!(code_of(&mut transaction, &turn_of(rotation)).await, "23503");
    }

    // With the guard taken out, the key tells that the rotation is there.
    for statement in [
        "alter table rotations add unique (rotation_id)",
        "alter table turns drop constraint turns_workspace_id_rotation_id_fkey",
        "alter table turns add foreign key (rotation_id) references rotations (rotation_id)",
    ] {
        run(&mut superuser, statement).await;
    }
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;
    run(&mut transaction, &turn_of(&theirs)).await;
}

/// Trap 9: two workspaces may have the same names, and neither learns it.
#[tokio::test]
async fn a_unique_key_over_all_workspaces_would_tell_of_a_row_elsewhere() {
    let (bench, _) = two_tenants().await;
    let mut connection = app(&bench.database).await;
    let statement = format!(
        "insert into people values ('{}', 'UX', 'n', null, false, false, now())",
        bench.workspace
    );
    let mut superuser = superuser(&bench.database).await;
    run(
        &mut superuser,
        "insert into people select workspace_id, 'UX', 'n', null, false, false, now() from workspaces where team_id = 'T2'",
    )
    .await;

    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;
    run(&mut transaction, &statement).await;
    transaction.rollback().await.unwrap();

    run(&mut superuser, "create unique index everywhere on people (user_id)").await;
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;
    assert_eq!(code_of(&mut transaction, &statement).await, "23505", "with the guard taken out");
}

/// Trap 10.
#[tokio::test]
async fn truncate_would_empty_the_table_of_both() {
    let (bench, _) = two_tenants().await;
    let mut connection = app(&bench.database).await;
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;
    assert_eq!(code_of(&mut transaction, "truncate limits").await, INSUFFICIENT_PRIVILEGE);
    transaction.rollback().await.unwrap();

    let mut superuser = superuser(&bench.database).await;
    run(&mut superuser, "insert into limits select workspace_id, 'post', now() from workspaces")
        .await;
    run(&mut superuser, "grant truncate on limits to asyncbot_app").await;
    let mut transaction = connection.begin().await.unwrap();
    enter(&mut transaction, bench.workspace).await;
    run(&mut transaction, "truncate limits").await;
    transaction.commit().await.unwrap();

    let left = count(&mut superuser, "select count(*) from limits").await;
    assert_eq!(left, 0, "with the guard taken out");
}
