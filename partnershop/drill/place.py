"""The product on a place of the drill's own: servers, wires, programs, and every way to do them harm."""

import json
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import redis

from partnershop import clock
from partnershop.drill.outside import Outside
from partnershop.drill.place_outside import asked, collected
from partnershop.drill.place_preparing import Say, loaded, product_programs, wired, with_environment
from partnershop.drill.place_programs import Programs, children, group, wait_gone
from partnershop.drill.plan import Plan
from partnershop.drill.reckoning import ShopRules
from partnershop.drill.strikes import Orders, Strike, Struck
from partnershop.drill.wire import Wire
from partnershop.embedded import Servers, start_servers
from partnershop.machine.guardian import end_group
from partnershop.machine.places import own_folder
from partnershop.machine.program import LogSays, Program
from partnershop.programs import beat

CLOCK_VARIABLE = "PARTNERSHOP_CLOCK_OFFSET_SECONDS"
SINK_CONTROL = "sink-control.json"
_EXTRA = "-2"
_HEAD_START_SECONDS = 4.0


class Place:
    """A running product that may be harmed. Use it from the main thread, and call `tick` often.

    Names are those of the programs ("web", "worker-flow", "beat", "simulator", "mail-sink", ...) and of the servers
    ("postgres", "valkey").
    """

    def __init__(
        self,
        data: Path,
        servers: Servers,
        wires: tuple[Wire, Wire],
        programs: Programs,
        addresses: Mapping[str, str],
        loaded: tuple[Sequence[ShopRules], dict[str, str]],
    ) -> None:
        """Use `prepared`."""
        self.data = data
        self.database_url, self.broker_url = servers.database_url, servers.broker_url
        self.database_wire, self.broker_wire = wires
        self.intake, self.simulator = addresses["intake"], addresses["simulator"]
        self.shops, self.secrets = loaded
        self.postgres_data, self.valkey_folder = servers.postgres_data, servers.valkey_data
        self._servers = servers
        self._programs = programs
        self._held: set[str] = set()
        self._thawing: dict[int, float] = {}
        self._orders = Orders(data)

    # What runs

    def tick(self) -> None:
        """Start again what has ended and is not held. Returns at once, whatever is still coming up."""
        for name in self._servers.pids:
            if name not in self._held and not self._servers.is_alive(name):
                self._servers.relaunch(name)
        for number, moment in list(self._thawing.items()):
            if time.monotonic() > moment:
                del self._thawing[number]
                end_group(number, signal.SIGCONT)
        self._programs.tick()

    def names(self) -> list[str]:
        """All programs, extra ones too, without the servers."""
        return self._programs.names

    def workers(self) -> list[str]:
        """The workers."""
        return [name for name in self.names() if name.startswith("worker-")]

    def pid(self, name: str) -> int | None:
        """The process id of a program or server while it runs."""
        if name in self._servers.pids:
            return self._servers.pids[name] if self._servers.is_alive(name) else None
        return self._programs.pid(name)

    def children(self, name: str) -> list[int]:
        """The processes that it started: a worker's pool."""
        pid = self.pid(name)
        return [] if pid is None else children(pid)

    def is_ready(self, name: str) -> bool:
        """A program: it runs and has been ready since its last start. A server: it answers."""
        if name in self._servers.pids:
            return self._servers.answers(name)
        return self._programs.is_ready(name)

    def log(self, name: str) -> Path:
        """The log of a program."""
        return self._programs.log(name)

    # Harm

    def kill(self, pid: int) -> None:
        """SIGKILL, and wait until it is gone. Nothing happens where the process has ended already."""
        _send(pid, signal.SIGKILL)
        wait_gone([pid])

    def kill_group(self, name: str) -> int:
        """SIGKILL for a program or server and its children, all at once; how many processes that were."""
        pid = self.pid(name)
        if pid is None:
            return 0
        members = {*group(pid), *children(pid)}
        end_group(pid, signal.SIGKILL)
        for member in members:
            _send(member, signal.SIGKILL)
        wait_gone(members)
        return len(members)

    def freeze(self, pid: int) -> None:
        """SIGSTOP for this process."""
        _send(pid, signal.SIGSTOP)

    def thaw(self, pid: int) -> None:
        """SIGCONT for this process, and for all of its group at a `tick` a few seconds later.

        A worker's main process freezes with its child; it would see at once that the child's time is up and kill it,
        and nobody would come late.
        """
        with suppress(ProcessLookupError):
            number = os.getpgid(pid)
            if number not in self._thawing:
                _send(pid, signal.SIGCONT)
                self._thawing[number] = time.monotonic() + _HEAD_START_SECONDS

    def hold(self, name: str) -> None:
        """Once it has ended, it stays so until `release`."""
        self._held.add(name)
        self._programs.hold(name)

    def release(self, name: str) -> None:
        """`tick` may start it again."""
        self._held.discard(name)
        self._programs.release(name)

    def end(self, name: str) -> None:
        """SIGTERM to a program, then `tick` starts it again: a rolling restart. It has a grace and is killed after it.

        PostgreSQL gets SIGQUIT, an immediate shutdown: it leaves as if the machine had lost power.
        """
        if name in self._servers.pids:
            pid = self.pid(name)
            if pid is not None:
                _send(pid, signal.SIGQUIT if name == "postgres" else signal.SIGTERM)
            return
        self._programs.end(name)

    def start_extra(self, name: str) -> None:
        """Another beat ("beat") or worker ("worker-flow") beside the first, called NAME-2. Again: does nothing."""
        self._programs.add(self._extra(self._programs.program(name)))

    def stop_extra(self, name: str) -> None:
        """End the second one for good."""
        self._programs.remove(name + _EXTRA)

    def _extra(self, first: Program) -> Program:
        if first.name == "beat":
            return beat(self.data / "beat-schedule-2", first.environment, "beat-2")
        short = first.name.removeprefix("worker-")
        argv = [f"{short}{_EXTRA}@%h" if word == f"{short}@%h" else word for word in first.argv]
        ready = LogSays(rf"{short}{_EXTRA}@\S+ ready\.")
        return replace(first, name=first.name + _EXTRA, argv=argv, ready=ready)

    # Time

    def now(self) -> datetime:
        """The product's time, as the programs have it whose clock was not moved by itself."""
        return clock.now()

    def set_clock(self, seconds: int, *names: str) -> None:
        """Restart these programs with their clock moved by so many seconds against the real time.

        Without names: all programs, and this process, so `now` as well.
        """
        if not names:
            os.environ[CLOCK_VARIABLE] = str(seconds)
        for name in names or self.names():
            self._programs.change(name, {CLOCK_VARIABLE: str(seconds)})

    # Orders to drilled workers

    def order(self, strike: Strike) -> None:
        """Leave an order for the drilled workers."""
        self._orders.give(strike)

    def withdraw(self, strike: Strike) -> None:
        """Take an order back that nobody has carried out."""
        self._orders.withdraw(strike)

    def struck(self) -> list[Struck]:
        """The orders that were carried out since the last call."""
        return self._orders.collect()

    # The others

    def producer_mode(self, mode: str, share: int = 1, delay_seconds: float = 30.0) -> None:
        """Unitedprint's simulator behaves so from now on, for one request in `share` ("normal": for none).

        Raises `OSError` when it does not answer, or knows no such mode.
        """
        asked(f"{self.simulator}/control", {"mode": mode, "share": share, "delay_seconds": delay_seconds})

    def mail_mode(self, mode: str, share: int = 1, delay_seconds: float = 5.0) -> None:
        """The mail server behaves so from now on, for one mail in `share` (see gateways/mail_sink_mode.py)."""
        path = self.data / SINK_CONTROL
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({"mode": mode, "share": share, "delay_seconds": delay_seconds}))
        unfinished.replace(path)

    def outside(self) -> Outside:
        """What producers, payments and the mail server hold."""
        return collected(self.data, self.simulator)

    def sql(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """A new connection straight to the database, autocommit. Raises `psycopg.OperationalError`."""
        return psycopg.connect(self.database_url, autocommit=True, connect_timeout=5)

    def redis(self) -> "redis.Redis":
        """A new client straight to the broker."""
        return redis.Redis.from_url(self.broker_url, socket_timeout=10)


@contextmanager
def prepared(plan: Plan, say: Say) -> Iterator[Place]:
    """Start a place of its own on a folder of its own, with the drill's shops; at the end all of it is gone.

    Use it in the main thread, within `interruptible()`. Raises `Refused` or `Transient` where something does not start.
    """
    with ExitStack() as stack:
        data = stack.enter_context(own_folder("partnershop-drill-"))
        say("PostgreSQL and Valkey start")
        servers = stack.enter_context(start_servers(data))
        stack.enter_context(with_environment(data, servers))
        os.environ[CLOCK_VARIABLE] = str(plan.clock_seconds)
        rules_and_secrets = loaded(servers.database_url)
        wires = stack.enter_context(wired(servers.database_url, sees_commits=True)), stack.enter_context(
            wired(servers.broker_url)
        )
        programs = Programs(data, say)
        stack.callback(programs.stop)
        say("web, workers, beat, Unitedprint's simulator and the mail server start")
        addresses = product_programs(programs, plan, data, servers, wires)
        yield Place(data, servers, wires, programs, addresses, rules_and_secrets)
        say("stopping everything")


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
