"""A plan as an iCalendar file (RFC 5545). It says who drills when, and nothing that would spoil it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from gameday.records.schedule import Plan, Planned

DESCRIPTION = "Run: gameday drill --scheduled. What will break, and how, is not told in advance."


def as_ics(plan: Plan, drills: Iterable[Planned], emails: Mapping[str, str] | None = None) -> bytes:
    """One event for each drill, in UTC, so that no calendar's idea of a time zone matters.

    An event keeps its UID when the file is made again, so that importing it twice changes nothing.

    Args:
        emails: by engineer; whoever has one is an attendee.
    """
    from icalendar import Calendar, Event, vCalAddress

    calendar = Calendar()
    calendar.add("prodid", "-//Gameday//schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"Gameday: {plan.name}")
    for drill in drills:
        begin = dt.datetime.fromtimestamp(drill.at, dt.UTC)
        event = Event()
        event.add("uid", f"{drill.block}-{drill.order}@gameday")
        event.add("dtstamp", dt.datetime.fromtimestamp(int(plan.made_at), dt.UTC))
        event.add("dtstart", begin)
        event.add("dtend", begin + dt.timedelta(minutes=plan.length_min))
        event.add("summary", f"Drill: {drill.engineer}")
        event.add("description", DESCRIPTION)
        event.add("categories", ["Gameday"])
        address = (emails or {}).get(drill.engineer)
        if address:
            attendee = vCalAddress(f"mailto:{address}")
            attendee.params["CN"] = drill.engineer
            event.add("attendee", attendee)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
