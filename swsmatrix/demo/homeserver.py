"""A homeserver of its own on this machine: Synapse with SQLite, on loopback, for the demo and the tests.

It talks to nobody (no federation, no telemetry, no previews) and ends with the process that
started it, however that one ends (``leash``).
The work is done in plain blocking calls (``open_in``, ``sign_up``, ``close``); the coroutines
are the same calls in a thread.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import http.client
import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
ATTEMPTS: Final = 3

_UNLIMITED: Final = {"per_second": 100_000, "burst_count": 100_000}
_SIGN_UP_LIMITS: Final[dict[str, Any]] = {
    "rc_registration": _UNLIMITED,
    "rc_login": {"address": _UNLIMITED, "account": _UNLIMITED, "failed_attempts": _UNLIMITED},
}
_OTHER_LIMITS: Final[dict[str, Any]] = {
    "rc_message": _UNLIMITED,
    "rc_admin_redaction": _UNLIMITED,
    "rc_joins": {"local": _UNLIMITED, "remote": _UNLIMITED},
    "rc_joins_per_room": _UNLIMITED,
    "rc_invites": {"per_room": _UNLIMITED, "per_user": _UNLIMITED, "per_issuer": _UNLIMITED},
    "rc_room_creation": _UNLIMITED,
    "rc_key_requests": _UNLIMITED,
    "rc_delayed_event_mgmt": _UNLIMITED,
    "rc_profile": _UNLIMITED,
    "rc_user_directory": _UNLIMITED,
}


class HomeserverError(Exception):
    """The homeserver did not start, or refused what a test or the demo needs of it."""


class Homeserver:
    """A running Synapse. Made by ``open_in`` or, in coroutines, by ``start``."""

    server_name: Final = "localhost"

    def __init__(self, folder: Path, port: int, secret: str, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._secret = secret
        self._process = process

    @classmethod
    @asynccontextmanager
    async def start(cls, folder: Path, *, lifted: bool = True) -> AsyncIterator[Homeserver]:
        """A homeserver that keeps everything in ``folder`` and is stopped at the end of the block.

        ``lifted`` lifts all rate limits; without it those of sending, joining and inviting are
        Synapse's own. Raises ``HomeserverError`` if it does not come up.
        """
        opening = asyncio.ensure_future(asyncio.to_thread(cls.open_in, folder, lifted=lifted))
        try:
            hs = await asyncio.shield(opening)
        except asyncio.CancelledError:
            # The thread cannot be cancelled: let it finish, a second or two, and leave nothing running.
            await (await opening).stop()
            raise
        try:
            yield hs
        finally:
            await hs.stop()

    @classmethod
    def open_in(cls, folder: Path, *, lifted: bool = True) -> Homeserver:
        """Like ``start``, blocking (a second or two); whoever calls it calls ``close``."""
        for attempt in range(1, ATTEMPTS + 1):
            hs = cls._spawn(folder, lifted=lifted)
            try:
                hs._wait_until_ready()
            except HomeserverError as error:
                hs.close()
                # Between choosing a free port and listening on it somebody else can take it.
                if "Address already in use" in str(error) and attempt < ATTEMPTS:
                    continue
                raise
            except BaseException:
                hs.close()
                raise
            return hs
        raise AssertionError("unreachable")

    @classmethod
    def _spawn(cls, folder: Path, *, lifted: bool) -> Homeserver:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        port = _free_port()
        secret = _kept_secret(folder / "registration.secret")
        settings = folder / "homeserver.yaml"
        _write(settings, json.dumps(_settings(folder, port, secret, lifted=lifted), indent=1))
        _write(folder / "logging.yaml", json.dumps(_logging(folder / "homeserver.log"), indent=1))
        return cls(folder, port, secret, cls._run(folder))

    @staticmethod
    def _run(folder: Path) -> subprocess.Popen[bytes]:
        settings = folder / "homeserver.yaml"
        with (folder / "homeserver.out").open("wb") as out:
            return subprocess.Popen(  # noqa: S603 - this very Python, arguments of our own
                [sys.executable, "-m", "swsmatrix.demo.leash", "synapse.app.homeserver", "-c", str(settings)],
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal is for the parent, which then stops us in its own order.
                start_new_session=True,
            )

    def open_again(self) -> None:
        """After ``close``: the same homeserver at the same address, blocking."""
        self._process = self._run(self.folder)
        self._wait_until_ready()

    @property
    def database(self) -> Path:
        """The SQLite file: everything that whoever runs the homeserver can read."""
        return self.folder / "homeserver.db"

    @property
    def pid(self) -> int:
        return self._process.pid

    async def register(self, name: str, password: str, *, admin: bool = False) -> str:
        """Make an account; returns its user id (``@name:localhost``)."""
        return await asyncio.to_thread(self.sign_up, name, password, admin=admin)

    def sign_up(self, name: str, password: str, *, admin: bool = False) -> str:
        """Synapse's shared-secret registration (``/_synapse/admin/v1/register``)."""
        path = "/_synapse/admin/v1/register"
        nonce = str(self.request("GET", path)["nonce"])
        words = "\0".join((nonce, name, password, "admin" if admin else "notadmin"))
        mac = hmac.new(self._secret.encode(), words.encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac}
        return str(self.request("POST", path, body)["user_id"])

    async def stop(self) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """End the process (SIGTERM; killed if it has not gone after 10 s). Can be called twice."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise HomeserverError(f"the homeserver ended while starting:\n{self._last_words()}")
            try:
                self.request("GET", "/_matrix/client/versions")
            except (OSError, http.client.HTTPException, HomeserverError):
                time.sleep(0.05)
            else:
                return
        raise HomeserverError(f"the homeserver is not up after {START_SECONDS:.0f} s:\n{self._last_words()}")

    def _last_words(self, lines: int = 15) -> str:
        files = (self.folder / "homeserver.out", self.folder / "homeserver.log")
        text = "\n".join(file.read_text(errors="replace") for file in files if file.exists())
        return "\n".join(text.strip().splitlines()[-lines:])

    def request(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, token: str | None = None
    ) -> dict[str, Any]:
        """Any request, blocking; ``token`` makes it somebody's. ``HomeserverError`` unless status 200."""
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise HomeserverError(f"{method} {path} was answered {response.status}: {answer[:300]!r}")
        result: dict[str, Any] = json.loads(answer)
        return result


