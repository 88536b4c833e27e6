"""Reads a calendar as two libraries do that share no code with Asyncbot or with each other, and says what each makes of it.

    read_calendar.py icalendar|vobject     the calendar is on standard input

Prints one JSON object for the calendar and one for each entry, in the order of their starts. Instants are in UTC; they come from
the definitions of zones that stand in the calendar itself.
"""

import json
import sys
from datetime import timedelta, timezone
from zoneinfo import ZoneInfo


def in_utc(at):
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def by_icalendar(text):
    import icalendar

    calendar = icalendar.Calendar.from_ical(text)
    assert not calendar.errors, calendar.errors
    zones = {}
    for definition in calendar.walk("VTIMEZONE"):
        zones[str(definition["TZID"])] = definition.to_tz(lookup_tzid=False)
    print(json.dumps({
        "name": str(calendar["NAME"]),
        "old_name": str(calendar["X-WR-CALNAME"]),
        "refresh": calendar.decoded("REFRESH-INTERVAL").total_seconds(),
        "zones": sorted(zones),
    }))
    for event in calendar.walk("VEVENT"):
        assert not event.errors, event.errors
        name = event["DTSTART"].params.get("TZID")
        ends = []
        for key in ("DTSTART", "DTEND"):
            at = event[key].dt
            # The library knows the zone by its name; the definition beside it has to say the same.
            if name:
                defined = at.replace(tzinfo=zones[name])
                assert in_utc(defined) == in_utc(at.replace(tzinfo=ZoneInfo(name))), (name, at)
                at = defined
            ends.append(in_utc(at))
        alarms = [alarm["TRIGGER"].dt.total_seconds() / 60 for alarm in event.walk("VALARM")]
        yield {
            "uid": str(event["UID"]), "start": ends[0], "end": ends[1], "zone": name,
            "sequence": int(event["SEQUENCE"]), "summary": str(event["SUMMARY"]),
            "description": str(event.get("DESCRIPTION", "")), "status": str(event["STATUS"]),
            "stamp": in_utc(event["DTSTAMP"].dt), "modified": in_utc(event["LAST-MODIFIED"].dt),
            "alarms": alarms,
        }


def by_vobject(text):
    import vobject

    calendar = vobject.readOne(text)
    print(json.dumps({
        "name": calendar.name.upper() == "VCALENDAR" and calendar.contents["name"][0].value,
        "old_name": calendar.x_wr_calname.value,
        "refresh": vobject.icalendar.stringToDurations(calendar.refresh_interval.value)[0].total_seconds(),
        "zones": sorted(zone.tzid.value for zone in calendar.contents.get("vtimezone", [])),
    }))
    for event in calendar.contents.get("vevent", []):
        zone = event.dtstart.params.get("X-VOBJ-ORIGINAL-TZID", [None])[0]
        alarms = [alarm.trigger.value / timedelta(minutes=1) for alarm in event.contents.get("valarm", [])]
        yield {
            "uid": event.uid.value, "start": in_utc(event.dtstart.value), "end": in_utc(event.dtend.value),
            "zone": zone, "sequence": int(event.sequence.value), "summary": event.summary.value,
            "description": event.description.value if hasattr(event, "description") else "",
            "status": event.status.value, "stamp": in_utc(event.dtstamp.value),
            "modified": in_utc(vobject.icalendar.stringToDateTime(event.last_modified.value)
                               if isinstance(event.last_modified.value, str) else event.last_modified.value),
            "alarms": alarms,
        }


def main():
    text = sys.stdin.buffer.read().decode("utf-8")
    read = {"icalendar": by_icalendar, "vobject": by_vobject}[sys.argv[1]]
    for event in sorted(read(text), key=lambda event: (event["start"], event["uid"])):
        print(json.dumps(event, ensure_ascii=False))


main()
