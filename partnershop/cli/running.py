"""The whole product on this machine: servers, schema, programs, and up.json. What `up` and `demo` have in common."""

import contextlib
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from partnershop.cli.ending import UnknownThing
from partnershop.db import forget_settings, migrate
from partnershop.embedded import Servers, start_servers
from partnershop.gateways.mail_server import read_server
from partnershop.gateways.objects import Address
from partnershop.machine.ports import LOOPBACK
from partnershop.programs import Ports, addresses, programs
from partnershop.secret import replace_secrets, secret
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
    `embedded_only` ignores those variables, and keeps bytes and mails in the data folder, too; `ports` fixes the ports
    instead of taking free ones; `without` names programs that are not to be started here. Raises `Refused` when the
    folder is in use or the machine lacks something, `Transient` when something does not come up.
    """
    check_free(data)
    say = _to_whoever_listens(say)
    chosen = ports or Ports.free()
    if not embedded_only:
        _check_addresses()
    with contextlib.ExitStack() as stack:
        database_url, broker_url, servers = _servers(data, stack, say, embedded_only)
        replace_secrets(DATABASE_URL=database_url, BROKER_URL=broker_url)
        if embedded_only:
            replace_secrets(PARTNERSHOP_SMTP_URL=f"smtp://{LOOPBACK}:{chosen.mail_sink}", PARTNERSHOP_OBJECTS_URL="")
        os.environ["PARTNERSHOP_DATA"] = str(data)
        forget_settings()
        stack.callback(forget_settings)
        migrate(database_url)
        supervisor = stack.enter_context(Supervisor(data, say=say, servers=servers))
        say("web, Unitedprint's simulator, workers, beat and Flower start")
        where = _start(supervisor, data, database_url, broker_url, chosen, without, embedded_only)
        supervisor.publish(where)
        try:
            yield Product(supervisor, where, data)
        finally:
            say("stopping web, workers, beat and Flower" + (", then PostgreSQL and Valkey" if servers else ""))


def _check_addresses() -> None:
    """Refuse a wrong address before anything starts, and not by a worker in its log."""
    if url := secret("PARTNERSHOP_OBJECTS_URL"):
        Address.parse(url)
    if url := secret("PARTNERSHOP_SMTP_URL"):
        read_server(url)


def _servers(
    data: Path, stack: contextlib.ExitStack, say: Callable[[str], None], embedded_only: bool
) -> tuple[str, str, Servers | None]:
    database_url, broker_url = secret("DATABASE_URL"), secret("BROKER_URL")
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
    ports: Ports,
    without: Collection[str],
    mail_sink: bool,
) -> dict[str, str]:
    """Start the programs and return the addresses."""
    where = addresses(data, database_url, broker_url, ports)
    # Where people reach the product, for the QR code of a job ticket.
    extra = {} if os.environ.get("PARTNERSHOP_PUBLIC_URL") else {"PARTNERSHOP_PUBLIC_URL": where["intake"]}
    chosen = programs(
        data, database_url, broker_url, ports, environment=extra, without=without, mail_sink=mail_sink
    )
    supervisor.start(chosen, seconds=_START_SECONDS)
    if any(program.name == "simulator" for program in chosen):
        where["simulator"] = f"http://{LOOPBACK}:{ports.simulator}"
    if mail_sink or not secret("PARTNERSHOP_SMTP_URL"):
        where["mails"] = str(data / "mails")
    return where


def _to_whoever_listens(say: Callable[[str], None]) -> Callable[[str], None]:
    """The same, also when nobody does any more: a terminal that was closed keeps nothing from ending in order."""

    def said(sentence: str) -> None:
        # Of a pipe that nobody reads, the printing library makes an exit.
        with contextlib.suppress(OSError, SystemExit):
            say(sentence)

    return said
