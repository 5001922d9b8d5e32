"""The whole product on this machine: servers, schema, programs, and up.json. What `up` and `demo` have in common."""

import contextlib
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from partnershop.cli.ending import UnknownThing
from partnershop.config import config
from partnershop.db import engine, migrate
from partnershop.embedded import Servers, start_servers
from partnershop.machine.ports import LOOPBACK
from partnershop.programs import Ports, addresses, programs
from partnershop.supervisor import Supervisor, check_free

_START_SECONDS = 120.0


@dataclass(frozen=True)
class Product:
    """The running product: its supervisor (call `tick` during long work), its addresses and its data folder."""

    supervisor: Supervisor
    addresses: dict[str, str]
    data: Path


@contextlib.contextmanager
def running(
    data: Path,
    say: Callable[[str], None],
    *,
    embedded_only: bool = False,
    ports: Ports | None = None,
    without: Collection[str] = (),
) -> Iterator[Product]:
    """Start everything, and stop it at the end. DATABASE_URL and BROKER_URL, set both, name servers of one's own.

    Use it within `interruptible()` in the main thread. The environment of this process then names the same database.
    `embedded_only` ignores those variables; `ports` fixes the ports instead of taking free ones; `without` names
    programs that are not to be started here. Raises `Refused` when the folder is in use or the machine lacks something,
    `Transient` when something does not come up.
    """
    check_free(data)
    with contextlib.ExitStack() as stack:
        database_url, broker_url, servers = _servers(data, stack, say, embedded_only)
        os.environ.update(DATABASE_URL=database_url, BROKER_URL=broker_url, PARTNERSHOP_DATA=str(data))
        _forget_settings()
        stack.callback(_forget_settings)
        migrate(database_url)
        supervisor = stack.enter_context(Supervisor(data, say=say, servers=servers))
        say("web, Unitedprint's simulator, workers, beat and Flower start")
        where = _start(supervisor, data, database_url, broker_url, ports, without)
        supervisor.publish(where)
        try:
            yield Product(supervisor, where, data)
        finally:
            say("stopping web, workers, beat and Flower" + (", then PostgreSQL and Valkey" if servers else ""))


def _servers(
    data: Path, stack: contextlib.ExitStack, say: Callable[[str], None], embedded_only: bool
) -> tuple[str, str, Servers | None]:
    database_url, broker_url = os.environ.get("DATABASE_URL"), os.environ.get("BROKER_URL")
    if (database_url or broker_url) and not embedded_only:
        if not database_url or not broker_url:
            raise UnknownThing("set both DATABASE_URL and BROKER_URL to use your own servers, or neither")
        return database_url, broker_url, None
    say("PostgreSQL and Valkey start")
    servers = stack.enter_context(start_servers(data))
    return servers.database_url, servers.broker_url, servers


def _start(
    supervisor: Supervisor,
    data: Path,
    database_url: str,
    broker_url: str,
    ports: Ports | None,
    without: Collection[str],
) -> dict[str, str]:
    """Start the programs and return the addresses."""
    chosen = ports or Ports.free()
    where = addresses(data, database_url, broker_url, chosen)
    # Where people reach the product, for the QR code of a job ticket.
    extra = {} if os.environ.get("PARTNERSHOP_PUBLIC_URL") else {"PARTNERSHOP_PUBLIC_URL": where["intake"]}
    chosen_programs = programs(data, database_url, broker_url, chosen, environment=extra, without=without)
    supervisor.start(chosen_programs, seconds=_START_SECONDS)
    if any(program.name == "simulator" for program in chosen_programs):
        where["simulator"] = f"http://{LOOPBACK}:{chosen.simulator}"
    return where


def _forget_settings() -> None:
    """What was read of the environment before is read anew, and no connection outlives its server."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()
    config.cache_clear()
