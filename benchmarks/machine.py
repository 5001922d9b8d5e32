"""What a benchmark runs on: the product's own servers and programs in a temporary folder, gone at its end."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from celery import Celery
from redis import Redis
from sqlalchemy import Engine, create_engine, text

from partnershop.db import migrate
from partnershop.embedded import Servers, remove_data, start_servers
from partnershop.machine.program import Program
from partnershop.paths import ROOT
from partnershop.programs import Ports, programs
from partnershop.stages import Wake
from partnershop.supervisor import Supervisor
from workers.waking import Waker

NOOP_QUEUE = "noop"


@dataclass(frozen=True)
class Machine:
    """Running servers. `publisher` is a Celery application that only sends."""

    data: Path
    servers: Servers
    ports: Ports
    engine: Engine
    publisher: Celery

    @property
    def intake(self) -> str:
        """The address of the web process, once `running` has started it."""
        return f"http://127.0.0.1:{self.ports.web}"

    @contextmanager
    def running(
        self,
        names: Sequence[str],
        *,
        concurrency: Mapping[str, int] | None = None,
        more: Sequence[Program] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Iterator[None]:
        """Run these of the product's programs, exactly as `partnershop up` would, and `more`.

        `environment` is added to what the programs get.
        """
        # What a program leaves in the temporary folder (WeasyPrint its fonts) goes with everything else.
        temporary = self.data / "tmp"
        temporary.mkdir(exist_ok=True)
        known = programs(
            self.data,
            self.servers.database_url,
            self.servers.broker_url,
            self.ports,
            concurrency=concurrency,
            environment={"TMPDIR": str(temporary), **(environment or {})},
        )
        wanted = [program for program in known if program.name in names]
        with Supervisor(self.data) as supervisor:
            supervisor.start([*wanted, *more])
            yield

    def noop_worker(self, processes: int) -> Program:
        """A plain Celery worker on the same broker, for `benchmarks/noop.py`."""
        options = ("-n", "noop@%h", "-Q", NOOP_QUEUE, "--concurrency", str(processes), "--loglevel", "WARNING")
        return Program(
            "worker-noop",
            [sys.executable, "-m", "celery", "-A", "benchmarks.noop", "worker", *options],
            # Programs are started in an empty folder; this package is in none that is installed.
            {"BROKER_URL": self.servers.broker_url, "PYTHONPATH": str(ROOT)},
            self._noop_answers,
        )

    def _noop_answers(self) -> bool:
        replies = self.publisher.control.ping(timeout=0.5) or []
        return any(name.startswith("noop@") for reply in replies for name in reply)

    def broker(self) -> Redis:
        """A connection to the broker itself."""
        return Redis.from_url(self.servers.broker_url)

    def wake(self, hint: Wake, times: int = 1) -> None:
        """Send a hint as the product does; more than once to wake more than one process of a worker."""
        for _ in range(times):
            Waker(self.publisher)([hint])

    def another_database(self, name: str) -> str:
        """Make and migrate one more database on the same server; its URL."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = f"{self.servers.database_url.rpartition('/')[0]}/{name}"
        migrate(url)
        return url


@contextmanager
def machine() -> Iterator[Machine]:
    """PostgreSQL and Valkey, durable as always, on a temporary folder, migrated; stopped and removed at the end."""
    data = Path(tempfile.mkdtemp(prefix="partnershop-bench-"))
    data.chmod(0o711)  # for root's runs: PostgreSQL runs as nobody and must come through
    try:
        with start_servers(data) as servers:
            migrate(servers.database_url)
            engine = engine_of(servers.database_url)
            try:
                yield Machine(data, servers, Ports.free(), engine, Celery("publisher", broker=servers.broker_url))
            finally:
                engine.dispose()
    finally:
        remove_data(data)


def engine_of(url: str) -> Engine:
    """An engine for a database of the machine."""
    return create_engine(f"postgresql+psycopg://{url.partition('://')[2]}", connect_args={"options": "-c timezone=UTC"})
