//! The company's calendar, and the names of its kinds of leave.

use super::company::{CalendarEvent, Company, Grant};
use super::reply::Reply;
use super::time_off::read_date;
use chrono::NaiveDate;
use http::StatusCode;
use serde_json::{Value, json};

/// The longest range of a search, in days, the first and the last included.
const LONGEST_RANGE: i64 = 366;

/// The prefix of every field of an event.
const PREFIX: &str = "/calendarEvent/";

/// The fields of an event.
const FIELDS: [&str; 7] =
    ["id", "name", "startDate", "endDate", "eventType", "siteId", "calendarId"];

pub(super) fn policy_types(company: &Company) -> Result<Reply, Reply> {
    if !company.may(Grant::Settings) {
        return Err(Reply::forbidden("the names of policy types need a permission of settings"));
    }
    let names: Vec<&str> = company.policies.iter().map(|one| one.name.as_str()).collect();
    Ok(Reply::ok(json!({"policyTypes": names})))
}

/// What a search asks for.
#[derive(Default)]
struct Search {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    sites: Option<Vec<String>>,
    calendars: Option<Vec<String>>,
}

pub(super) fn search(company: &Company, body: &Value) -> Result<Reply, Reply> {
    if !company.may(Grant::Calendars) {
        return Err(Reply::forbidden("the company's calendar needs a permission of its own"));
    }
    let search = read(body)?;
    let (Some(from), Some(to)) = (search.from, search.to) else {
        return Err(Reply::bad_request("/calendarEvent/startDate needs from and to"));
    };
    if from > to {
        return Err(Reply::bad_request("from is after to"));
    }
    if (to - from).num_days() + 1 > LONGEST_RANGE {
        let key = "exception.calendar.publicApi.dateRangeTooLong";
        let why = format!("the range is longer than {LONGEST_RANGE} days");
        return Err(Reply::error(StatusCode::BAD_REQUEST, key, "The date range is too long", why));
    }
    let fields = read_fields(body)?;
    let is_one = |wanted: &Option<Vec<String>>, held: &Option<String>| {
        wanted.as_ref().is_none_or(|all| held.as_ref().is_some_and(|held| all.contains(held)))
    };
    let items: Vec<Value> = company
        .calendar
        .iter()
        .enumerate()
        .filter(|(_, event)| (from..=to).contains(&event.start_date))
        .filter(|(_, event)| is_one(&search.sites, &event.site_id))
        .filter(|(_, event)| is_one(&search.calendars, &event.calendar_id))
        .map(|(at, event)| show(at, event, &fields))
        .collect();
    Ok(Reply::ok(json!({"items": items, "nextCursor": null})))
}

fn read(body: &Value) -> Result<Search, Reply> {
    let filters = body["filters"].as_array().filter(|filters| !filters.is_empty());
    let filters = filters.ok_or_else(|| Reply::bad_request("filters must not be empty"))?;
    let mut search = Search::default();
    for filter in filters {
        let field = filter["fieldId"].as_str().unwrap_or_default();
        let values = filter["values"].as_array().filter(|values| !values.is_empty());
        let values: Option<Vec<String>> = values
            .and_then(|values| values.iter().map(|one| Some(one.as_str()?.to_owned())).collect());
        let values = values.ok_or_else(|| Reply::bad_request("values is no list of texts"))?;
        match field.strip_prefix(PREFIX) {
            Some("startDate") => read_range(&mut search, &filter["operator"], &values)?,
            Some("siteId") => search.sites = Some(values),
            Some("calendarId") => search.calendars = Some(values),
            _ => {
                let key = "exception.calendar.publicApi.unsupportedFilterField";
                let why = "events are found by startDate, siteId and calendarId only";
                let error = "The filter field is not supported";
                return Err(Reply::error(StatusCode::BAD_REQUEST, key, error, why));
            }
        }
    }
    Ok(search)
}

/// Reads the range of dates: a filter each for `from` and `to`, or one with both.
fn read_range(search: &mut Search, operator: &Value, values: &[String]) -> Result<(), Reply> {
    let dates: Option<Vec<NaiveDate>> = values.iter().map(|value| read_date(value)).collect();
    let dates = dates.ok_or_else(|| Reply::bad_request("a value is no date such as 2026-03-04"))?;
    match (operator.as_str(), dates.as_slice()) {
        (Some("from"), [from]) => search.from = Some(*from),
        (Some("to"), [to]) => search.to = Some(*to),
        (Some("between"), [from, to]) => (search.from, search.to) = (Some(*from), Some(*to)),
        _ => return Err(Reply::bad_request("/calendarEvent/startDate needs from and to")),
    }
    Ok(())
}

fn read_fields(body: &Value) -> Result<Vec<&'static str>, Reply> {
    let Some(wanted) = body.get("fields").filter(|fields| !fields.is_null()) else {
        return Ok(FIELDS.into());
    };
    let wanted = wanted.as_array().ok_or_else(|| Reply::bad_request("fields is no list"))?;
    let short =
        |one: &Value| one.as_str().and_then(|one| one.strip_prefix(PREFIX).map(str::to_owned));
    let wanted: Vec<String> = wanted.iter().filter_map(short).collect();
    Ok(FIELDS.into_iter().filter(|field| wanted.iter().any(|one| one == field)).collect())
}

fn show(at: usize, event: &CalendarEvent, fields: &[&str]) -> Value {
    let value = |field: &str| match field {
        "id" => json!((at + 1).to_string()),
        "name" => json!(event.name),
        "startDate" => json!(event.start_date),
        "endDate" => json!(event.end_date.unwrap_or(event.start_date)),
        "eventType" => json!("holiday"),
        "siteId" => json!(event.site_id),
        _ => json!(event.calendar_id),
    };
    let shown =
        fields.iter().map(|field| (format!("{PREFIX}{field}"), json!({"value": value(field)})));
    shown.collect()
}
