"""What the homeserver wants a password for; and what it wants that the bot cannot give.

Matrix Client-Server API, "User-Interactive Authentication API".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import nio

from swsmatrix.matrix.http import Answer, ask, path
from swsmatrix.matrix.loose import arr, objs
from swsmatrix.matrix.secretstorage import IdentityError

PASSWORD = "m.login.password"  # noqa: S105 - the name of a stage
STAGE = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
UNKNOWN = "something unknown"
MOST_NAMED = 4


class WrongPasswordError(Exception):
    """The homeserver does not take the password."""


async def confirmed(
    client: nio.AsyncClient, method: str, where: str, body: dict[str, Any], password: Callable[[], str]
) -> Answer:
    """``ask``, and once more with the password if the server wants that (User-Interactive Authentication).

    Raises ``WrongPasswordError``; ``IdentityError`` when the server wants something other than a password.
    """
    answer = await ask(client, method, where, body)
    ways = stages_of(answer)
    if ways is None:
        return answer
    if [PASSWORD] not in ways:
        raise IdentityError(
            f"The homeserver wants {named(ways)}, and the bot can give it a password alone. "
            "Have that changed there for its account, and start again."
        )
    auth = {
        "type": PASSWORD,
        "identifier": {"type": "m.id.user", "user": client.user_id},
        "password": password(),
        "session": answer.body.get("session"),
    }
    answer = await ask(client, method, where, {**body, "auth": auth})
    if stages_of(answer) is not None:
        raise WrongPasswordError("The homeserver does not take the password.")
    return answer


async def check_way_in(client: nio.AsyncClient, refusal: Answer) -> None:
    """Why it refused to log us in: raises ``IdentityError`` when a password alone never will do."""
    ways = stages_of(refusal)
    if ways is None:
        answer = await ask(client, "GET", path("login"))
        if not answer.ok or not isinstance(answer.body.get("flows"), list):
            return
        ways = [[flow.get("type")] for flow in objs(answer.body, "flows")]
        if [PASSWORD] in ways:
            return
    raise IdentityError(
        f"To log in, the homeserver wants {named(ways)}, and the bot has a password alone. "
        "Have that changed there for its account, and start again."
    )


def stages_of(answer: Answer) -> list[list[object]] | None:
    """The ways in which the homeserver wants a request confirmed, as lists of stages; None: it does not."""
    if answer.status != 401 or not isinstance(answer.body.get("flows"), list):
        return None
    return [arr(flow, "stages") for flow in objs(answer.body, "flows")]


def named(ways: Iterable[Iterable[object]]) -> str:
    """``m.login.password with m.login.terms, or m.login.sso``: the first few, in its own words."""
    told = dict.fromkeys(" with ".join(map(_name, [*stages][:MOST_NAMED])) for stages in ways)
    return ", or ".join([way for way in told if way][:MOST_NAMED]) or UNKNOWN


def _name(stage: object) -> str:
    return stage if isinstance(stage, str) and STAGE.fullmatch(stage) else UNKNOWN
