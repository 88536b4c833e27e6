//! The workspace that the demo begins with.

use crate::sim_api::workspaces::{NewChannel, NewPerson, NewWorkspace, install_app, make};
use crate::simulator::Simulator;
use domain::ids::TeamId;

/// Name, zone, and whether it is an admin.
const PEOPLE: [(&str, &str, bool); 5] = [
    ("Ana", "Europe/Berlin", true),
    ("Ben", "America/New_York", false),
    ("Cho", "Asia/Seoul", false),
    ("Dee", "Europe/London", false),
    ("Eli", "Australia/Sydney", false),
];

/// Name, and whether it is private.
const CHANNELS: [(&str, bool); 4] =
    [("support", false), ("general", false), ("payments", false), ("ops", true)];

/// Creates the workspace "Harbour" and installs the app in it through the bot's own pages.
///
/// Ana is its admin; Ben, Cho, Dee and Eli live in other zones. Its channels are #support, #general, #payments and the private #ops.
/// Returns the workspace's id.
///
/// # Errors
///
/// A sentence for people where the app could not be installed; the workspace exists all the same.
pub async fn seed_demo(simulator: &Simulator) -> Result<TeamId, String> {
    let people = PEOPLE.iter().map(|(name, tz, admin)| NewPerson {
        name: (*name).into(),
        email: Some(format!("{}@harbour.example", name.to_lowercase())),
        tz: Some((*tz).into()),
        admin: *admin,
        ..NewPerson::default()
    });
    let channels = CHANNELS.iter().map(|(name, private)| NewChannel {
        id: None,
        name: (*name).into(),
        private: *private,
        members: private.then(|| vec!["Ana".into(), "Ben".into(), "Cho".into()]),
    });
    let wanted = NewWorkspace {
        name: "Harbour".into(),
        people: people.collect(),
        channels: channels.collect(),
        install: true,
    };
    let made = make(&simulator.sim, wanted).map_err(|refused| refused.1)?;
    let team = TeamId::new(made["team"].as_str().unwrap_or_default());
    install_app(&simulator.sim, &team, None).await?;
    Ok(team)
}
