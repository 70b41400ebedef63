"""`swsmatrix library import` and `export`: the library's entries from a file into the store, and out of it.

What comes in is known by its id: new, changed, or as it was. What stewards and members said of it (pins,
tags, that it is taken out, that it helped) stays.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import yaml

from swsmatrix import keys, library
from swsmatrix.errors import KeyStoreError, SettingsError
from swsmatrix.library import Resource
from swsmatrix.model import Entry, RegionId, Tip
from swsmatrix.protocol import Millis
from swsmatrix.regions import EVERYWHERE, RegionTree
from swsmatrix.searching import country
from swsmatrix.settings import Settings
from swsmatrix.store.db import Store, StoreError

FEATURE = "library"
MARKDOWN, YAML = (".md", ".markdown"), (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What an import does. ``same``: how many entries are as they were."""

    new: tuple[Tip, ...] = ()
    changed: tuple[Tip, ...] = ()
    gone: tuple[Tip, ...] = ()
    same: int = 0

    def __str__(self) -> str:
        counts = f"{len(self.new)} new, {len(self.changed)} changed, {self.same} as before"
        return f"{counts}, {len(self.gone)} taken out" if self.gone else counts


def changes(
    resources: Iterable[Resource],
    kept: Iterable[Tip],
    tree: RegionTree,
    number: int,
    now: Millis,
    *,
    prune: bool = False,
) -> Changes:
    """``kept``: the entries so far. ``number``: the first that is free. ``prune``: what is not there goes."""
    before = {tip.subject: tip for tip in kept}
    new: list[Tip] = []
    changed: list[Tip] = []
    wanted = [tip_of(one, tree, now) for one in resources]
    for tip in wanted:
        if (old := before.get(tip.subject)) is None:
            new.append(replace(tip, number=number + len(new)))
        elif (anew := _with_what_was_said(tip, old)) != old:
            changed.append(anew)
    subjects = {tip.subject for tip in wanted}
    return Changes(
        new=tuple(new),
        changed=tuple(changed),
        gone=tuple(tip for tip in before.values() if prune and tip.subject not in subjects),
        same=len(wanted) - len(new) - len(changed),
    )


def _with_what_was_said(tip: Tip, old: Tip) -> Tip:
    tip = replace(
        tip,
        number=old.number,
        added_at=old.added_at,
        pinned=old.pinned,
        removed_by=old.removed_by,
        useful=old.useful,
    )
    return replace(tip, tagged=True, regions=old.regions, topics=old.topics) if old.tagged else tip


def tip_of(one: Resource, tree: RegionTree, now: Millis) -> Tip:
    """Without a number yet."""
    return Tip(
        subject=f"{FEATURE} {one.id}",
        number=0,
        text=one.line,
        posted_at=int(datetime(*one.checked.timetuple()[:3], tzinfo=UTC).timestamp()) * 1000,
        added_at=now,
        regions=regions_of(one.where, tree),
        topics=tuple(one.topics),
        entry=Entry(
            name=one.name,
            where=one.where,
            languages=one.languages,
            address=one.address,
            source=one.source,
            checked=one.checked.isoformat(),
            confirmed=one.confirmed,
        ),
    )


def regions_of(where: Iterable[str], tree: RegionTree) -> tuple[RegionId, ...]:
    """The regions of the configuration that words name; else the countries. None: everywhere."""
    if EVERYWHERE in where:
        return ()
    named = [tree.find(word) for word in where if len(word) > 2]
    codes = [country(word) for word in where if len(word) == 2]
    return tuple(dict.fromkeys(region for region in named if region)) or tuple(dict.fromkeys(codes))


def resource_of(tip: Tip) -> Resource:
    """As a file has it."""
    entry = tip.entry
    assert entry
    return Resource.model_validate(
        {
            "id": tip.subject.partition(" ")[2],
            "name": entry.name,
            "line": tip.text,
            "where": entry.where,
            "topics": [topic for topic in tip.topics if topic in library.TOPICS] or ["organisation"],
            "languages": entry.languages,
            "address": entry.address,
            "source": entry.source,
            "checked": date.fromisoformat(entry.checked),
            "confirmed": entry.confirmed,
        }
    )


