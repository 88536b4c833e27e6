//! Where traces go, as it is set, under the names that OpenTelemetry has for it.

use crate::settings::{KeySettings, SettingFault, given, path_parser, secret_parser};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use url::{Host, Url};

/// The setting that turns traces on.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
const HEADERS: &str = "OTEL_EXPORTER_OTLP_HEADERS";

/// Where traces are sent.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Traces")]
pub(crate) struct TraceSettings {
    /// An OpenTelemetry collector that takes OTLP over HTTP, to which spans of requests and deliveries are sent without anything personal; off without it; https, or plain http to this machine
    #[arg(long = "otlp-endpoint", env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    endpoint: Option<String>,
    /// What lets spans in, as `name=value` with a comma between
    #[arg(long = "otlp-headers", env = "OTEL_EXPORTER_OTLP_HEADERS", value_name = "HEADERS", hide_env_values = true, value_parser = secret_parser())]
    headers: Option<SecretString>,
    /// A file that holds `OTEL_EXPORTER_OTLP_HEADERS`
    #[arg(long = "otlp-headers-file", env = "OTEL_EXPORTER_OTLP_HEADERS_FILE", value_name = "FILE", value_parser = path_parser())]
    headers_file: Option<PathBuf>,
    /// What this installation is called in traces: letters, digits, `-` and `_`
    #[arg(
        long = "otel-service-name",
        env = "OTEL_SERVICE_NAME",
        value_name = "NAME",
        default_value = "asyncbot"
    )]
    service_name: String,
    /// Of which share of requests and deliveries spans are sent, 0 to 1
    #[arg(
        long = "otel-traces-sampler-arg",
        env = "OTEL_TRACES_SAMPLER_ARG",
        value_name = "SHARE",
        default_value = "1"
    )]
    traced_share: String,
}

/// Where traces go, checked.
#[derive(Clone)]
pub(crate) struct TraceConfig {
    pub(super) address: Url,
    pub(super) lets_in: Vec<(String, SecretString)>,
    pub(super) service_name: String,
    pub(super) share: f64,
    /// Of what the key is made that hides workspaces.
    pub(super) secret: SecretString,
}

impl std::fmt::Debug for TraceConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TraceConfig").finish_non_exhaustive()
    }
}

/// Returns where traces go, or nothing where they are off; faults of the keys are found elsewhere.
pub(crate) fn checked(
    settings: &TraceSettings,
    keys: &KeySettings,
) -> Result<Option<TraceConfig>, SettingFault> {
    let endpoint = settings.endpoint.as_deref().filter(|text| !text.is_empty());
    let Some(endpoint) = endpoint else { return Ok(None) };
    let headers = given(HEADERS, settings.headers.as_ref(), settings.headers_file.as_deref())?;
    let Ok(Some(keys)) = keys.encryption_keys() else { return Ok(None) };
    // The oldest stands last, and stays the same while others are put in front.
    let oldest = keys.expose_secret().rsplit(',').next().unwrap_or_default().trim();
    Ok(Some(TraceConfig {
        address: address(endpoint)?,
        lets_in: lets_in(headers.as_ref())?,
        service_name: service_name(&settings.service_name)?,
        share: share(&settings.traced_share)?,
        secret: SecretString::from(oldest),
    }))
}

/// Returns where spans go: below the endpoint, as the protocol says.
fn address(endpoint: &str) -> Result<Url, SettingFault> {
    let fault = |text: &str| SettingFault::new(ENDPOINT, text);
    let mut url = Url::parse(endpoint.trim())
        .map_err(|_| fault("it is no URL; write it as https://host or http://127.0.0.1:4318"))?;
    let is_here = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
        return Err(fault("it must begin with https://; plain http is only for this machine"));
    }
    let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

fn lets_in(headers: Option<&SecretString>) -> Result<Vec<(String, SecretString)>, SettingFault> {
    let text = headers.map_or("", |headers| headers.expose_secret());
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or_default();
            let (name, value) = (name.trim(), value.trim());
            let is_good = http::HeaderName::try_from(name).is_ok()
                && http::HeaderValue::try_from(value).is_ok();
            // What is wrong is not repeated: it is a secret.
            is_good.then(|| (name.to_owned(), SecretString::from(value))).ok_or_else(|| {
                SettingFault::new(HEADERS, "write it as name=value, with a comma between two")
            })
        })
        .collect()
}

fn service_name(name: &str) -> Result<String, SettingFault> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if (1..=64).contains(&name.len()) && name.chars().all(is_letter) {
        return Ok(name.to_owned());
    }
    let text = "it must be up to 64 letters, digits, - and _, such as asyncbot";
    Err(SettingFault::new("OTEL_SERVICE_NAME", text))
}

fn share(text: &str) -> Result<f64, SettingFault> {
    let share = text.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| {
        SettingFault::new("OTEL_TRACES_SAMPLER_ARG", "it must be a share from 0 to 1, such as 0.1")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_go_below_the_endpoint_and_never_readably_over_a_network() {
        for (endpoint, goes_to) in [
            ("https://otel.example", "https://otel.example/v1/traces"),
            ("https://otel.example/in/", "https://otel.example/in/v1/traces"),
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ] {
            assert_eq!(address(endpoint).unwrap().as_str(), goes_to);
        }
        for endpoint in ["http://otel.example", "ftp://127.0.0.1/", "nonsense"] {
            assert_eq!(address(endpoint).unwrap_err().setting, ENDPOINT, "{endpoint}");
        }
    }

    #[test]
    fn what_lets_in_is_read_and_never_repeated() {
        let headers = SecretString::from("x-key=geheim, authorization=Bearer geheim=");
        let read = lets_in(Some(&headers)).unwrap();
        let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["x-key", "authorization"]);
        assert_eq!(read[1].1.expose_secret(), "Bearer geheim=");
        for wrong in ["geheim", "a b=geheim", "x=geh\neim"] {
            let fault = lets_in(Some(&SecretString::from(wrong))).unwrap_err();
            assert!(!fault.to_string().contains("geheim"), "{fault}");
        }
    }

    #[test]
    fn the_name_and_the_share_are_checked() {
        assert!(service_name("wren@example.com").is_err() && service_name("").is_err());
        for wrong in ["", "-1", "1.1", "NaN", "many"] {
            assert_eq!(share(wrong).unwrap_err().setting, "OTEL_TRACES_SAMPLER_ARG");
        }
        assert!((share("0.25").unwrap() - 0.25).abs() < f64::EPSILON);
    }
}
