//! The setting of what the hoster says.

use super::path_parser;
use clap::Args;
use std::path::PathBuf;

/// Where it stands what the hoster says.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Pages")]
pub(crate) struct SiteSettings {
    /// A file with what the pages `/security` and `/privacy` and `security.txt` say of who hosts the service; `deploy/site.toml` is an example
    #[arg(long, env = "ASYNCBOT_SITE", value_name = "FILE", value_parser = path_parser())]
    pub(crate) site: Option<PathBuf>,
}
