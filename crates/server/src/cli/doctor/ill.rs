//! What may be found that is not well, each with what to do about it.

use std::path::PathBuf;
use store::{Setback, StoreError};

/// Something that is not well.
#[derive(Clone, Debug)]
pub(super) enum Ill {
    /// A setting, in words that name it.
    Setting(String),
    /// The database cannot be opened, or its logins are not what they must be.
    Database(StoreError),
    /// The client of Slack's API cannot be made.
    Client(String),
    /// The machine's clock is so many seconds off.
    ClockOff(i64),
    /// The database's time could not be read.
    ClockUnread(StoreError),
    /// The database went back in time.
    SetBack(Setback),
    /// Whether it did cannot be read.
    SetbacksUnread(StoreError),
    /// Slack does not take the app-level token, with its code.
    AppToken(String),
    /// The workspaces cannot be listed.
    WorkspacesUnread(StoreError),
    /// Slack does not take a workspace's token, with its code.
    Token { workspace: String, code: String },
    /// A workspace's token lacks scopes.
    Scopes { workspace: String, missing: String },
    /// A workspace's token cannot be opened.
    TokenUnread { workspace: String, fault: String },
    /// So many MiB are free on the disk of a folder.
    DiskFull { folder: PathBuf, free: u64 },
    /// How much is free there cannot be found out.
    DiskUnread { folder: PathBuf, fault: String },
    /// The ledger of erasures cannot be read.
    LedgerUnread { file: PathBuf, fault: String },
    /// The ledger of erasures cannot be written.
    LedgerUnwritten { file: PathBuf, fault: String },
    /// The public URL is none that Slack and people reach, and why.
    PublicUrl(&'static str),
    /// Keys that sealed something and are not given.
    KeysLacking(Vec<u32>),
    /// Which keys are needed cannot be read.
    KeysUnread(StoreError),
    /// Stripe does not do what it is asked, in words.
    Stripe(String),
    /// Where backups go cannot be read, as its place says.
    BackupPlace(String),
    /// A program that makes backups is not there, and which.
    BackupTools(String),
    /// No backup was restored for so many days.
    RestoreOld(i64),
    /// When a backup was last restored cannot be read.
    RestoresUnread(StoreError),
}

impl Ill {
    /// Returns what is wrong.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Setting(fault) => format!("settings: {fault}"),
            Self::Database(fault) => format!("database: {fault}"),
            Self::Client(fault) => format!("slack: {fault}"),
            Self::ClockOff(seconds) => {
                format!("clock: {seconds} seconds off the database's, whose time is used")
            }
            Self::ClockUnread(fault) => {
                format!("clock: the database's could not be read: {fault}")
            }
            Self::SetBack(setback) => {
                format!("database: {setback}; what people were told in between is to be checked")
            }
            Self::SetbacksUnread(fault) => {
                format!("database: whether it went back in time cannot be read: {fault}")
            }
            Self::AppToken(code) => {
                format!("slack: Socket Mode does not take SLACK_APP_TOKEN ({code})")
            }
            Self::WorkspacesUnread(fault) => format!("workspaces: cannot be listed: {fault}"),
            Self::Token { workspace, code } => {
                format!("workspace {workspace}: Slack does not take the token ({code})")
            }
            Self::Scopes { workspace, missing } => {
                format!("workspace {workspace}: lacks {missing}")
            }
            Self::TokenUnread { workspace, fault } => format!("workspace {workspace}: {fault}"),
            Self::DiskFull { folder, free } => {
                format!("disk: only {free} MiB are free at {}", folder.display())
            }
            Self::DiskUnread { folder, fault } => {
                format!(
                    "disk: how much is free at {} cannot be found out: {fault}",
                    folder.display()
                )
            }
            Self::LedgerUnread { file, fault } => {
                format!("erasures: the ledger {} cannot be read: {fault}", file.display())
            }
            Self::LedgerUnwritten { file, fault } => {
                format!("erasures: the ledger {} cannot be written: {fault}", file.display())
            }
            Self::PublicUrl(why) => format!("public URL: {why}"),
            Self::KeysLacking(keys) => {
                let keys: Vec<String> = keys.iter().map(u32::to_string).collect();
                format!("keys: something is sealed with {}, which is not given", keys.join(", "))
            }
            Self::KeysUnread(fault) => format!("keys: which are needed cannot be read: {fault}"),
            Self::Stripe(fault) => format!("billing: {fault}"),
            Self::BackupPlace(fault) | Self::BackupTools(fault) => format!("backups: {fault}"),
            Self::RestoreOld(days) => {
                format!("backups: none was restored on trial for {days} days")
            }
            Self::RestoresUnread(fault) => {
                format!("backups: when one was last restored cannot be read: {fault}")
            }
        }
    }

    /// Returns what to do about it.
    pub(super) fn fix(&self) -> String {
        const DATABASE: &str =
            "look whether the database runs and can be reached from here, then ask again";
        const ERASURES: &str = "give the file to this user, or name another in ASYNCBOT_ERASURE_LEDGER; without it nothing can be erased";
        match self {
            Self::Setting(_) => String::from(
                "set it as docs/CONFIG.md says; `asyncbot serve --help` has all settings",
            ),
            Self::Database(StoreError::Migration(_)) => String::from(
                "run `asyncbot migrate` of this version, with DATABASE_OWNER_URL on PostgreSQL",
            ),
            Self::Database(StoreError::Settings(_)) => String::from(
                "change the setting that is named; docs/OPERATIONS.md says which logins and keys there must be",
            ),
            Self::Database(_)
            | Self::ClockUnread(_)
            | Self::SetbacksUnread(_)
            | Self::WorkspacesUnread(_)
            | Self::RestoresUnread(_)
            | Self::KeysUnread(_) => DATABASE.to_owned(),
            Self::Client(_) => {
                String::from("check SLACK_API_URL and the root certificates of this machine")
            }
            Self::ClockOff(_) => String::from(
                "set this machine's clock, and let it be kept right, such as by chrony",
            ),
            Self::SetBack(_) => String::from(
                "tell people to look at what they entered in that time; it is no longer shown after 30 days",
            ),
            Self::AppToken(_) => String::from(
                "make an app-level token with the scope connections:write on the Basic Information page of the Slack app, and set SLACK_APP_TOKEN",
            ),
            Self::Token { .. } => String::from(
                "let an admin of the workspace install the app again, at /slack/install",
            ),
            Self::Scopes { .. } => String::from(
                "change the Slack app to what deploy/slack-manifest.yaml says, and let an admin install it again, at /slack/install",
            ),
            Self::TokenUnread { .. } => String::from(
                "look at `asyncbot keys status`: a key may be missing from ASYNCBOT_ENCRYPTION_KEYS; or let an admin install the app again",
            ),
            Self::DiskFull { .. } => String::from("make room, or give the disk more"),
            Self::DiskUnread { .. } => {
                String::from("let this user read the folder, or set ASYNCBOT_DATA_DIR to another")
            }
            Self::LedgerUnread { .. } | Self::LedgerUnwritten { .. } => ERASURES.to_owned(),
            Self::PublicUrl(_) => String::from(
                "set ASYNCBOT_PUBLIC_URL to the https address at which your proxy takes Slack's requests, such as https://bot.example.com",
            ),
            Self::Stripe(_) => String::from(
                "check STRIPE_SECRET_KEY, what it may do and STRIPE_PRICE_ID in Stripe's dashboard, of live and test mode the one that is meant",
            ),
            Self::BackupPlace(_) => String::from(
                "let this user write the folder, or check the bucket, its address and its access key",
            ),
            Self::BackupTools(_) => String::from(
                "put PostgreSQL's client programs on this machine, or leave backups to a process of its own as docs/OPERATIONS.md says",
            ),
            Self::RestoreOld(_) => String::from(
                "look at the log for why the day's backup is not made, and make one with `asyncbot backup create`",
            ),
            Self::KeysLacking(_) => String::from(
                "put these keys back into ASYNCBOT_ENCRYPTION_KEYS, behind the current one; `asyncbot keys rotate` then makes them needless",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    /// One of each, and of what the database may say.
    fn all() -> Vec<Ill> {
        let away = || StoreError::Unavailable { reason: String::from("no connection in time") };
        let at = DateTime::UNIX_EPOCH;
        let setback =
            Setback { noticed_at: at, lost_from: at, lost_until: at, goes_further_back: false };
        let text = || String::from("x");
        let path = || PathBuf::from("/x");
        vec![
            Ill::Setting(text()),
            Ill::Database(away()),
            Ill::Database(StoreError::Migration(text())),
            Ill::Database(StoreError::Settings(text())),
            Ill::Client(text()),
            Ill::ClockOff(3),
            Ill::ClockUnread(away()),
            Ill::SetBack(setback),
            Ill::SetbacksUnread(away()),
            Ill::AppToken(text()),
            Ill::WorkspacesUnread(away()),
            Ill::Token { workspace: text(), code: text() },
            Ill::Scopes { workspace: text(), missing: text() },
            Ill::TokenUnread { workspace: text(), fault: text() },
            Ill::DiskFull { folder: path(), free: 3 },
            Ill::DiskUnread { folder: path(), fault: text() },
            Ill::LedgerUnread { file: path(), fault: text() },
            Ill::LedgerUnwritten { file: path(), fault: text() },
            Ill::PublicUrl("x"),
            Ill::KeysLacking(vec![3]),
            Ill::KeysUnread(away()),
            Ill::Stripe(text()),
            Ill::BackupPlace(text()),
            Ill::BackupTools(text()),
            Ill::RestoreOld(9),
            Ill::RestoresUnread(away()),
        ]
    }

    #[test]
    fn every_finding_says_what_is_wrong_and_what_to_do() {
        let all = all();
        let kinds: std::collections::HashSet<_> = all.iter().map(std::mem::discriminant).collect();
        let source = include_str!("ill.rs");
        let declared = source.split("pub(super) enum Ill {").nth(1).unwrap();
        let declared = declared.split("\n}").next().unwrap();
        let is_variant = |line: &&str| line.starts_with("    ") && !line.starts_with("    ///");
        assert_eq!(kinds.len(), declared.lines().filter(is_variant).count(), "one of each");

        for ill in all {
            let (text, fix) = (ill.text(), ill.fix());
            assert!(text.contains(": ") || text.starts_with("workspace "), "{text}");
            assert!(fix.len() > 15 && !fix.ends_with('.'), "{text}: {fix}");
            assert!(!text.contains(&fix), "{text}: the fix stands apart");
            let verb = fix.split(' ').next().unwrap();
            let verbs =
                ["change", "check", "give", "let", "look", "make", "put", "run", "set", "tell"];
            assert!(verbs.contains(&verb), "{fix}: it says what to do");
        }
    }
}
