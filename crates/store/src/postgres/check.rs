//! What the run-time logins must be and must not be.

use crate::error::StoreError;
use sqlx::{PgConnection, Row as _};

/// One of the two run-time logins.
pub(super) struct Login {
    /// The setting that names it.
    setting: &'static str,
    /// The group it must be a member of.
    group: &'static str,
    /// The group it must not be a member of.
    other: &'static str,
}

pub(super) const APP: Login =
    Login { setting: "DATABASE_URL", group: "asyncbot_app", other: "asyncbot_system" };
pub(super) const SYSTEM: Login =
    Login { setting: "DATABASE_SYSTEM_URL", group: "asyncbot_system", other: "asyncbot_app" };

const FIND_LOGIN: &str = "
    select r.rolname,
           r.rolsuper,
           r.rolbypassrls,
           exists (
               select from pg_class c
                where c.relnamespace = 'public'::regnamespace
                  and c.relkind in ('r', 'p')
                  and pg_has_role(current_user, c.relowner, 'member')) as is_owner,
           pg_has_role(current_user, $1, 'usage') as is_member,
           pg_has_role(current_user, $2, 'member') as is_other
      from pg_roles r
     where r.rolname = current_user";

/// Refuses a login that row-level security does not bind, and one that lacks its rights.
pub(super) async fn login(connection: &mut PgConnection, login: &Login) -> Result<(), StoreError> {
    let row =
        sqlx::query(FIND_LOGIN).bind(login.group).bind(login.other).fetch_one(connection).await?;
    let name: String = row.try_get("rolname")?;
    let Login { setting, group, other } = login;
    let refuse = |text: String| Err(StoreError::Settings(text));
    if row.try_get("rolsuper")? {
        return refuse(format!(
            "{setting} logs in as {name}, a superuser, whom row-level security does not bind; use an ordinary login that is a member of {group}"
        ));
    }
    if row.try_get("rolbypassrls")? {
        return refuse(format!(
            "{setting} logs in as {name}, who has BYPASSRLS; take it away with: alter role {name} nobypassrls"
        ));
    }
    if row.try_get("is_owner")? {
        return refuse(format!(
            "{setting} logs in as {name}, who owns the tables or may act as their owner; that login belongs in DATABASE_OWNER_URL, for migrations alone"
        ));
    }
    if row.try_get("is_other")? {
        return refuse(format!(
            "{setting} logs in as {name}, a member of {other}; the two logins must stay apart: revoke {other} from {name}"
        ));
    }
    if !row.try_get::<bool, _>("is_member")? {
        return refuse(format!(
            "{setting} logs in as {name}, who is not a member of {group}; make it one with: grant {group} to {name}"
        ));
    }
    Ok(())
}