def as_yaml(tips: Iterable[Tip]) -> str:
    """Entries, as ``library.parse`` reads them; then what members shared."""
    tips = tuple(tips)
    entries = [resource_of(tip).model_dump() for tip in tips if tip.entry]
    shared = [
        {"text": tip.text, "regions": list(tip.regions), "topics": list(tip.topics)}
        for tip in tips
        if not tip.entry
    ]
    listed = [{**one, "where": list(one["where"]), "topics": list(one["topics"])} for one in entries]
    content = {"entries": [{**one, "languages": list(one["languages"])} for one in listed]}
    return yaml.safe_dump(
        {**content, "tips": shared} if shared else content, allow_unicode=True, sort_keys=False, width=120
    )


def as_markdown(tips: Iterable[Tip], tree: RegionTree) -> str:
    """To be read: the entries by their first topic, then what members shared."""
    tips = tuple(tips)
    resources = sorted((resource_of(tip) for tip in tips if tip.entry), key=lambda one: one.name.casefold())
    parts = ["# The library"]
    for topic in library.TOPICS:
        if among := [one for one in resources if one.topics[0] == topic]:
            parts += [f"## {topic.capitalize().replace('-', ' ')}", *map(_paragraph, among)]
    if shared := [tip for tip in tips if not tip.entry]:
        parts += ["## From members", *(_shared(tip, tree) for tip in shared)]
    return "\n\n".join(parts) + "\n"


def _paragraph(one: Resource) -> str:
    where = ", ".join(word.upper() if len(word) == 2 else word for word in one.where)
    facts = f"{where} · {', '.join(one.languages)} · checked {one.checked.isoformat()}, <{one.source}>"
    return f"**{_plain(one.name)}**: {_plain(one.line)}  \n<{one.address}>  \n{facts}"


def _shared(tip: Tip, tree: RegionTree) -> str:
    where = ", ".join(tree.get(region).name for region in tip.regions) or EVERYWHERE
    return f"- {_plain(' '.join(tip.text.split()))} ({where})"


def _plain(text: str) -> str:
    """No markup of theirs."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#" else letter for letter in text)


# ---- The commands ----------------------------------------------------------------------------------


def import_file(
    settings: Settings, root_key: bytes, file: Path | None, say: Callable[[str], None], *, prune: bool
) -> None:
    """``file``: None: what comes with the program. Raises ``SettingsError`` for a bad file."""
    resources = library.starting() if file is None else _read(file)
    tree, now = settings.region_tree(), time.time_ns() // 1_000_000

    async def work(store: Store) -> None:
        kept, number = await store.tips.entries(), await store.records.next_number()
        found = changes(resources, kept, tree, number, now, prune=prune)
        async with store.transaction():
            for tip in (*found.new, *found.changed):
                await store.records.save(tip)
            for tip in found.gone:
                await store.records.drop(tip)
        say(str(found))

    asyncio.run(_with_store(settings, root_key, work))


def _read(file: Path) -> tuple[Resource, ...]:
    if file.suffix not in YAML:
        raise SettingsError(f"{file.name} must be YAML, and end with .yaml or .yml")
    try:
        return library.parse(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{file} cannot be read: {getattr(error, 'strerror', None) or 'no UTF-8'}"
        ) from None
    except ValueError as error:
        raise SettingsError(f"{file.name}: {error}") from None


def export_file(
    settings: Settings, root_key: bytes, file: Path, say: Callable[[str], None], *, shared: bool
) -> None:
    """``shared``: with what members shared. Beside a running bot, too. Raises ``SettingsError``."""
    if file.suffix not in (*YAML, *MARKDOWN):
        raise SettingsError(f"{file.name} must end with .yaml or .md")

    tips: list[Tip] = []

    async def work(store: Store) -> None:
        entries = [tip for tip in await store.tips.entries() if not tip.removed_by]
        tips.extend((*entries, *(await store.tips.newest(-1) if shared else ())))

    asyncio.run(_with_store(settings, root_key, work, read_only=True))
    text = as_yaml(tips) if file.suffix in YAML else as_markdown(tips, settings.region_tree())
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file} cannot be written: {error.strerror}") from None
    say(f"{len(tips)} written to {file}")


async def _with_store(
    settings: Settings, root_key: bytes, work: Callable[[Store], Awaitable[None]], *, read_only: bool = False
) -> None:
    try:
        key = keys.derive(root_key, keys.BOT_DATABASE)
        store = await Store.open(settings.data_dir, key, read_only=read_only)
    except StoreError as error:
        raise KeyStoreError(str(error)) from error
    try:
        await work(store)
    finally:
        await store.close()
