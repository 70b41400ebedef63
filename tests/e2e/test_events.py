"""Events and digests, watched with clients as strict as Element."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from swsmatrix.demo.canary import search
from swsmatrix.demo.homeserver import Homeserver
from tests.e2e.community import community

pytestmark = pytest.mark.synapse

NEW_YORK = ZoneInfo("America/New_York")
CANARY = "lampblackwillow"


async def test_an_event_is_announced_moved_and_called_off(homeserver: Homeserver, tmp_path: Path) -> None:
    day = (datetime.now(NEW_YORK) + timedelta(days=5)).date()
    async with community(homeserver, tmp_path, "alice", "bea") as place:
        await place.bot.start()
        alice, bea, lounge = place["alice"], place["bea"], place.rooms["lounge"]
        text = f"#event #nyc Candles by the {CANARY}, {day} 19:00"
        event = await alice.send(lounge, text)
        await alice.wait_for_reaction(lounge, event, "✅")
        said = await place.sees("bea", "nyc", f"{day:%a %-d %b %Y}, 19:00")
        assert CANARY in said.text
        entry = await place.sees("bea", "nyc", "event.ics")
        assert entry.content["info"]["mimetype"] == "text/calendar"
        assert CANARY not in str(entry.content)
        (found,) = Calendar.from_ical(await bea.open_picture(entry)).walk("VEVENT")
        begins = datetime.combine(day, datetime.min.time(), NEW_YORK).replace(hour=19)
        assert found.decoded("DTSTART") == begins

        # Which half of the day? Its author is asked.
        await alice.edit(lounge, event, text.replace("19:00", "at 8"))
        for one in (said, entry):
            gone = await bea.wait_for(place.rooms["nyc"], event=one.event, redacted=True)
            assert "file" not in gone.content
        chat = await place.direct("alice")
        await place.sees("alice", chat, f"{day:%a %-d %b %Y}, 20:00")
        await alice.send(chat, "yes")
        moved = await place.sees("bea", "nyc", f"Updated: {day:%a %-d %b %Y}, 20:00")
        assert CANARY in moved.text
        again = await place.sees("bea", "nyc", "event.ics")

        await alice.redact(lounge, event)
        for one in (moved, again):
            await bea.wait_for(place.rooms["nyc"], event=one.event, redacted=True)
        assert await place.standing("bea", "nyc") == []
        assert search([place.folder / "data", place.homeserver.folder], [CANARY]).found == ()
        assert CANARY not in "\n".join(place.bot.log)


async def test_a_digest_comes_in_time_and_without_what_was_deleted(
    homeserver: Homeserver, tmp_path: Path
) -> None:
    due = (datetime.now(NEW_YORK) + timedelta(seconds=100)).replace(second=0)
    async with community(homeserver, tmp_path, "alice", "bea", digest=f"{due:%A %-H:%M}") as place:
        await place.bot.start()
        alice, bea, lounge = place["alice"], place["bea"], place.rooms["lounge"]
        event = await alice.send(lounge, f"#swsfyi #nyc The {CANARY} kitchen is open again")
        await alice.send(lounge, "#swsfyi #nyc The clinic has Saturday hours")
        await alice.wait_for_reaction(lounge, event, "✅")
        assert datetime.now(NEW_YORK) < due
        said = await bea.wait_for(
            place.rooms["nyc"], text="New tips · New York City", sender=place.bot.user, timeout=130
        )
        assert (said.shield, said.mentions) == ("NONE", ())
        assert CANARY in said.text
        await alice.redact(lounge, event)
        await bea.wait_for(place.rooms["nyc"], event=said.event, redacted=True)
        anew = await place.sees("bea", "nyc", "Saturday hours")
        assert CANARY not in anew.text
        assert search([place.folder / "data", place.homeserver.folder], [CANARY]).found == ()
