//! What must be true of the schema, each rule as a question that answers with what breaks it: nothing, on a good one.

use sqlx::{PgConnection, Row};

/// The owner of the tables in tests.
const OWNER: &str = "asyncbot_test_owner";

/// The tables that belong to no workspace, each with what it is for.
const OF_NO_WORKSPACE: [(&str, &str); 6] = [
    ("_sqlx_migrations", "which migrations were applied"),
    ("backups", "which backups of the whole database were restored on trial"),
    ("erasures", "which erasures were carried out"),
    ("meta", "whether the keys open what is stored"),
    ("oauth_states", "installations that have begun, before there is a workspace"),
    ("setbacks", "when the whole database went back in time"),
];

/// What work over many workspaces may see and do: the table, the command and the rows, as PostgreSQL writes them.
///
/// Whoever adds one says here that it is meant.
const SYSTEM: [(&str, &str, &str); 22] = [
    ("absence_sources", "SELECT", "true"),
    ("absence_sources", "UPDATE", "true"),
    ("audit_events", "ALL", "true"),
    ("audit_heads", "ALL", "true"),
    ("backups", "ALL", "true"),
    ("erasures", "ALL", "true"),
    ("inbox", "DELETE", "(finished_at IS NOT NULL)"),
    ("inbox", "SELECT", "true"),
    ("inbox", "UPDATE", "true"),
    ("limits", "DELETE", "true"),
    ("limits", "SELECT", "true"),
    ("oauth_states", "ALL", "true"),
    ("outbox", "DELETE", "(finished_at IS NOT NULL)"),
    ("outbox", "SELECT", "true"),
    ("outbox", "UPDATE", "true"),
    ("request_keys", "DELETE", "true"),
    ("request_keys", "SELECT", "true"),
    ("rotations", "SELECT", "true"),
    ("setbacks", "ALL", "true"),
    ("subscriptions", "SELECT", "true"),
    ("subscriptions", "UPDATE", "true"),
    ("workspaces", "SELECT", "true"),
];

/// The application's policy: one plain equality that is loud where no workspace was named.
const PLAIN: &str = "(workspace_id = (current_setting('app.workspace_id'::text))::uuid)";

/// Returns everything that is wrong with the schema.
pub(super) async fn findings(connection: &mut PgConnection) -> Vec<String> {
    let mut found = unguarded_tables(connection).await;
    found.extend(odd_policies(connection).await);
    found.extend(views(connection).await);
    found.extend(functions(connection).await);
    found.extend(foreign_keys(connection).await);
    found.extend(unique_keys(connection).await);
    found.extend(grants(connection).await);
    found.extend(logins(connection).await);
    found
}

/// Every table has forced row-level security and the one owner; one without a workspace is on the list.
async fn unguarded_tables(connection: &mut PgConnection) -> Vec<String> {
    let rows = sqlx::query(
        "select n.nspname::text as space, c.relname::text as tab, c.relrowsecurity as enabled,
                c.relforcerowsecurity as forced, pg_get_userbyid(c.relowner)::text as owner,
                exists (select from pg_attribute a
                         where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped) as is_tenants
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('r', 'p', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          order by 1, 2",
    )
    .fetch_all(connection)
    .await
    .unwrap();
    assert!(rows.len() >= 20, "the tables are looked at");
    let mut found = Vec::new();
    for row in rows {
        let (space, table): (String, String) = (row.get("space"), row.get("tab"));
        let is_listed = OF_NO_WORKSPACE.iter().any(|(name, _)| *name == table);
        if space != "public" {
            found.push(format!("{space}.{table} lies outside of public"));
        }
        if !row.get::<bool, _>("is_tenants") && !is_listed {
            found.push(format!("{table} has no workspace_id and is not listed"));
        }
        if row.get::<String, _>("owner") != OWNER {
            found.push(format!("{table} has another owner"));
        }
        if ["_sqlx_migrations", "meta"].contains(&table.as_str()) {
            continue;
        }
        if !row.get::<bool, _>("enabled") {
            found.push(format!("{table} has no row-level security"));
        }
        if !row.get::<bool, _>("forced") {
            found.push(format!("{table} does not bind its owner"));
        }
    }
    found
}

/// Each tenant's table has the application's policy as it must be, and there are no others than those of the list.
async fn odd_policies(connection: &mut PgConnection) -> Vec<String> {
    let rows = sqlx::query(
        "select tablename::text as tab, policyname::text as name, permissive = 'PERMISSIVE' as widens, cmd,
                roles::text[] as roles, coalesce(qual, '') as qual, coalesce(with_check, '') as checked
           from pg_policies order by 1, 2",
    )
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    let tenants: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and a.attname = 'workspace_id' and not a.attisdropped order by 1",
    )
    .fetch_all(connection)
    .await
    .unwrap();
    let mut found = Vec::new();
    let mut missing: Vec<String> =
        tenants.iter().map(|table| format!("{table} has no policy of the application")).collect();
    let mut absent: Vec<(&str, &str, &str)> = SYSTEM.to_vec();
    for row in rows {
        let (table, name): (String, String) = (row.get("tab"), row.get("name"));
        let (cmd, qual): (String, String) = (row.get("cmd"), row.get("qual"));
        let (roles, checked): (Vec<String>, String) = (row.get("roles"), row.get("checked"));
        let is_plain = row.get("widens") && cmd == "ALL" && qual == PLAIN && checked == PLAIN;
        if roles == ["asyncbot_app"] && is_plain {
            let lack = format!("{table} has no policy of the application");
            if !missing.contains(&lack) {
                found.push(format!("{table} has a second policy of the application"));
            }
            missing.retain(|other| *other != lack);
            continue;
        }
        let is_meant = |entry: &(&str, &str, &str)| *entry == (&table, &cmd, &qual);
        let same_check = checked.is_empty() || checked == qual;
        if roles == ["asyncbot_system"] && same_check && absent.iter().any(is_meant) {
            absent.retain(|entry| !is_meant(entry));
            continue;
        }
        found.push(format!("{table} has the odd policy {name}"));
    }
    found.extend(missing);
    found.extend(absent.iter().map(|(table, cmd, _)| {
        format!("{table} has no policy of work over many workspaces for {cmd}")
    }));
    found
}

