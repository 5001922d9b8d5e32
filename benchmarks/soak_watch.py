"""What a soak watches while it runs: memory and file handles of every process, connections, and the size of tables."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from sqlalchemy import text

from benchmarks.machine import Machine

_WARM = 0.2  # of the time is warm-up
_TABLES = text("""
    SELECT sum(pg_total_relation_size(relid))::float / greatest(sum(n_live_tup), 1) AS bytes,
           sum(n_dead_tup)::float / greatest(sum(n_live_tup), 1) AS dead
      FROM pg_stat_user_tables
""")
# What is looked at as one: the connections of the database come and go.
_KINDS = {
    "uvicorn": "web", "beat": "beat", "workers.flower": "flower", "unitedprint_simulator": "simulator",
    "valkey": "valkey", "postgres": "postgres",
}  # fmt: skip


class Watch:
    """Looks every few seconds; `thirds` compares the first third after warm-up with the last."""

    def __init__(self, on: Machine, every: float) -> None:
        self._on, self._every = on, every
        self._seen: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look as long as the block runs."""
        ended = threading.Event()
        looker = threading.Thread(target=self._look_until, args=(ended,))
        looker.start()
        try:
            yield
        finally:
            ended.set()
            looker.join()

    def thirds(self, what: str) -> tuple[list[float], list[float]]:
        """The last third of what was seen, and the first one after the warm-up: a median each."""
        seen = self._seen[what][int(len(self._seen[what]) * _WARM) :]
        third = max(1, len(seen) // 3)
        return [median(seen[-third:])], [median(seen[:third])]

    def named(self, kind: str) -> list[str]:
        """What was seen of this kind ("memory of …")."""
        return sorted(name for name in self._seen if name.startswith(kind))

    def _look_until(self, ended: threading.Event) -> None:
        while not ended.is_set():
            begin = time.monotonic()
            self._look()
            ended.wait(max(0.0, self._every - (time.monotonic() - begin)))

    def _look(self) -> None:
        memory: dict[str, list[float]] = defaultdict(list)
        files: dict[str, int] = defaultdict(int)
        for name, folder in _processes(str(self._on.data)):
            try:
                memory[name].append(_resident(folder))
                files[name] += len(list((folder / "fd").iterdir()))
            except OSError:
                continue  # it has just ended
        for name, sizes in memory.items():
            self._seen[f"memory of {name}"].append(max(sizes))
        self._seen["file handles"].append(float(sum(files.values())))
        with self._on.engine.connect() as connection:
            self._seen["connections"].append(
                float(connection.execute(text("SELECT count(*) FROM pg_stat_activity")).scalar_one())
                + float(self._on.broker().info("clients")["connected_clients"])
            )
            tables = connection.execute(_TABLES).one()
        self._seen["bytes"].append(float(tables.bytes or 0))
        self._seen["dead"].append(float(tables.dead or 0))


def _processes(data: str) -> Iterator[tuple[str, Path]]:
    """What runs on this data folder: the product's name of it, and its folder in /proc."""
    for folder in Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            is_ours = folder.name.isdigit() and (
                data in command or f"PARTNERSHOP_DATA={data}".encode() in (folder / "environ").read_bytes()
            )
        except OSError:
            continue
        if is_ours and (name := _name(command, folder)):
            yield name, folder


def _name(command: str, folder: Path) -> str:
    if "celery" in command and "@" in command:
        worker = command.rsplit(" -n ", maxsplit=1)[-1].partition("@")[0]
        children = (folder / "task" / folder.name / "children").read_text("utf-8").split()
        return f"worker-{worker} ({'main' if children else 'pool'})"
    return next((kind for part, kind in _KINDS.items() if part in command), "")


def _resident(folder: Path) -> float:
    fields = dict(line.split(":", 1) for line in (folder / "status").read_text("utf-8").splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024 if "VmRSS" in fields else 0.0
