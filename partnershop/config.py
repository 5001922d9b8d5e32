"""What the environment says. Secrets come from here only; nothing in this module is logged."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """The settings of one process.

    `database_url` is any libpq or SQLAlchemy PostgreSQL URL, `broker_url` a redis:// URL; `data` is the folder for
    hot folders and other files that people fetch; `public_url` is where people reach the product (on job tickets).
    """

    database_url: str
    broker_url: str
    data: Path
    public_url: str
    unitedprint_url: str
    unitedprint_timeout_seconds: float
    body_limit_bytes: int
    requests_per_minute: int

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
    """Read the environment once per process. Raises `KeyError` naming the variable when DATABASE_URL is missing."""
    environment = os.environ
    return Config(
        database_url=environment["DATABASE_URL"],
        broker_url=environment.get("BROKER_URL", "redis://127.0.0.1:6379/0"),
        data=Path(environment.get("PARTNERSHOP_DATA") or default_data()),
        public_url=environment.get("PARTNERSHOP_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        unitedprint_url=environment.get("UNITEDPRINT_URL", ""),
        unitedprint_timeout_seconds=float(environment.get("UNITEDPRINT_TIMEOUT_SECONDS", "10")),
        body_limit_bytes=int(environment.get("PARTNERSHOP_BODY_LIMIT_BYTES", str(4 * 1024 * 1024))),
        requests_per_minute=int(environment.get("PARTNERSHOP_REQUESTS_PER_MINUTE", "0")),
    )
