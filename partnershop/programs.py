"""The programs of the product as one machine runs them: which there are, with what arguments, and when they are ready.

They are named here by module and not imported: the composition is the only thing this file knows of them.
"""

import os
import secrets
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from partnershop.machine.ports import LOOPBACK, free_ports
from partnershop.machine.program import LogSays, Program
from partnershop.secret import secret

APP = "workers.app"
WEB_APP = "workers.web"
QUEUES = {
    "flow": "inbox,routing,invoicing,corrections,refunds,commissions,sweeper",
    # By themselves: thousands of job tickets, or a slow producer, must not hold up papers and money, nor one another.
    "dispatch": "dispatch",
    "unitedprint": "unitedprint",
    "documents": "documents",
    "mail": "mail,reconciliation",
}
FLOWER_USER = "operator"
FLOWER_PASSWORD_VARIABLE = "PARTNERSHOP_FLOWER_PASSWORD"
# A fixed moment, so that the same paper renders to the same bytes in every process (documents/engine.py).
_SOURCE_DATE_EPOCH = "1767225600"


@dataclass(frozen=True)
class Ports:
    """The ports of the programs that listen, all on 127.0.0.1."""

    web: int
    simulator: int
    flower: int
    mail_sink: int
    metrics: tuple[int, ...] = field(default=(), kw_only=True)
    """Of the workers, in the order of `QUEUES`; where there is none, a worker tells Prometheus nothing."""

    @classmethod
    def free(cls) -> "Ports":
        """As many ports as are needed, which nobody uses now."""
        web, simulator, flower, mail_sink, *metrics = free_ports(4 + len(QUEUES))
        return cls(web, simulator, flower, mail_sink, metrics=tuple(metrics))


def flower_password(data: Path) -> str:
    """The password of Flower's user "operator": PARTNERSHOP_FLOWER_PASSWORD, else one kept in the data folder."""
    if given := secret(FLOWER_PASSWORD_VARIABLE):
        return given
    path = data / "flower.password"
    if not path.exists():
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(16))
    return path.read_text(encoding="ascii").strip()


def addresses(data: Path, database_url: str, broker_url: str, ports: Ports) -> dict[str, str]:
    """What up.json names: "intake", "flower" (with user and password), "metrics", "database" and "broker".

    "metrics" are the addresses of the web and of each worker, separated by blanks.
    """
    return {
        "intake": f"http://{LOOPBACK}:{ports.web}",
        "flower": f"http://{FLOWER_USER}:{flower_password(data)}@{LOOPBACK}:{ports.flower}",
        "metrics": " ".join(f"http://{LOOPBACK}:{port}/metrics" for port in (ports.web, *ports.metrics)),
        "database": database_url,
        "broker": broker_url,
    }


def programs(
    data: Path,
    database_url: str,
    broker_url: str,
    ports: Ports,
    *,
    concurrency: Mapping[str, int] | None = None,
    environment: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    mail_sink: bool = False,
    worker_app: str = APP,
    web_app: str = WEB_APP,
) -> list[Program]:
    """Web, simulator, a worker per entry of `QUEUES`, beat and Flower, in the order to start them.

    With `mail_sink` also a mail server that keeps all mails in DATA/mails; that it is used, PARTNERSHOP_SMTP_URL says.

    No simulator where UNITEDPRINT_URL names who is to be talked to; nor the programs named in `without`, which then
    run elsewhere or not at all.

    `concurrency`: processes per worker, default 2 for "flow", "dispatch" (job tickets take long) and "mail", and 1
    else.
    `environment` is added to what every program gets. `worker_app` and `web_app` name the modules of the Celery
    application that workers run, and of the web; a drill has its own.
    """
    common = {
        "DATABASE_URL": database_url,
        "BROKER_URL": broker_url,
        "PARTNERSHOP_DATA": str(data),
        "UNITEDPRINT_URL": os.environ.get("UNITEDPRINT_URL") or f"http://{LOOPBACK}:{ports.simulator}",
        "SOURCE_DATE_EPOCH": _SOURCE_DATE_EPOCH,
        "PYTHONUNBUFFERED": "1",
        **(environment or {}),
    }
    processes = dict.fromkeys(QUEUES, 1) | {"flow": 2, "dispatch": 2, "mail": 2} | dict(concurrency or {})
    left_out = {*without, *(["simulator"] if os.environ.get("UNITEDPRINT_URL") else [])}
    left_out |= set() if mail_sink else {"mail-sink"}
    everything = [
        _web(ports.web, common, web_app),
        _simulator(ports.simulator, data, common),
        _mail_sink(ports.mail_sink, data, common),
        *(
            worker(name, queues, processes[name], common | _metrics(name, data, ports), app=worker_app)
            for name, queues in QUEUES.items()
        ),
        beat(data / "beat-schedule", common),
        _flower(ports.flower, flower_password(data), common),
    ]
    return [program for program in everything if program.name not in left_out]