def _settings(folder: Path, port: int, secret: str, *, lifted: bool) -> dict[str, Any]:
    """Synapse's homeserver.yaml (JSON is YAML)."""
    listener = {
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "type": "http",
        "tls": False,
        "resources": [{"names": ["client"], "compress": False}],
    }
    return {
        "server_name": Homeserver.server_name,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "log_config": str(folder / "logging.yaml"),
        "signing_key_path": str(folder / "signing.key"),
        "macaroon_secret_key": secret,
        "form_secret": secret,
        "registration_shared_secret": secret,
        "enable_registration": False,
        "bcrypt_rounds": 4,
        # It talks to nobody.
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "federation_domain_whitelist": [],
        "report_stats": False,
        "enable_metrics": False,
        "url_preview_enabled": False,
        "presence": {"enabled": False},
        # Without it a client that joins while somebody speaks can be left believing it is still invited:
        # old /sync tells the state before the timeline, which need not be what came before (MSC4222).
        "experimental_features": {"msc4222_enabled": True},
        **_SIGN_UP_LIMITS,
        **(_OTHER_LIMITS if lifted else {}),
    }


def _logging(file: Path) -> dict[str, Any]:
    return {
        "version": 1,
        "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"file": {"class": "logging.FileHandler", "filename": str(file), "formatter": "plain"}},
        "root": {"level": "WARNING", "handlers": ["file"]},
        "disable_existing_loggers": False,
    }


def _kept_secret(file: Path) -> str:
    """The secret of this folder: a folder that is kept works again with the accounts it has."""
    key = file.with_name("signing.key")
    if not key.exists():
        seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        _write(key, f"ed25519 a_local {seed}\n")
    if not file.exists():
        _write(file, secrets.token_urlsafe(32))
    return file.read_text()


def _write(file: Path, text: str) -> None:
    file.touch(0o600)
    file.write_text(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
