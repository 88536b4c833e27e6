//! Where reports go, as it is set.

use crate::settings::{KeySettings, SettingFault, given, path_parser, secret_parser};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use sentry::types::Dsn;
use std::path::PathBuf;

/// The setting that turns reports on.
const DSN: &str = "SENTRY_DSN";

/// Where faults and durations are reported.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Reports")]
pub(crate) struct ReportSettings {
    /// The DSN of a Sentry project, to which faults and durations are reported without anything personal; off without it; https, or plain http to this machine
    #[arg(long = "sentry-dsn", env = "SENTRY_DSN", value_name = "DSN", hide_env_values = true, value_parser = secret_parser())]
    dsn: Option<SecretString>,
    /// A file that holds `SENTRY_DSN`
    #[arg(long = "sentry-dsn-file", env = "SENTRY_DSN_FILE", value_name = "FILE", value_parser = path_parser())]
    dsn_file: Option<PathBuf>,
    /// What this installation is called in reports: letters, digits, `-` and `_`
    #[arg(
        long = "sentry-environment",
        env = "SENTRY_ENVIRONMENT",
        value_name = "NAME",
        default_value = "production"
    )]
    environment: String,
    /// Of which share of requests and deliveries it is reported how long they took, 0 to 1
    #[arg(
        long = "sentry-traces-sample-rate",
        env = "SENTRY_TRACES_SAMPLE_RATE",
        value_name = "SHARE",
        default_value = "0.01"
    )]
    share: String,
}

/// Where reports go, checked.
#[derive(Clone)]
pub struct ReportConfig {
    pub(super) dsn: Dsn,
    pub(super) environment: String,
    pub(super) sampled: u32,
    /// Of what the key is made that hides workspaces.
    pub(super) secret: SecretString,
}

impl std::fmt::Debug for ReportConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReportConfig").finish_non_exhaustive()
    }
}

impl ReportConfig {
    /// Returns where reports go: a DSN, the installation's name, the share of what is measured, and the encryption keys.
    ///
    /// # Errors
    ///
    /// The setting and what is wrong with it.
    pub fn new(
        dsn: &SecretString,
        environment: &str,
        share: &str,
        keys: &SecretString,
    ) -> Result<Self, SettingFault> {
        let fault = |text: &str| SettingFault::new(DSN, text);
        // The text is not repeated: it holds the key of the project.
        let dsn: Dsn = dsn.expose_secret().trim().parse().map_err(|_| {
            fault("it is no DSN; copy it from the project's settings in Sentry, under Client Keys")
        })?;
        if !is_safe(&dsn) {
            return Err(fault("it must be https; plain http is only for this machine"));
        }
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        if !(1..=64).contains(&environment.len()) || !environment.chars().all(is_letter) {
            let text = "it must be up to 64 letters, digits, - and _, such as production";
            return Err(SettingFault::new("SENTRY_ENVIRONMENT", text));
        }
        let sampled = sampled(share).ok_or_else(|| {
            SettingFault::new(
                "SENTRY_TRACES_SAMPLE_RATE",
                "it must be a share from 0 to 1, such as 0.01",
            )
        })?;
        // The oldest stands last, and stays the same while others are put in front.
        let oldest = keys.expose_secret().rsplit(',').next().unwrap_or_default().trim();
        let secret = SecretString::from(oldest);
        Ok(Self { dsn, environment: environment.to_owned(), sampled, secret })
    }
}

/// Returns where reports go, or nothing where they are off; faults of the keys are found elsewhere.
pub(crate) fn checked(
    settings: &ReportSettings,
    keys: &KeySettings,
) -> Result<Option<ReportConfig>, SettingFault> {
    let file = settings.dsn_file.as_deref();
    let Some(dsn) = given(DSN, settings.dsn.as_ref(), file)? else { return Ok(None) };
    let Ok(Some(keys)) = keys.encryption_keys() else { return Ok(None) };
    let (environment, share) = (&settings.environment, &settings.share);
    ReportConfig::new(&dsn, environment, share, &keys).map(Some)
}

/// Returns whether nobody on the way can read what is sent.
fn is_safe(dsn: &Dsn) -> bool {
    let address = dsn.envelope_api_url();
    let is_here = match address.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    address.scheme() == "https" || is_here
}

/// Returns how many of a million are a share; `None` where it is none.
fn sampled(share: &str) -> Option<u32> {
    let share: f64 = share.trim().parse().ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is between 0 and a million"
    )]
    (0.0..=1.0).contains(&share).then(|| (share * 1_000_000.0).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(dsn: &str, environment: &str, share: &str) -> Result<ReportConfig, SettingFault> {
        let (dsn, keys) = (SecretString::from(dsn), SecretString::from("2:new,1:old"));
        ReportConfig::new(&dsn, environment, share, &keys)
    }

    #[test]
    fn a_dsn_over_which_reports_would_travel_readably_is_refused_without_being_repeated() {
        for dsn in [
            "http://geheim@sentry.example/1",
            "https://geheim@",
            "geheim",
            "http://geheim@10.0.0.1/1",
        ] {
            let fault = config(dsn, "production", "0.5").unwrap_err();
            assert_eq!(fault.setting, "SENTRY_DSN", "{dsn}");
            assert!(!fault.to_string().contains("geheim"), "{fault}");
        }
        for dsn in ["https://geheim@sentry.example/1", "http://geheim@127.0.0.1:9/1"] {
            let good = config(dsn, "production", "0.5").unwrap();
            assert_eq!((good.sampled, good.secret.expose_secret()), (500_000, "1:old"), "{dsn}");
            assert!(!format!("{good:?}").contains("geheim"));
        }
    }

    #[test]
    fn the_name_and_the_share_are_checked() {
        let dsn = "https://k@sentry.example/1";
        for name in ["", "a b", "wren@example.com"] {
            assert_eq!(config(dsn, name, "1").unwrap_err().setting, "SENTRY_ENVIRONMENT");
        }
        for share in ["", "-1", "1.1", "NaN", "many"] {
            let fault = config(dsn, "e", share).unwrap_err();
            assert_eq!(fault.setting, "SENTRY_TRACES_SAMPLE_RATE", "{share}");
        }
    }
}