/// A view asks the policies as its owner does, unless it says otherwise; a materialized one never asks them.
async fn views(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select format('%s is a view with its owner''s rights', c.relname)
           from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            and (c.relkind = 'm'
                 or c.relkind = 'v'
                    and not coalesce(c.reloptions::text[] && array['security_invoker=true', 'security_invoker=on'], false))
          order by 1",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

/// No function runs with its owner's rights, and none hangs on a table as a trigger.
async fn functions(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select format('%s runs with its owner''s rights', p.proname)
           from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
         union all
         select format('%s has the trigger %s', tgrelid::regclass, tgname) from pg_trigger where not tgisinternal
         union all
         select format('%s has the rule %s', tablename, rulename) from pg_rules where schemaname = 'public'
          order by 1",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

/// A foreign key is looked up past the policies, so it names the workspace on both sides.
async fn foreign_keys(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select format('%s refers to %s across workspaces', k.conrelid::regclass, k.confrelid::regclass)
           from pg_constraint k
          where k.contype = 'f'
            and not exists (
                select from unnest(k.conkey, k.confkey) as pair (here, there)
                  join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.here
                  join pg_attribute b on b.attrelid = k.confrelid and b.attnum = pair.there
                 where a.attname = 'workspace_id' and b.attname = 'workspace_id')
          order by 1",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

/// A unique key of a tenant's table leads with the workspace, or it would tell of another's rows.
async fn unique_keys(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select format('%s is unique over all workspaces', i.indexrelid::regclass)
           from pg_index i
           join pg_class c on c.oid = i.indrelid
           join pg_attribute w on w.attrelid = c.oid and w.attname = 'workspace_id' and not w.attisdropped
          where c.relnamespace = 'public'::regnamespace
            and (i.indisunique or i.indisexclusion)
            and i.indkey[0] <> w.attnum
          order by 1",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

/// Nobody but the owner may truncate, refer to or put a trigger on a table, and nothing is granted to everybody.
async fn grants(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select distinct format('%s may %s %s', grantee, privilege_type, table_name)
           from information_schema.role_table_grants
          where table_schema = 'public' and grantee <> $1
            and table_name in (select relname from pg_class where relkind in ('r', 'p'))
            and (privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')
                 or grantee not in ('asyncbot_app', 'asyncbot_system'))
          order by 1",
    )
    .bind(OWNER)
    .fetch_all(connection)
    .await
    .unwrap()
}

/// No role that serves is above the policies, and neither is a member of the other or of the owner.
async fn logins(connection: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select format('%s is above the policies', rolname) from pg_roles
          where rolname in ('asyncbot_app', 'asyncbot_system', 'asyncbot_test_app', 'asyncbot_test_system', $1)
            and (rolsuper or rolbypassrls)
         union all
         select format('%s is a member of %s', pg_get_userbyid(member), pg_get_userbyid(roleid))
           from pg_auth_members
          where pg_get_userbyid(member) in ('asyncbot_app', 'asyncbot_system', 'asyncbot_test_app', 'asyncbot_test_system')
            and (pg_get_userbyid(member), pg_get_userbyid(roleid)) not in
                (('asyncbot_test_app', 'asyncbot_app'), ('asyncbot_test_system', 'asyncbot_system'))
          order by 1",
    )
    .bind(OWNER)
    .fetch_all(connection)
    .await
    .unwrap()
}
