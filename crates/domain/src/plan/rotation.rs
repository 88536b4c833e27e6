//! The rotation of a plan's file, read.

use super::cadence::{STAND_IN, read_cadence};
use super::duty_hours::read_duty_hours;
use super::people::{read_user, read_users};
use super::reader::{Faults, Fields, Place, shown};
use crate::command::MAX_NAME;
use crate::fault::Fault;
use crate::ids::UserId;
use crate::roster::MAX_MEMBERS;
use crate::rules::{MAX_SEATS, Rules};
use crate::skip::SkipRule;
use crate::zone::{Zone, ZoneFault};

/// The rotation as far as it could be read; what could not stands in the faults and has a stand-in here.
pub(super) struct Rotation {
    /// The name, or a word in its place.
    pub(super) name: String,
    /// The rules.
    pub(super) rules: Rules,
    /// The members without those that stand there twice; `None` where somebody could not be read.
    pub(super) members: Option<Vec<UserId>>,
    /// Who served before the anchor.
    pub(super) last_turn: Option<UserId>,
}

impl Rotation {
    /// Returns what stands for a rotation that could not be read at all.
    pub(super) fn stand_in() -> Self {
        let rules = Rules::new(Zone::utc(), STAND_IN);
        Self { name: "rotation".into(), rules, members: None, last_turn: None }
    }
}

/// Reads the rotation.
pub(super) fn read_rotation(place: &Place, faults: &mut Faults) -> Option<Rotation> {
    let known = [
        "name",
        "zone",
        "cadence",
        "duty_hours",
        "members",
        "seats",
        "skip",
        "make_up",
        "fallback",
        "last_turn",
    ];
    let fields = place.fields(&known, faults)?;
    let name = fields.get("name").and_then(|name| name.name(MAX_NAME, faults));
    let rules = read_rules(&fields, faults);
    let members = fields.require("members", faults);
    let members = members.and_then(|members| read_users(&members, MAX_MEMBERS, "a member", faults));
    let last_turn = fields.get("last_turn").and_then(|place| {
        let last = read_user(&place, faults)?;
        let is_member = members.as_ref().is_none_or(|members| members.contains(&last));
        if !is_member {
            let text = format!("“{}” is not a member of the rotation", shown(&last));
            faults.note(&place.path, text);
        }
        is_member.then_some(last)
    });
    Some(Rotation { name: name.unwrap_or("rotation").into(), rules, members, last_turn })
}

/// Reads the rules and checks them as a whole; what could not be read has its default in the meantime.
fn read_rules(fields: &Fields, faults: &mut Faults) -> Rules {
    let zone = fields.require("zone", faults).and_then(|zone| read_zone(&zone, faults));
    let cadence = fields.require("cadence", faults);
    let cadence = cadence.and_then(|cadence| read_cadence(&cadence, faults));
    let defaults = Rules::new(zone.unwrap_or_else(Zone::utc), cadence.unwrap_or(STAND_IN));
    let duty_hours = fields.get("duty_hours");
    let rules = Rules {
        duty_hours: duty_hours.and_then(|hours| read_duty_hours(&hours, faults)),
        seats: read_seats(fields, faults).unwrap_or(defaults.seats),
        skip: fields.get("skip").and_then(|skip| read_skip(&skip, faults)).unwrap_or_default(),
        make_up: fields.get("make_up").and_then(|is| is.boolean(faults)).unwrap_or_default(),
        fallback: fields.get("fallback").and_then(|user| read_user(&user, faults)),
        ..defaults
    };
    let found = rules.validate().err().unwrap_or_default();
    faults.extend(found.into_iter().map(|fault| fault.under(fields.path())));
    rules
}

fn read_seats(fields: &Fields, faults: &mut Faults) -> Option<u16> {
    let place = fields.get("seats")?;
    let seats = u16::try_from(place.integer(faults)?).ok();
    let seats = seats.filter(|seats| (1..=MAX_SEATS).contains(seats));
    if seats.is_none() {
        faults.note(&place.path, format!("must be from 1 to {MAX_SEATS}"));
    }
    seats
}

/// Reads the name of a zone.
pub(super) fn read_zone(place: &Place, faults: &mut Faults) -> Option<Zone> {
    let name = place.text(faults)?;
    let zone = Zone::find(name);
    if zone.is_none() {
        let are_few = faults.are_few();
        faults.note_with(|| {
            let name: String = name.chars().take(MAX_NAME).collect();
            let fault =
                if are_few { ZoneFault::of(&name) } else { ZoneFault { name, did_you_mean: None } };
            Fault::new(&place.path, fault.to_string().replace(char::is_control, " "))
        });
    }
    zone
}

fn read_skip(place: &Place, faults: &mut Faults) -> Option<SkipRule> {
    let known = ["over_share", "any", "at_least_hours", "never"];
    let fields = place.fields(&known, faults)?;
    let mut rules = known.iter().filter_map(|key| Some((*key, fields.get(key)?)));
    let (Some((key, value)), None) = (rules.next(), rules.next()) else {
        let wanted = "must be one of {\"over_share\": 0.25}, {\"any\": true}, \
                      {\"at_least_hours\": 8} and {\"never\": true}";
        faults.note(&place.path, wanted);
        return None;
    };
    Some(match key {
        "over_share" => SkipRule::OverShare(value.number(faults)?),
        "at_least_hours" => SkipRule::AtLeastHours(value.number(faults)?),
        _ if !value.boolean(faults)? => {
            faults.note(&value.path, "must be true");
            return None;
        }
        "any" => SkipRule::Any,
        _ => SkipRule::Never,
    })
}
