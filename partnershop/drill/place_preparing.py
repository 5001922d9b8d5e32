"""How a place comes to be: a folder, an environment, shops, wires, programs; each undone at the end."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from partnershop.db import forget_settings, migrate, unit_of_work
from partnershop.drill import pressed, shops
from partnershop.drill.place_programs import Programs
from partnershop.drill.plan import Plan
from partnershop.drill.reckoning import ShopRules
from partnershop.drill.wire import Wire
from partnershop.embedded import Servers
from partnershop.flows import catalogues
from partnershop.flows import shops as product_shops
from partnershop.machine.ports import LOOPBACK
from partnershop.programs import Ports, programs
from partnershop.secret import SECRETS

Say = Callable[[str], None]

_START_SECONDS = 180.0
_GRACE_SECONDS = 10.0  # when everything stops, the judge has had his say
_BY = "/operators/drill"
_OURS = ("PARTNERSHOP_", "UNITEDPRINT_")


@contextmanager
def with_environment(data: Path, servers: Servers) -> Iterator[None]:
    """The drill's servers and folder, for this process and what it starts; nothing of the user's own product."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(_OURS) or name.removesuffix("_FILE") in SECRETS:
            del os.environ[name]
    os.environ.update(
        DATABASE_URL=servers.database_url, BROKER_URL=servers.broker_url, PARTNERSHOP_DATA=str(data)
    )
    forget_settings()
    try:
        yield
    finally:
        forget_settings()
        os.environ.clear()
        os.environ.update(before)


def loaded(database_url: str) -> tuple[Sequence[ShopRules], dict[str, str]]:
    """Make the schema and load the drill's shops; their rules, and their webhook secrets by code."""
    migrate(database_url)
    catalogue, texts = shops.catalogue_text(), shops.shop_texts()
    with unit_of_work() as session:
        catalogues.load(session, catalogue)
    secrets = {}
    for text in texts:
        with unit_of_work() as session:
            shop = product_shops.add(session, text, _BY).shop
            secrets[shop.code] = product_shops.secrets(session, shop)[0].secret
    return [ShopRules.read(text, catalogue) for text in texts], secrets


def wired(url: str, *, sees_commits: bool = False) -> Wire:
    """A wire to the server of this URL."""
    port = urlsplit(url).port
    assert port is not None
    return Wire(port, sees_commits=sees_commits)


def through(url: str, wire: Wire) -> str:
    """The same URL, by way of the wire."""
    parts = urlsplit(url)
    user, _, _ = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}@{LOOPBACK}:{wire.port}").geturl()


def product_programs(
    running: Programs, plan: Plan, data: Path, servers: Servers, wires: tuple[Wire, Wire]
) -> dict[str, str]:
    """Start the product's programs on the wires, and return the addresses "intake" and "simulator"."""
    # No metrics, no Flower: nobody looks, and a second worker beside the first must not want the same port.
    ports = replace(Ports.free(), metrics=())
    intake = f"http://{LOOPBACK}:{ports.web}"
    environment = {
        "PARTNERSHOP_PUBLIC_URL": intake,
        "PARTNERSHOP_SMTP_URL": f"smtp://{LOOPBACK}:{ports.mail_sink}",
        **pressed.environment(),
    }
    chosen = programs(
        data,
        through(servers.database_url, wires[0]),
        through(servers.broker_url, wires[1]),
        ports,
        environment=environment,
        without=("flower",),
        mail_sink=True,
        worker_app=plan.worker_app,
        web_app=plan.web_app,
    )
    running.start([replace(program, grace_seconds=_GRACE_SECONDS) for program in chosen], _START_SECONDS)
    return {"intake": intake, "simulator": f"http://{LOOPBACK}:{ports.simulator}"}
