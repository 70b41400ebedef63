"""Tips, and how they are found.

A table of words by themselves (``words``), each with the tips that have it: no text of a search is ever read
as a query, and what is deleted is gone at once, where SQLite's full-text index keeps it in its segments. Each
word of a search may stand for several of these: itself and its topic (`#clinic`), other forms of it (the same
stem in some language), else what it begins, else what is few slips away.

Found are tips with all words of a search (``least`` 1) or with that share of them; the order is

    relevance × freshness × use × 4 if a steward pinned it

- relevance: bm25 with each word counted once: the sum of idf × how exact the word is, divided by a term that
  grows with the number of the tip's words (``k1`` 1.2, ``b`` 0.5, 25 words being usual)
- freshness: 0.4 + 0.6 / (1 + age / 180 days)
- use: 1 + 2 n / (n + 4), n members having found it useful; three times as much at most

Of what is equal, and where no word was given, the pinned come first, then the newest.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import aiosqlite

from swsmatrix import searching
from swsmatrix.folding import key
from swsmatrix.model import Entry, Listing, RegionId, Tip, ToldRule, Useful
from swsmatrix.protocol import Millis
from swsmatrix.searching import Hit
from swsmatrix.store.sql import count_up, keep_body, upsert

Words = Iterable[tuple[int, int]]  # ids, and in how many tips they are
TipRecord = Tip | Useful | ToldRule | Listing

_COLUMNS = (
    "subject, number, body, entry, regions, place, topics, posted_at, added_at, pinned, tagged, removed_by,"
    " length"
)
_USEFUL = "(SELECT count(*) FROM useful u WHERE u.subject = t.subject)"
_READ = (
    "t.subject, t.number, b.text, c.text, t.regions, t.place, t.topics, t.posted_at, t.added_at, t.pinned,"
    f" t.tagged, t.removed_by, {_USEFUL}"
)
_BODIES = "JOIN bodies b ON b.id = t.body LEFT JOIN bodies c ON c.id = t.entry"
_TIP = f"SELECT {_READ} FROM tips t {_BODIES}"
_NEWEST = "ORDER BY t.pinned DESC, t.posted_at DESC, t.number DESC"

# How exact a word is: itself (or its topic), another form, its beginning, a slip.
_FORM, _BEGINNING, _SLIP = 0.8, 0.6, 0.5
_FEW = 1000  # tips: of fewer it says little in how many a word is
_BEGUN = 30  # words that another one may be the beginning of
_HALF_LIFE = "180.0 * 86400000"
_SCORE = (
    "f.fit * 2.2 / (1 + 1.2 * (0.5 + 0.5 * t.length / 25.0))"
    f" * (0.4 + 0.6 / (1 + max(0, :now - t.posted_at) / ({_HALF_LIFE})))"
    f" * (1 + 2.0 * {_USEFUL} / ({_USEFUL} + 4)) * (1 + 3 * t.pinned)"
)
# ``part``: which word of the search it stands for, and ``whole`` is what that one weighs.
_FOUND = (
    "WITH wanted (part, word, weight, whole) AS MATERIALIZED ("
    "SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(:wanted)),"
    " hits (tip, part, weight, whole) AS ("
    "SELECT p.tip, w.part, max(w.weight), w.whole"
    " FROM wanted w CROSS JOIN tip_words p ON p.word = w.word GROUP BY p.tip, w.part),"
    " fits (tip, fit, share, found) AS ("
    "SELECT tip, sum(weight), sum(whole) / :all, count(*) FROM hits GROUP BY tip)"
    " SELECT t.id, f.share FROM fits f JOIN tips t ON t.id = f.tip"
    " WHERE f.found >= :parts AND f.share >= :least AND t.removed_by = ''"
    " AND (:anywhere OR t.regions IN (SELECT value FROM json_each(:where)))"
    f" ORDER BY {_SCORE} DESC, t.posted_at DESC, t.number DESC LIMIT :limit OFFSET :offset"
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A word of a search: the ids of words that it may stand for, each with how exact that is."""

    meanings: dict[int, float]
    idf: float


