"""Which database and broker a command talks to: those of a running `up`, or the ones the environment names."""

import os
from pathlib import Path
from typing import Annotated

import typer

from partnershop.cli.ending import NotConnected
from partnershop.config import config, default_data
from partnershop.errors import Refused
from partnershop.secret import replace_secrets, secret

DataOption = Annotated[
    Path | None,
    typer.Option("--data", help="The data folder of a running `partnershop up`; else PARTNERSHOP_DATA."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def data_folder(data: Path | None) -> Path:
    """The data folder: the given one, PARTNERSHOP_DATA, or the default one; absolute."""
    return (data or Path(os.environ.get("PARTNERSHOP_DATA") or default_data())).expanduser().resolve()


def connect(data: Path | None = None) -> dict[str, str]:
    """Set the environment for this command and return the addresses of the running product, as far as they are known.

    `--data` wins; then a product that is up on PARTNERSHOP_DATA; then DATABASE_URL (and BROKER_URL); then a product
    that is up on the default folder. Call it before `config()`. Raises `NotConnected` when there is none.
    """
    named = data is not None or bool(os.environ.get("PARTNERSHOP_DATA"))
    own_servers = secret("DATABASE_URL")
    folder = data_folder(data)
    if own_servers and not named:
        # The product that may run on the default folder is not the one that was named.
        return {"database": own_servers}
    try:
        found = _running(folder)
    except Refused as problem:
        if data is None and own_servers:
            return {"database": own_servers}
        raise NotConnected(f"{problem}\nor name your own servers with DATABASE_URL and BROKER_URL") from None
    replace_secrets(DATABASE_URL=found["database"], BROKER_URL=found["broker"])
    os.environ["PARTNERSHOP_DATA"] = str(folder)
    config.cache_clear()
    return found


def _running(folder: Path) -> dict[str, str]:
    from partnershop.supervisor import read_up  # noqa: PLC0415  (most of what it imports only `up` needs)

    return {name: value for name, value in read_up(folder).items() if isinstance(value, str)}
