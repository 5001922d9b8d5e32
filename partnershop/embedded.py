"""The database and the broker for a machine that has none: the real PostgreSQL and Valkey, out of wheels.

Both listen on 127.0.0.1 with a random password and end with the process that started them, whatever ends that.
Why and how: docs/decisions/0001-embedded-servers.md.
"""

import fcntl
import json
import os
import secrets
import signal
import time
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from partnershop.errors import Refused
from partnershop.machine.places import make_data_folder, postgres_home, remove_data, server_user
from partnershop.machine.ports import free_port
from partnershop.machine.postgres import Postgres
from partnershop.machine.server import PortTaken, ServerProcess, StillEnding
from partnershop.machine.valkey import Valkey

__all__ = ["Servers", "remove_data", "start_servers"]

_PASSWORDS_FILE = "passwords.json"
_ATTEMPTS = 6
_PREDECESSOR_SECONDS = 60.0  # PostgreSQL writes what is in memory before it ends


class _Startable(Protocol):
    @property
    def server(self) -> ServerProcess: ...
    @property
    def port(self) -> int: ...
    def start(self, port: int, lock: int) -> None: ...
    def launch(self, port: int, lock: int) -> None: ...
    def answers(self) -> bool: ...


class Servers:
    """A running PostgreSQL and a running Valkey on one data folder. A context manager that stops them at its end.

    `database_url` and `broker_url` hold passwords. `postgres_data` is where the cluster really lies, which for root
    may be outside the data folder.
    """

    def __init__(self, postgres: Postgres, valkey: Valkey, locks: tuple[int, int]) -> None:
        """Use `start_servers`."""
        self._postgres, self._valkey, self._locks = postgres, valkey, locks
        self._stopped = False

    @property
    def database_url(self) -> str:
        """postgresql://USER:PASSWORD@127.0.0.1:PORT/partnershop."""
        return self._postgres.url

    @property
    def broker_url(self) -> str:
        """redis://:PASSWORD@127.0.0.1:PORT/0."""
        return self._valkey.url

    @property
    def postgres_data(self) -> Path:
        """PostgreSQL's data directory."""
        return self._postgres.cluster

    @property
    def valkey_data(self) -> Path:
        """Valkey's folder: its configuration and its append-only files."""
        return self._valkey.folder

    @property
    def pids(self) -> dict[str, int]:
        """The process ids of "postgres" and "valkey"."""
        return {name: server.server.pid for name, server in self._by_name.items()}

    @property
    def _by_name(self) -> dict[str, _Startable]:
        return {server.server.name: server for server in (self._postgres, self._valkey)}

    def is_alive(self, name: str) -> bool:
        """Whether the process of "postgres" or "valkey" runs, answering or not."""
        return self._by_name[name].server.alive

    def answers(self, name: str) -> bool:
        """Whether the server of this name lets somebody in now."""
        return self.is_alive(name) and self._by_name[name].answers()

    def relaunch(self, name: str) -> None:
        """Start one that has ended again, on the same port, and return at once; it may well end once more."""
        server = self._by_name[name]
        if not server.server.alive:
            server.launch(server.port, self._locks[1])

    def revive(self) -> list[str]:
        """Start again, on the same port, whichever server has ended; their names. Raises `Transient` if one cannot."""
        ended = [server for server in (self._postgres, self._valkey) if not server.server.alive]
        for server in ended:
            _start(server, self._locks[1], server.port)
        return [server.server.name for server in ended]

    def stop(self) -> None:
        """Stop both, everything written; the broker first, which wakes nobody any more. Again: does nothing."""
        if self._stopped:
            return
        self._stopped = True
        self._valkey.server.stop()
        self._postgres.server.stop()
        for lock in self._locks:
            os.close(lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def start_servers(data: Path, *, fast: bool = False) -> Servers:
    """Start PostgreSQL and Valkey on a data folder (made if missing), and return when both answer.

    Use it as a context manager, and call it from a thread that lives as long as the servers should. `fast` does not
    wait for the disk: for tests, whose data nobody needs after a power cut. A folder left behind by a killed run is
    taken up again. Raises `Refused` when servers already live on the folder or cannot run on this machine,
    `Transient` with the last lines of its log when one does not come up.
    """
    data = data.expanduser().resolve()
    make_data_folder(data)
    locks = _take_locks(data)
    started: Servers | None = None
    try:
        passwords = _passwords(data)
        logs = data / "logs"
        logs.mkdir(mode=0o700, exist_ok=True)
        user = server_user()
        postgres = Postgres(
            home=postgres_home(data, user),
            password=passwords["postgres"],
            user=user,
            fast=fast,
            # Fast shutdown first, then immediate: a recovery at the next start instead of a checkpoint now.
            server=ServerProcess("postgres", logs / "postgres.log", [(signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0)]),
        )
        valkey = Valkey(
            folder=data / "valkey",
            password=passwords["valkey"],
            fast=fast,
            server=ServerProcess("valkey", logs / "valkey.log", [(signal.SIGTERM, 10.0)]),
        )
        started = Servers(postgres, valkey, locks)
        for server in (postgres, valkey):
            _start(server, locks[1])
    except BaseException:
        if started:
            started.stop()
        else:
            for lock in locks:
                os.close(lock)
        raise
    return started


def _start(server: _Startable, lock: int, port: int | None = None) -> None:
    """Start on the given port or on free ones, again while somebody is faster or the predecessor is still ending."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            server.start(port or free_port(), lock)
        except (PortTaken, StillEnding):
            server.server.stop()
            if attempt == _ATTEMPTS:
                raise
            time.sleep(0.2 * attempt)
        except BaseException:
            server.server.stop()
            raise
        else:
            return


def _take_locks(data: Path) -> tuple[int, int]:
    """The starter's lock, and the one that the servers share. Raises `Refused` while somebody else holds one.

    The kernel drops a lock with its last holder. The first tells at once that a starter lives; the second is held
    until the last server process has gone, so it is waited for when only the starter was killed.
    """
    starter = _open(data / "starter.lock")
    try:
        fcntl.flock(starter, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(starter)
        raise Refused(f"{data} is in use: its servers were started by a process that still runs") from None
    servers = _open(data / "servers.lock")
    deadline = time.monotonic() + _PREDECESSOR_SECONDS
    while True:
        try:
            fcntl.flock(servers, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            for lock in (starter, servers):
                os.close(lock)
            raise Refused(f"{data} is in use: servers of an earlier run are still ending") from None
        return starter, servers


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _passwords(data: Path) -> dict[str, str]:
    """The servers' passwords, made at the first start; mode 0600. Raises `Refused` when the file is not readable."""
    path = data / _PASSWORDS_FILE
    if not path.exists():
        made = {server: secrets.token_urlsafe(24) for server in ("postgres", "valkey")}
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            json.dump(made, file)
        unfinished.rename(path)
    try:
        read = json.loads(path.read_text(encoding="ascii"))
        return {server: str(read[server]) for server in ("postgres", "valkey")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(f"{path}, which holds the servers' passwords, cannot be read: {error}") from None