def _tip(row: Any) -> Tip:
    return Tip(
        subject=row[0],
        number=row[1],
        text=row[2],
        entry=_entry(row[3]) if row[3] is not None else None,
        regions=tuple(RegionId(region) for region in json.loads(row[4])),
        place=row[5],
        topics=tuple(json.loads(row[6])),
        posted_at=row[7],
        added_at=row[8],
        pinned=bool(row[9]),
        tagged=bool(row[10]),
        removed_by=row[11],
        useful=row[12],
    )


def _entry(kept: str) -> Entry:
    fields = json.loads(kept)
    return Entry(**{**fields, **{name: tuple(fields[name]) for name in ("where", "languages")}})


def words_of(tip: Tip) -> tuple[str, ...]:
    """What a tip is found by: its words, and its topics with a ``#``."""
    text = tip.text
    if tip.entry:
        text = f"{tip.entry.name} {text} {' '.join(tip.entry.where)} {' '.join(tip.topics)}"
    return tuple(dict.fromkeys((*searching.words(text), *(f"#{key(topic)}" for topic in tip.topics))))


class Tips:
    """Reads for features (``load``); writes for ``Records``. People are codes (``People.code``) here."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def _rows(self, sql: str, values: Any = ()) -> list[Any]:
        return list(await self._connection.execute_fetchall(sql, values))

    # ---- reads: searching ----

    async def find(
        self,
        words: Iterable[str],
        regions: Iterable[RegionId] = (),
        topics: Iterable[str] = (),
        *,
        now: Millis,
        limit: int = 10,
        offset: int = 0,
        least: float = 1.0,
    ) -> tuple[Hit, ...]:
        """The best tips for ``words`` (as written; several in one string, too), see above for the order.

        ``regions``: for these, and for everywhere (see ``searching.reach``); none: wherever. ``topics``:
        without ``#``; where no tip has one as a topic it is a word like others. ``least``: 1: all words that
        tell something are there; less: so much of them (``Hit.share``). Without words and topics: the newest.
        """
        where = await self._where(tuple(regions))
        asked = searching.telling(" ".join(words))
        parts = [await self._topic(topic) for topic in dict.fromkeys(topics)]
        parts += [await self._word(word) for word in asked]
        if not parts:
            return tuple(map(Hit, await self._newest(where, limit, offset)))
        if least >= 1 and not all(part.meanings for part in parts):
            return ()
        values = {
            "wanted": json.dumps(
                [
                    (number, word, part.idf * exact, part.idf)
                    for number, part in enumerate(parts)
                    for word, exact in part.meanings.items()
                ]
            ),
            "all": sum(part.idf for part in parts),
            "parts": len(parts) if least >= 1 else 1,
            "least": least if least < 1 else 0,
            "now": now,
            "limit": limit,
            "offset": offset,
            **where,
        }
        shares = dict(await self._rows(_FOUND, values))
        by_id = {row[-1]: _tip(row) for row in await self._by_id(shares)}
        return tuple(Hit(by_id[tip], share) for tip, share in shares.items())

    async def _where(self, regions: tuple[RegionId, ...]) -> dict[str, object]:
        """Which of the sets of regions that tips have fit."""
        if not regions:
            return {"anywhere": True, "where": "[]"}
        kept = [row[0] for row in await self._rows("SELECT DISTINCT regions FROM tips")]
        fit = [one for one in kept if one == "[]" or not set(regions).isdisjoint(json.loads(one))]
        return {"anywhere": False, "where": json.dumps(fit)}

    async def _newest(self, where: dict[str, object], limit: int, offset: int) -> tuple[Tip, ...]:
        rows = await self._rows(
            f"{_TIP} WHERE t.removed_by = '' AND"
            " (:anywhere OR t.regions IN (SELECT value FROM json_each(:where)))"
            f" {_NEWEST} LIMIT :limit OFFSET :offset",
            {**where, "limit": limit, "offset": offset},
        )
        return tuple(map(_tip, rows))

    async def _by_id(self, ids: Iterable[int]) -> list[Any]:
        sql = f"SELECT {_READ}, t.id FROM tips t {_BODIES} WHERE t.id IN (SELECT value FROM json_each(?))"
        return await self._rows(sql, (json.dumps(list(ids)),))

    async def _topic(self, topic: str) -> _Part:
        """A topic that some tip has; else the word."""
        rows = await self._known((f"#{key(topic)}",))
        return await self._part(rows, 1.0) if rows else await self._word(key(topic))

    async def _word(self, word: str) -> _Part:
        """All words that one of a search may stand for."""
        exact, forms = await self._known((word, f"#{word}")), await self._forms((word,))
        if exact or forms:
            return await self._part(forms, _FORM, exact)
        if begun := await self._begun(word):
            return await self._part(begun, _BEGINNING)
        near = await self._near(word)
        return await self._part([*await self._known(near), *await self._forms(near)], _SLIP)

    async def _part(self, rows: Words, exact: float, itself: Words = ()) -> _Part:
        """``rows``: words, and in how many tips they are. ``itself``: those that are the very word."""
        meanings = {
            **dict.fromkeys((id for id, _ in rows), exact),
            **dict.fromkeys((id for id, _ in itself), 1.0),
        }
        tips = max(_FEW, (await self._rows("SELECT count(*) FROM tips"))[0][0])
        many = min(tips, sum(many for _, many in {*rows, *itself}))
        return _Part(meanings, math.log(1 + (tips - many + 0.5) / (many + 0.5)))

    async def _known(self, words: Iterable[str]) -> Words:
        wanted = json.dumps(list(words))
        return await self._rows(
            "SELECT id, many FROM words WHERE word IN (SELECT value FROM json_each(?))", (wanted,)
        )

    async def _forms(self, words: Iterable[str]) -> Words:
        """Words of the same stem in some language."""
        stems = {stem for word in words for stem in searching.stems(word)}
        return await self._rows(
            "SELECT DISTINCT w.id, w.many FROM stems s JOIN words w ON w.id = s.word"
            " WHERE s.stem IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(stems)),),
        )

    async def _begun(self, word: str) -> Words:
        if len(word) < searching.SHORTEST_BEGINNING:
            return []
        return await self._rows(
            "SELECT id, many FROM words WHERE word > ? AND word < ? ORDER BY many DESC LIMIT ?",
            (word, f"{word}\U0010ffff", _BEGUN),
        )

    async def _near(self, word: str) -> tuple[str, ...]:
        """The words that are the fewest slips away, from it or from what is left without its endings."""
        if not (slips := searching.slips(word)):
            return ()
        stems = searching.stems(word)
        rows = await self._rows(
            "SELECT word FROM words WHERE letters BETWEEN ? AND ?",
            (min(map(len, stems)) - slips, len(word) + slips),
        )
        known = [row[0] for row in rows]
        return tuple({near for stem in stems for near in searching.nearest(stem, known)})

    # ---- reads: by name ----

    async def tip(self, subject: str) -> Tip | None:
        rows = await self._rows(f"{_TIP} WHERE t.subject = ?", (subject,))
        return _tip(rows[0]) if rows else None

    async def numbered(self, number: int) -> Tip | None:
        rows = await self._rows(f"{_TIP} WHERE t.number = ?", (number,))
        return _tip(rows[0]) if rows else None

    async def new_since(self, at: Millis, regions: Iterable[RegionId]) -> tuple[Tip, ...]:
        """Members' tips that joined after ``at`` and fit (see ``find``), the newest first."""
        where = await self._where(tuple(regions))
        rows = await self._rows(
            f"{_TIP} WHERE t.added_at > :at AND t.entry IS NULL AND"
            " (:anywhere OR t.regions IN (SELECT value FROM json_each(:where)))"
            " ORDER BY t.added_at DESC, t.number DESC",
            {**where, "at": at},
        )
        return tuple(map(_tip, rows))

    async def entries(self) -> tuple[Tip, ...]:
        """All of the library, those that were taken out included, by number."""
        return tuple(map(_tip, await self._rows(f"{_TIP} WHERE t.entry IS NOT NULL ORDER BY t.number")))

    async def newest(self, limit: int) -> tuple[Tip, ...]:
        """Members' tips, the pinned first, then the newest."""
        return tuple(map(_tip, await self._rows(f"{_TIP} WHERE t.entry IS NULL {_NEWEST} LIMIT ?", (limit,))))

    async def topics(self) -> frozenset[str]:
        """All that tips have, as ``folding.key`` has them."""
        rows = await self._rows("SELECT word FROM words WHERE word > '#' AND word < '$'")
        return frozenset(word.removeprefix("#") for (word,) in rows)

    async def useful(self, subject: str, who: str) -> Useful | None:
        found = await self._useful("subject = ? AND who = ?", (subject, who))
        return found[0] if found else None

    async def useful_by(self, cause: str) -> Useful | None:
        found = await self._useful("cause = ?", (cause,))
        return found[0] if found else None

    async def useful_of(self, who: str) -> tuple[Useful, ...]:
        return await self._useful("who = ? ORDER BY subject", (who,))

    async def _useful(self, where: str, values: tuple[str, ...]) -> tuple[Useful, ...]:
        rows = await self._rows(f"SELECT subject, who, cause FROM useful WHERE {where}", values)
        return tuple(Useful(subject=r[0], who=r[1], cause=r[2]) for r in rows)

    async def told_rule(self, who: str) -> ToldRule | None:
        rows = await self._rows("SELECT 1 FROM told_rule WHERE who = ?", (who,))
        return ToldRule(who=who) if rows else None

    async def listing(self, who: str) -> Listing | None:
        found = await self._listings("l.who = ?", who)
        return found[0] if found else None

    async def listings_with(self, subject: str) -> tuple[Listing, ...]:
        """Those in which a tip is numbered."""
        return await self._listings("EXISTS (SELECT 1 FROM json_each(l.subjects) WHERE value = ?)", subject)

    async def _listings(self, where: str, value: str) -> tuple[Listing, ...]:
        rows = await self._rows(
            "SELECT l.who, l.word, b.text, l.subjects FROM lists l JOIN bodies b ON b.id = l.body"
            f" WHERE {where} ORDER BY l.who",
            (value,),
        )
        return tuple(Listing(who=r[0], word=r[1], asked=r[2], subjects=tuple(json.loads(r[3]))) for r in rows)

    # ---- writes ----

    async def save(self, record: TipRecord) -> None:
        match record:
            case Tip():
                await self._save_tip(record)
            case Useful():
                await self._rows(
                    "INSERT OR IGNORE INTO useful (subject, who, cause) VALUES (?, ?, ?)",
                    (record.subject, record.who, record.cause),
                )
            case ToldRule():
                await self._rows("INSERT OR IGNORE INTO told_rule (who) VALUES (?)", (record.who,))
            case Listing():
                await self._rows(
                    upsert("lists", "who, word, body, subjects", "who"),
                    (
                        record.who,
                        record.word,
                        await keep_body(self._connection, record.asked),
                        json.dumps(record.subjects),
                    ),
                )

    async def _save_tip(self, tip: Tip) -> None:
        found = words_of(tip)
        values = (
            tip.subject,
            tip.number,
            await keep_body(self._connection, tip.text),
            await keep_body(self._connection, json.dumps(asdict(tip.entry))) if tip.entry else None,
            json.dumps(tip.regions),
            tip.place,
            json.dumps(tip.topics),
            tip.posted_at,
            tip.added_at,
            tip.pinned,
            tip.tagged,
            tip.removed_by,
            len(found),
        )
        await count_up(self._connection, tip.number)
        await self._rows(upsert("tips", _COLUMNS, "subject"), values)
        row = (await self._rows("SELECT id FROM tips WHERE subject = ?", (tip.subject,)))[0][0]
        await self._rows("DELETE FROM tip_words WHERE tip = ?", (row,))
        for word in found:
            await self._index(row, word)

    async def _index(self, tip: int, word: str) -> None:
        made = await self._rows(
            "INSERT OR IGNORE INTO words (word, letters) VALUES (?, ?) RETURNING id", (word, len(word))
        )
        if made and not word.startswith("#"):
            rows = [(stem, made[0][0]) for stem in searching.stems(word)]
            await self._connection.executemany("INSERT INTO stems (stem, word) VALUES (?, ?)", rows)
        await self._rows(
            "INSERT INTO tip_words (word, tip) SELECT id, ? FROM words WHERE word = ?", (tip, word)
        )

    async def drop(self, record: TipRecord) -> None:
        match record:
            case Tip():
                await self._rows("DELETE FROM tips WHERE subject = ?", (record.subject,))
            case Useful():
                await self._rows(
                    "DELETE FROM useful WHERE subject = ? AND who = ?", (record.subject, record.who)
                )
            case ToldRule():
                await self._rows("DELETE FROM told_rule WHERE who = ?", (record.who,))
            case Listing():
                await self._rows("DELETE FROM lists WHERE who = ?", (record.who,))
