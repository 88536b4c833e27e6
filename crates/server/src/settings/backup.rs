//! The settings of backups.

use super::{Given, given, path_parser, secret_parser};
use clap::Args;
use secrecy::SecretString;
use std::path::PathBuf;

/// Where backups go, and who can open them.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Backups")]
pub(crate) struct BackupSettings {
    /// Where backups are stored: a folder on another disk, or `s3://BUCKET/PREFIX`; with it and `ASYNCBOT_BACKUP_RECIPIENT` `serve` makes one a day, on PostgreSQL where it has `DATABASE_BACKUP_URL` too
    #[arg(long = "backup-to", env = "ASYNCBOT_BACKUP_TO", value_name = "PLACE")]
    pub(crate) to: Option<String>,
    /// For whom backups are encrypted: the public key `age1...` that `age-keygen` prints, whose secret key is kept elsewhere; several, with commas between
    #[arg(long = "backup-recipient", env = "ASYNCBOT_BACKUP_RECIPIENT", value_name = "KEYS")]
    pub(crate) recipient: Option<String>,
    /// PostgreSQL only: the login that reads everything for a backup and makes a database to restore it into on trial
    #[arg(long, env = "DATABASE_BACKUP_URL", value_name = "URL", hide_env_values = true, value_parser = secret_parser())]
    database_backup_url: Option<SecretString>,
    /// A file that holds `DATABASE_BACKUP_URL`
    #[arg(long, env = "DATABASE_BACKUP_URL_FILE", value_name = "FILE", value_parser = path_parser())]
    database_backup_url_file: Option<PathBuf>,
    /// PostgreSQL only: the folder of `pg_dump` and `pg_restore`, which are of the server's version or a newer one [default: where the shell finds them]
    #[arg(long = "postgres-tools", env = "ASYNCBOT_POSTGRES_TOOLS", value_name = "FOLDER", value_parser = path_parser())]
    tools: Option<PathBuf>,
    /// The address of the object store, where it is not Amazon's; plain http only to this machine
    #[arg(long = "backup-s3-endpoint", env = "ASYNCBOT_BACKUP_S3_ENDPOINT", value_name = "URL")]
    pub(crate) s3_endpoint: Option<String>,
    /// The region of the object store
    #[arg(
        long = "backup-s3-region",
        env = "ASYNCBOT_BACKUP_S3_REGION",
        value_name = "REGION",
        default_value = "us-east-1"
    )]
    pub(crate) s3_region: String,
    /// The id of the access key of the object store, which may write, read, list and delete in that prefix
    #[arg(long = "backup-s3-key-id", env = "ASYNCBOT_BACKUP_S3_KEY_ID", value_name = "ID")]
    s3_key_id: Option<String>,
    /// The access key of the object store
    #[arg(long = "backup-s3-key", env = "ASYNCBOT_BACKUP_S3_KEY", value_name = "SECRET", hide_env_values = true, value_parser = secret_parser())]
    s3_key: Option<SecretString>,
    /// A file that holds `ASYNCBOT_BACKUP_S3_KEY`
    #[arg(long = "backup-s3-key-file", env = "ASYNCBOT_BACKUP_S3_KEY_FILE", value_name = "FILE", value_parser = path_parser())]
    s3_key_file: Option<PathBuf>,
}

impl BackupSettings {
    pub(crate) fn login(&self) -> Given {
        let file = self.database_backup_url_file.as_deref();
        given("DATABASE_BACKUP_URL", self.database_backup_url.as_ref(), file)
    }

    pub(crate) fn s3_key(&self) -> Given {
        given("ASYNCBOT_BACKUP_S3_KEY", self.s3_key.as_ref(), self.s3_key_file.as_deref())
    }

    pub(crate) fn s3_key_id(&self) -> Option<&str> {
        self.s3_key_id.as_deref().filter(|id| !id.is_empty())
    }

    /// Returns the folder of PostgreSQL's programs, where one was named.
    pub(crate) fn tools(&self) -> Option<PathBuf> {
        self.tools.clone().filter(|folder| !folder.as_os_str().is_empty())
    }
}
