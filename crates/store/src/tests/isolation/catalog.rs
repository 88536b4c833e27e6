//! The schema keeps every rule of `guards`, and each rule is seen broken.

use super::guards::findings;
use super::{run, superuser};
use crate::testing::TestDatabase;
use sqlx::Connection;

#[tokio::test]
async fn nothing_is_wrong_with_the_schema() {
    let database = TestDatabase::postgres().await;

    assert_eq!(findings(&mut superuser(&database).await).await, Vec::<String>::new());
}

/// What is done to a good schema, and what must be found then, once and alone.
const BROKEN: [(&str, &str); 21] = [
    ("alter table notes no force row level security", "notes does not bind its owner"),
    ("alter table notes disable row level security", "notes has no row-level security"),
    ("drop policy notes_app on notes", "notes has no policy of the application"),
    (
        "create policy more on notes to asyncbot_app
             using (workspace_id = current_setting('app.workspace_id')::uuid)
             with check (workspace_id = current_setting('app.workspace_id')::uuid)",
        "notes has a second policy of the application",
    ),
    (
        "create policy quiet on notes for select to asyncbot_system using (true)",
        "notes has the odd policy quiet",
    ),
    (
        "create policy wide on oauth_states for select using (true)",
        "oauth_states has the odd policy wide",
    ),
    (
        "create table odd (workspace_id uuid primary key); alter table odd owner to asyncbot_test_owner;
         alter table odd enable row level security; alter table odd force row level security",
        "odd has no policy of the application",
    ),
    (
        "create table loose (id uuid primary key); alter table loose owner to asyncbot_test_owner;
         alter table loose enable row level security; alter table loose force row level security",
        "loose has no workspace_id and is not listed",
    ),
    ("alter table notes owner to current_user", "notes has another owner"),
    ("create view seen as select * from notes", "seen is a view with its owner's rights"),
    (
        "create view seen with (security_invoker = false) as select * from notes",
        "seen is a view with its owner's rights",
    ),
    (
        "create materialized view kept as select * from notes",
        "kept is a view with its owner's rights",
    ),
    (
        "create function peek() returns bigint language sql security definer as 'select count(*) from notes'",
        "peek runs with its owner's rights",
    ),
    (
        "create function nothing() returns trigger language plpgsql as 'begin return new; end';
         create trigger copies after insert on notes for each row execute function nothing()",
        "notes has the trigger copies",
    ),
    (
        "create rule doubled as on insert to notes do also select 1",
        "notes has the rule doubled",
    ),
    (
        "alter table rotations add unique (rotation_id);
         alter table notes add foreign key (rotation_id) references rotations (rotation_id)",
        "notes refers to rotations across workspaces",
    ),
    (
        "create unique index rotations_everywhere on rotations (name_key)",
        "rotations_everywhere is unique over all workspaces",
    ),
    (
        "create unique index late on rotations (name_key, workspace_id)",
        "late is unique over all workspaces",
    ),
    ("grant truncate on notes to asyncbot_app", "asyncbot_app may TRUNCATE notes"),
    ("grant select on notes to public", "PUBLIC may SELECT notes"),
    ("alter role asyncbot_test_app bypassrls", "asyncbot_test_app is above the policies"),
];

#[tokio::test]
async fn whatever_is_broken_is_found() {
    let database = TestDatabase::postgres().await;
    let mut connection = superuser(&database).await;

    for (broken, finding) in BROKEN {
        // What is undone at once is seen by nobody else, the role of the whole server included.
        let mut transaction = connection.begin().await.unwrap();
        for statement in split(broken) {
            run(&mut transaction, statement).await;
        }

        let mut found = findings(&mut transaction).await;

        transaction.rollback().await.unwrap();
        // A foreign key needs a unique key to refer to, which is wrong too.
        if finding.contains("refers") {
            found
                .retain(|other| other != "rotations_rotation_id_key is unique over all workspaces");
        }
        // Whom a table belongs to may do everything with it.
        if finding.contains("another owner") {
            found.retain(|other| !other.contains(" may "));
        }
        // Two commands to everybody have two words.
        assert_eq!(found, [finding], "{broken}");
    }
    assert!(findings(&mut connection).await.is_empty(), "nothing was left behind");
}

/// Returns the statements of a text; one whose body has a semicolon stands in quotes.
fn split(text: &str) -> Vec<&str> {
    if text.contains("'begin") {
        let (function, trigger) = text.split_once("end';").unwrap();
        return vec![&text[..function.len() + 4], trigger];
    }
    text.split(';').collect()
}