def _web(port: int, environment: Mapping[str, str], app: str) -> Program:
    options = ("--host", LOOPBACK, "--port", str(port), "--no-server-header", "--no-access-log", "--http", "h11")
    # h11 also where httptools is installed, which puts no limit on the size of headers.
    argv = _python("uvicorn", f"{app}:app", *options)
    return Program("web", argv, environment, f"http://{LOOPBACK}:{port}/health")


def _simulator(port: int, data: Path, environment: Mapping[str, str]) -> Program:
    argv = _python("partnershop.gateways.unitedprint_simulator", "--port", str(port), "--data", str(data))
    # A hand-over in hand gets its answer: without one its outcome is unknown, and people must ask.
    return Program("simulator", argv, environment, f"http://{LOOPBACK}:{port}/health", outlives=True)


def _mail_sink(port: int, data: Path, environment: Mapping[str, str]) -> Program:
    argv = _python("partnershop.gateways.mail_sink", "--port", str(port), "--data", str(data))
    # A mail in hand gets its answer: without one nobody knows whether it arrived.
    return Program("mail-sink", argv, environment, LogSays("smtp://"), outlives=True)


def worker(
    name: str, queues: str, processes: int, environment: Mapping[str, str], *, app: str = APP
) -> Program:
    """The program `worker-NAME`: a worker of these queues with so many processes."""
    options = ("-n", f"{name}@%h", "-Q", queues, "--concurrency", str(processes), "--loglevel", "INFO")
    argv = _celery(app, "worker", *options)
    # Grace: a task in hand may be in the middle of a call that nobody can ask about again.
    return Program(f"worker-{name}", argv, environment, LogSays(rf"{name}@\S+ ready\."), grace_seconds=30.0)


def _metrics(worker: str, data: Path, ports: Ports) -> dict[str, str]:
    """What makes a worker tell Prometheus what it does (see workers/metrics.py)."""
    port = dict(zip(QUEUES, ports.metrics, strict=False)).get(worker)
    if port is None:
        return {}
    folder = data / "metrics" / worker
    # Here and not in the worker: the library looks for it when Celery first imports it.
    return {"PARTNERSHOP_METRICS_PORT": str(port), "PROMETHEUS_MULTIPROC_DIR": str(folder)}


def beat(schedule: Path, environment: Mapping[str, str], name: str = "beat") -> Program:
    """The program that sends the schedule; `schedule` is the file that it notes in when it sent what."""
    argv = _celery(APP, "beat", "-s", str(schedule), "--loglevel", "INFO")
    return Program(name, argv, environment, LogSays(r"beat: Starting"))


def _flower(port: int, password: str, environment: Mapping[str, str]) -> Program:
    argv = _python("workers.flower", f"--address={LOOPBACK}", f"--port={port}", "--read_only=True")
    # The password by environment: every user of the machine can read a command line.
    secret = {"FLOWER_BASIC_AUTH": f"{FLOWER_USER}:{password}"}
    return Program("flower", argv, {**environment, **secret}, f"http://{LOOPBACK}:{port}/healthcheck")


def _celery(app: str, command: str, *options: str) -> list[str]:
    return _python("celery", "-A", app, command, *options)


def _python(module: str, *options: str) -> list[str]:
    return [sys.executable, "-m", module, *options]
