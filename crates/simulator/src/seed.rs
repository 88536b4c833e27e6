//! The workspace that the demo begins with.

use crate::hibob::Hibob;
use crate::sim_api::hibob::{company, time_off};
use crate::sim_api::refused::Refused;
use crate::sim_api::workspaces::{NewChannel, NewPerson, NewWorkspace, install_app, make};
use crate::simulator::Simulator;
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use domain::ids::TeamId;
use serde_json::{Value, json};

/// The service user of the demo's company in HiBob.
pub const DEMO_SERVICE_USER: &str = "SERVICE-HARBOUR";

/// The token of the demo's service user.
pub const DEMO_TOKEN: &str = "harbour-demo";

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
/// They are in HiBob, too, with the service user [`DEMO_SERVICE_USER`]: in the week three weeks on Cho is on holiday, and
/// on the Wednesday after it Dee is out in the afternoon.
/// Returns the workspace's id.
///
/// # Errors
///
/// A sentence for people where the app could not be installed; the workspace exists all the same.
pub async fn seed_demo(simulator: &Simulator) -> Result<TeamId, String> {
    let people = PEOPLE.iter().map(|(name, tz, admin)| NewPerson {
        name: (*name).into(),
        email: Some(email_of(name)),
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
    simulator
        .sim
        .change(|world, now| employ(&mut world.hibob, now))
        .map_err(|refused| refused.1)?;
    install_app(&simulator.sim, &team, None).await?;
    Ok(team)
}

/// Makes the demo's company in HiBob, and what its people have asked for.
fn employ(hibob: &mut Hibob, now: DateTime<Utc>) -> Result<(), Refused> {
    let people = PEOPLE.iter().map(|(name, _, _)| company::NewEmployee {
        id: None,
        email: email_of(name),
        name: (*name).into(),
        site: None,
        active: true,
        visible: true,
    });
    let wanted = company::NewCompany {
        service_user: DEMO_SERVICE_USER.into(),
        token: Some(DEMO_TOKEN.into()),
        people: Some(people.collect()),
        ..company::NewCompany::default()
    };
    company::make(hibob, wanted)?;
    let monday = third_monday(now.date_naive());
    let friday = monday + Days::new(4);
    let wednesday = monday + Days::new(9);
    let afternoon = "afternoon";
    for (name, request) in [
        ("Cho", json!({"startDate": monday, "endDate": friday})),
        (
            "Dee",
            json!({"startDate": wednesday, "startPortion": afternoon,
                   "endDate": wednesday, "endPortion": afternoon}),
        ),
    ] {
        let Value::Object(request) = request else { continue };
        let wanted = time_off::NewTimeOff {
            service_user: DEMO_SERVICE_USER.into(),
            email: Some(email_of(name)),
            request,
            ..time_off::NewTimeOff::default()
        };
        time_off::make(hibob, wanted)?;
    }
    Ok(())
}

fn email_of(name: &str) -> String {
    format!("{}@harbour.example", name.to_lowercase())
}

/// Returns the Monday three weeks after the coming one, or after today where that is a Monday.
fn third_monday(today: NaiveDate) -> NaiveDate {
    let days = (7 - today.weekday().days_since(Weekday::Mon)) % 7;
    today + Days::new(u64::from(days) + 21)
}
