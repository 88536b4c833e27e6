//! The settings of what is taken from outside.

use clap::Args;

/// How many requests are taken, and whose word for a client's address.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Limits")]
pub(crate) struct InboundSettings {
    /// The networks of the proxies in front of the service, with commas between, such as `10.0.0.0/8,fd00::/8`: only what they write into `X-Forwarded-For` is believed
    #[arg(long, env = "ASYNCBOT_TRUSTED_PROXIES", value_name = "NETWORKS")]
    pub(crate) trusted_proxies: Option<String>,
    /// How many requests a second are taken from Slack and from absence sources together; beyond, they are asked to come again
    #[arg(long, env = "ASYNCBOT_RATE_ALL", value_name = "NUMBER", default_value = "5000")]
    pub(crate) rate_all: String,
    /// How many requests a second are taken from one workspace
    #[arg(long, env = "ASYNCBOT_RATE_WORKSPACE", value_name = "NUMBER", default_value = "100")]
    pub(crate) rate_workspace: String,
    /// How many pages a second are shown to one address
    #[arg(long, env = "ASYNCBOT_RATE_ADDRESS", value_name = "NUMBER", default_value = "5")]
    pub(crate) rate_address: String,
}
