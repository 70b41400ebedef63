"""What there is to do about a doxx or harassment: found in words, matched with playbooks, numbered. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from functools import cache
from itertools import islice

from swsmatrix import identifying, texts
from swsmatrix.features.links import ANY_SITE, Kind, address, playbook_for
from swsmatrix.folding import readable
from swsmatrix.identifying import COUNTRIES, Finding
from swsmatrix.model import Step, StepState
from swsmatrix.playbook import Playbook
from swsmatrix.protocol import Millis

# The id of a playbook (empty: it is not known which); what a step is about (empty: nothing in particular).
Found = tuple[str, str]


class Choice(IntEnum):
    """What its author may want, by the number in the menu."""

    REPORT = 1
    COMPANY = 2
    SAFETY = 3
    RECORD = 4
    NOTHING = 5


MOST = 200  # steps of one case
# For intimate pictures, wherever they are.
PICTURES = "stopncii"
# What else may help is named with these.
FURTHER: Mapping[str, tuple[str, ...]] = {
    ANY_SITE: ("cloudflare", "domain-registrars", "google-search-personal-info", "bing", "dmca-notice"),
    PICTURES: (
        *("google-search-intimate-images", "us-take-it-down-act", "ccri", "revenge-porn-helpline-uk"),
        *("take-it-down-ncmec", "dmca-notice"),
    ),
}
PEOPLE_SEARCH = "people-search-us"
# What is saved before anything is reported: a report may take the proof away.
SAVE_FIRST = "save-before-reporting"
# Which playbooks a choice stands for, by their kind; those named here first, others by id.
_OF_CHOICE: Mapping[Choice, str] = {
    Choice.COMPANY: "company",
    Choice.SAFETY: "safety",
    Choice.RECORD: "evidence",
}
_ORDER = (
    SAVE_FIRST,
    "keep-a-log",
    "no-answer",
    "mail-first",
    "sign-in",
    "phone-number",
    "location",
    "fewer-traces",
)
_PLATFORMS = ("social", "messenger", "video", "images", "ads")

_MATRIX_NAME = re.compile(r"[@#!][^\s:/]+:[^\s/]+")
_DISCORD_NAME = re.compile(r".+#\d{4}")
_ON = re.compile(r"\W{0,3}(?:on|at|from|via|auf|sur|en|su|op|w)\s+(\w+)", re.IGNORECASE)
_JOINED = re.compile(r"(?:[\s,;/&+@]|\b(?:and|or|und|oder|y|o|et|ou|e)\b)*", re.IGNORECASE)
_WORD = re.compile(r"\w+")
NEAR = 4  # words between the name of a platform and that of an account


def wanted(
    choices: Collection[int],
    text: str,
    kind: Kind,
    playbooks: Sequence[Playbook],
    countries: Sequence[str] = COUNTRIES,
) -> tuple[Found, ...]:
    """All that follows from what its author chose and wrote: proof first, then reports by platform."""
    found: list[Found] = []
    if Choice.RECORD in choices:
        found += general(Choice.RECORD, kind, playbooks)
    if Choice.REPORT in choices:
        found += [(one.id, "") for one in playbooks if one.id == SAVE_FIRST]
        found += by_platform(of_text(text, kind, playbooks, countries))
    for choice in (Choice.SAFETY, Choice.COMPANY):
        if choice in choices:
            found += general(choice, kind, playbooks)
    return tuple(dict.fromkeys(found))


def general(choice: int, kind: Kind, playbooks: Iterable[Playbook]) -> tuple[Found, ...]:
    """What is to do whatever the platform, for the choices that mean that."""
    of = next((name for one, name in _OF_CHOICE.items() if one == choice), None)
    mine = [one.id for one in playbooks if one.kind == of and kind in one.serves]
    mine.sort(key=lambda one: (_ORDER.index(one) if one in _ORDER else len(_ORDER), one))
    if choice == Choice.SAFETY and kind == "doxx":
        mine += [one.id for one in playbooks if one.id == PEOPLE_SEARCH]
    return tuple((one, "") for one in mine)


def by_platform(found: Iterable[Found]) -> tuple[Found, ...]:
    """The platforms in the order in which they occur, each with all of its own; the unknown last."""
    each = tuple(found)
    order = {one: place for place, one in reversed(list(enumerate(playbook for playbook, _ in each)))}
    return tuple(sorted(each, key=lambda one: (one[0] in ("", PICTURES, PEOPLE_SEARCH), order[one[0]])))


def of_text(
    text: str, kind: Kind, playbooks: Sequence[Playbook], countries: Sequence[str] = COUNTRIES
) -> tuple[Found, ...]:
    """Links and accounts in ``text``, each once, ``MOST`` at most.

    After them what is for intimate pictures, if it speaks of some; and for a doxx, if private details are in
    it, what is for the sites that sell those.
    """
    findings = identifying.find(text, countries)
    found = list(dict.fromkeys(islice(_found(text, findings, kind, playbooks), MOST)))
    pages = {(of, _last(link)) for playbook, link in found if "/" in link for of in (playbook, "")}
    found = [one for one in found if "/" in one[1] or (one[0], _last(one[1])) not in pages]
    if _pictures().search(readable(text).text):
        found += [(one.id, "") for one in playbooks if one.id == PICTURES]
    private = (identifying.Kind.PHONE, identifying.Kind.ADDRESS)
    if kind == "doxx" and any(one.kind in private for one in findings):
        found += [(one.id, "") for one in playbooks if one.id == PEOPLE_SEARCH]
    return tuple(dict.fromkeys(found))


@cache
def _pictures() -> re.Pattern[str]:
    words = "|".join(map(re.escape, texts.text("steps.pictures").splitlines()))
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


def _last(link: str) -> str:
    """The name of the account that a link or a handle may be."""
    return link.rpartition("/")[2].lstrip("@").casefold()


def _found(
    text: str, findings: Sequence[Finding], kind: Kind, playbooks: Sequence[Playbook]
) -> Iterator[Found]:
    platforms = _platforms(text, findings, called(playbooks))
    for one in findings:
        written = readable(one.text).text.strip()
        named = platforms.get(one, "")
        if one.kind is identifying.Kind.URL and _MATRIX_NAME.fullmatch(written):
            yield "matrix", written
        elif one.kind is identifying.Kind.URL:
            link = address(written)
            yield playbook_for(link, kind, playbooks), link
        elif one.kind is identifying.Kind.HANDLE:
            yield _by_its_form(written) or named, written
        elif one.kind is identifying.Kind.EMAIL and text[one.start - 1 : one.start] == "@":
            yield named or "mastodon", f"@{written}"
        # In a doxx those are the author's own; of who harasses them they are accounts like others.
        elif kind == "harassment" and (
            one.kind is identifying.Kind.EMAIL or (one.kind is identifying.Kind.PHONE and named)
        ):
            yield named, written


def _by_its_form(name: str) -> str:
    if name.startswith("u/"):
        return "reddit"
    return "discord" if _DISCORD_NAME.fullmatch(name) else ""


def _platforms(text: str, findings: Sequence[Finding], names: Mapping[str, str]) -> dict[Finding, str]:
    """The playbooks of the platforms that names are said to be on, before or after one or several of them."""
    found: dict[Finding, str] = {}
    chain: list[Finding] = []
    at = 0  # where what is said before the next one begins
    for place, one in enumerate(findings):
        chain.append(one)
        next_start = findings[place + 1].start if place + 1 < len(findings) else len(text)
        if place + 1 < len(findings) and _JOINED.fullmatch(text, one.end, next_start):
            continue
        before = map(str.casefold, _WORD.findall(text, at, chain[0].start)[-NEAR:])
        near = [names[word] for word in before if word in names]
        after = _ON.match(text, one.end, next_start)
        named = names.get(after[1].casefold(), "") if after else ""
        found |= dict.fromkeys(chain, named or (near[-1] if near else ""))
        at = after.end() if after and named else one.end
        chain = []
    return found


def called(playbooks: Iterable[Playbook]) -> dict[str, str]:
    """The words that people use for platforms, in small letters, with the id of the playbook."""
    return {
        word.casefold(): one.id
        for one in playbooks
        if one.kind in _PLATFORMS
        for word in (one.id, *one.called)
    }


def added(subject: str, have: Sequence[Step], found: Iterable[Found], at: Millis) -> tuple[Step, ...]:
    """The steps for what is not among ``have`` yet, with the next numbers: to be saved. ``MOST`` in all.

    The link of an account whose platform was not known makes that step one for the link.
    """
    known = {(one.playbook, one.link) for one in have}
    asked = {_last(one.link): one for one in have if _unknown(one)}
    number = max((one.number for one in have), default=0)
    steps: list[Step] = []
    for playbook, link in dict.fromkeys(found):
        step = asked.pop(_last(link), None) if playbook else None
        if (playbook, link) in known or (step is None and number >= MOST):
            continue
        if step is None:
            number += 1
        steps.append(
            Step(
                subject=subject,
                number=step.number if step else number,
                playbook=playbook,
                link=link,
                who=step.who if step else None,
                state=step.state if step else StepState.OPEN,
                note=step.note if step else "",
                at=at,
            )
        )
    return tuple(sorted(steps, key=lambda one: one.number))


def _unknown(step: Step) -> bool:
    return not step.playbook and bool(step.link)
