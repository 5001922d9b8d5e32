"""What the environment says. Secrets come from it, or from files that it names; nothing in this module is logged."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from partnershop.secret import environment


@dataclass(frozen=True, repr=False)
class Config:
    """The settings of one process; without a `repr`, so that no log shows a password.

    `database_url` is any libpq or SQLAlchemy PostgreSQL URL, `broker_url` a redis:// URL; `data` is the folder for
    hot folders and other files that people fetch; `public_url` is where people reach the product (on job tickets).
    Empty where nothing is set: `smtp_url` (mail is then written to files), `objects_url` (rendered bytes then lie in
    the database) and `metrics_token` (metrics are then for this machine alone).
    `mail_gather_seconds`: items of an order that leave within that time are told in one mail.
    """

    database_url: str
    broker_url: str
    data: Path
    public_url: str
    unitedprint_url: str
    unitedprint_timeout_seconds: float
    body_limit_bytes: int
    requests_per_minute: int
    smtp_url: str
    objects_url: str
    metrics_token: str
    mail_gather_seconds: int

    @property
    def sqlalchemy_url(self) -> str:
        """The database's URL with the driver SQLAlchemy is to use."""
        _, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}"


def default_data() -> Path:
    """The data folder when none is named: under the user's data home (XDG_DATA_HOME, else ~/.local/share)."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "partnershop"


@lru_cache(maxsize=1)
def config() -> Config:
    """Read the environment once per process, with all secrets, so that a process with a wrong one does not start.

    Raises `KeyError` naming the variable when DATABASE_URL is missing, `Refused` when a secret's file is no good.
    """
    said = environment()
    return Config(
        database_url=said["DATABASE_URL"],
        broker_url=said.get("BROKER_URL", "redis://127.0.0.1:6379/0"),
        data=Path(said.get("PARTNERSHOP_DATA") or default_data()),
        public_url=said.get("PARTNERSHOP_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        unitedprint_url=said.get("UNITEDPRINT_URL", ""),
        unitedprint_timeout_seconds=float(said.get("UNITEDPRINT_TIMEOUT_SECONDS", "10")),
        body_limit_bytes=int(said.get("PARTNERSHOP_BODY_LIMIT_BYTES", str(4 * 1024 * 1024))),
        requests_per_minute=int(said.get("PARTNERSHOP_REQUESTS_PER_MINUTE", "0")),
        smtp_url=said.get("PARTNERSHOP_SMTP_URL", ""),
        objects_url=said.get("PARTNERSHOP_OBJECTS_URL", ""),
        metrics_token=said.get("PARTNERSHOP_METRICS_TOKEN", ""),
        mail_gather_seconds=int(said.get("PARTNERSHOP_MAIL_GATHER_SECONDS", "20")),
    )
