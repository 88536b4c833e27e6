//! Who is out: `timeoff/whosout`, and `timeoff/outtoday` with its own names of fields.

use super::Query;
use super::company::{Company, Employee, Grant, Ungranted, Unseen};
use super::reply::Reply;
use super::time_off::{TimeOff, read_date};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value, json};

/// How the fields of who's out are called by `outtoday`.
const OUTTODAY_NAMES: [(&str, &str); 4] = [
    ("type", "requestRangeType"),
    ("startPortion", "startDatePortion"),
    ("endPortion", "endDatePortion"),
    ("hoursOnDate", "hours"),
];

/// What `outtoday` does not say.
const NOT_IN_OUTTODAY: [&str; 4] = ["policyType", "requestId", "status", "visibility"];

/// What shows in the place of a custom name that was not given.
const NAMELESS: &str = "Out of office";

/// Which requests a call asks for.
struct Wish {
    from: NaiveDate,
    to: NaiveDate,
    site: Option<String>,
    has_hourly: bool,
    private: Private,
    has_pending: bool,
    has_work: bool,
}

/// How far the caller sees into private requests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Private {
    Hidden,
    Shown,
}

pub(super) fn whosout(company: &Company, query: &Query) -> Result<Reply, Reply> {
    let from = date(query, "from")?;
    let to = date(query, "to")?;
    if from > to {
        return Err(Reply::bad_request("from is after to"));
    }
    let flags = Flags {
        has_hourly: flag(query, "includeHourly", false)?,
        has_private: flag(query, "includePrivate", false)?,
        has_pending: flag(query, "includePending", false)?,
    };
    let has_work = flag(query, "includeWorkingRequests", true)?;
    let Some(wish) = allowed(company, (from, to), flags, has_work)? else {
        return Ok(Reply::ok(json!({"outs": []})));
    };
    let outs: Vec<Value> = company
        .requests
        .iter()
        .filter_map(|request| Some((request, seen(company, &wish, request)?)))
        .map(|(request, person)| show(company, &wish, request, person))
        .collect();
    Ok(Reply::ok(json!({"outs": outs})))
}

pub(super) fn outtoday(
    company: &Company,
    query: &Query,
    now: DateTime<Utc>,
) -> Result<Reply, Reply> {
    let today = if query.contains_key("today") { date(query, "today")? } else { now.date_naive() };
    let flags = Flags {
        has_hourly: flag(query, "includeHourly", false)?,
        has_private: flag(query, "includePrivate", false)?,
        has_pending: false,
    };
    let Some(mut wish) = allowed(company, (today, today), flags, true)? else {
        return Ok(Reply::ok(json!({"outs": []})));
    };
    wish.site = query.get("siteId").cloned();
    let outs: Vec<Value> = company
        .requests
        .iter()
        .filter_map(|request| Some((request, seen(company, &wish, request)?)))
        .map(|(request, person)| {
            let mut out = show(company, &wish, request, person);
            if let Some(out) = out.as_object_mut() {
                rename(out);
                if company.may(Grant::Email) {
                    out.insert("employeeEmail".into(), json!(person.email));
                }
            }
            out
        })
        .collect();
    Ok(Reply::ok(json!({"outs": outs})))
}

/// The flags that a caller may set.
#[derive(Clone, Copy)]
struct Flags {
    has_hourly: bool,
    has_private: bool,
    has_pending: bool,
}

/// Returns what of a wish the grants allow; nothing where nobody is shown at all.
fn allowed(
    company: &Company,
    (from, to): (NaiveDate, NaiveDate),
    flags: Flags,
    has_work: bool,
) -> Result<Option<Wish>, Reply> {
    if !company.may(Grant::Whosout) {
        return match company.switches.whosout {
            Unseen::Refused => {
                Err(Reply::forbidden("the service user has no permission to see who's out"))
            }
            Unseen::Empty => Ok(None),
        };
    }
    let granted = |is_asked: bool, grant: Grant, without: Ungranted, name: &str| {
        if is_asked && !company.may(grant) && without == Ungranted::Refused {
            return Err(Reply::forbidden(format!("{name} needs a permission of its own")));
        }
        Ok(is_asked && company.may(grant))
    };
    let switches = company.switches;
    let has_private =
        granted(flags.has_private, Grant::Private, switches.private, "includePrivate")?;
    let has_pending =
        granted(flags.has_pending, Grant::Pending, switches.pending, "includePending")?;
    let private = if has_private { Private::Shown } else { Private::Hidden };
    let has_hourly = flags.has_hourly;
    Ok(Some(Wish { from, to, site: None, has_hourly, private, has_pending, has_work }))
}

/// Returns the person of a request that the caller gets to see.
fn seen<'a>(company: &'a Company, wish: &Wish, request: &TimeOff) -> Option<&'a Employee> {
    let person = company.people.iter().find(|one| one.id == request.employee)?;
    let is_here = person.active
        && person.visible
        && wish.site.as_ref().is_none_or(|site| person.site.as_ref() == Some(site));
    let is_work = request.is_work.unwrap_or_else(|| company.is_work(request.text("policyType")));
    let is_asked_for = request.stands()
        && request.touches(wish.from, wish.to)
        && (wish.has_hourly || request.text("type") != "hours")
        && (wish.private == Private::Shown || request.text("visibility") != "Private")
        && (wish.has_pending || !request.is_pending())
        && (wish.has_work || !is_work);
    (is_here && is_asked_for).then_some(person)
}

fn show(company: &Company, wish: &Wish, request: &TimeOff, person: &Employee) -> Value {
    let mut out = request.fields.clone();
    out.insert("employeeId".into(), json!(person.id));
    out.insert("employeeDisplayName".into(), json!(person.name));
    out.insert("requestId".into(), json!(request.id));
    let is_custom = request.text("visibility") == "Custom name";
    // With the permission the original name shows, whatever was asked for otherwise.
    if is_custom && !(company.may(Grant::Private) && wish.private == Private::Shown) {
        let label = json!(request.custom_name.as_deref().unwrap_or(NAMELESS));
        out.insert("policyType".into(), label.clone());
        out.insert("policyTypeDisplayName".into(), label);
    }
    Value::Object(out)
}

fn rename(out: &mut Map<String, Value>) {
    for name in NOT_IN_OUTTODAY {
        out.remove(name);
    }
    for (theirs, ours) in OUTTODAY_NAMES {
        if let Some(value) = out.remove(theirs) {
            out.insert(ours.into(), value);
        }
    }
}

fn date(query: &Query, name: &str) -> Result<NaiveDate, Reply> {
    let held = query.get(name).map(String::as_str);
    let held = held.ok_or_else(|| Reply::bad_request(format!("{name} is missing")))?;
    read_date(held)
        .ok_or_else(|| Reply::bad_request(format!("{name} is no date such as 2026-03-04")))
}

fn flag(query: &Query, name: &str, default: bool) -> Result<bool, Reply> {
    match query.get(name).map(String::as_str) {
        None => Ok(default),
        Some("true") => Ok(true),
        Some("false") => Ok(false),
        Some(_) => Err(Reply::bad_request(format!("{name} is neither true nor false"))),
    }
}
