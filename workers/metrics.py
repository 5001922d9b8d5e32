"""What a worker tells Prometheus: its processes count into files, its main process answers for all of them.

PROMETHEUS_MULTIPROC_DIR names the folder of the files, of one worker alone; whoever starts the worker sets it, since
prometheus_client reads it when it is first imported, and Celery's command line does that before any code of ours runs.
PARTNERSHOP_METRICS_PORT is where the main process answers, on 127.0.0.1 or PARTNERSHOP_METRICS_HOST; without it, it
does not. The state of the database is told by the web, once, and not by every worker.
"""

import os
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, task_prerun, worker_init, worker_process_init, worker_ready
from prometheus_client.mmap_dict import MmapedDict

from partnershop.counters import observe_task
from partnershop.logging import log
from partnershop.machine.ports import LOOPBACK
from partnershop.metrics import MEDIA_TYPE, exposition, may_read

PORT_VARIABLE = "PARTNERSHOP_METRICS_PORT"
HOST_VARIABLE = "PARTNERSHOP_METRICS_HOST"
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

_ENDS = {"SUCCESS": "done", "RETRY": "retried"}
_KINDS = ("counter", "histogram")
_ENDED = "ended"
"""In place of a process id: the file that holds what all processes counted that have ended."""


class _Answers(BaseHTTPRequestHandler):
    """GET /metrics, and nothing else."""

    timeout = 10

    def do_GET(self) -> None:
        """Answer a scrape."""
        asked = self.path.partition("?")[0] == "/metrics"
        # Whoever opened this port to other machines, which is for metrics alone, meant it.
        found = asked and may_read(self.headers.get("authorization"), LOOPBACK)
        body = self.server.told() if found else b"there is nothing here for you\n"  # type: ignore[attr-defined]
        self.send_response(200 if found else 404)
        self.send_header("content-type", MEDIA_TYPE if found else "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name)
        """A scrape is nothing to tell of."""


class MetricsServer(ThreadingHTTPServer):
    """Answers scrapes for all processes that count into a folder. `start` it; its thread ends with the process."""

    daemon_threads = True

    def __init__(self, host: str, port: int, folder: Path) -> None:
        """Raises `OSError` where the address cannot be had."""
        super().__init__((host, port), _Answers)
        self._folder = folder
        self._one_at_a_time = threading.Lock()

    def start(self) -> None:
        """Answer from now on."""
        threading.Thread(target=self.serve_forever, name="metrics", daemon=True).start()

    def told(self) -> bytes:
        """What there is to say."""
        with self._one_at_a_time:
            gather(self._folder)
            return exposition()


def empty(folder: Path) -> None:
    """Make the folder, and forget what an earlier run counted: process ids come again."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink(missing_ok=True)


def gather(folder: Path) -> None:
    """Add the files of processes that have ended together into one: children are renewed, and their files are not few.

    For one process at a time, the worker's main one.
    """
    for kind in _KINDS:
        ended = [file for file in folder.glob(f"{kind}_*.db") if not _is_alive(file.stem.rpartition("_")[2])]
        if len(ended) > 1:
            _add_together(ended, folder / f"{kind}_{_ENDED}.db")


def _add_together(files: list[Path], into: Path) -> None:
    sums: dict[str, float] = defaultdict(float)
    for file in files:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):  # type: ignore[no-untyped-call]
            sums[key] += value
    unfinished = into.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    together: Any = MmapedDict(str(unfinished))  # type: ignore[no-untyped-call]  # has no types
    for key, value in sums.items():
        together.write_value(key, value, 0.0)
    together.close()
    for file in files:
        file.unlink()
    unfinished.replace(into)


def _is_alive(pid: str) -> bool:
    return pid.isdecimal() and Path(f"/proc/{pid}").exists()


# In the worker's main process


class _Main:
    """What the main process of this worker has: its server, once it answers."""

    server: MetricsServer | None = None


@worker_init.connect
def _begin(**_: Any) -> None:
    if folder := os.environ.get(FOLDER_VARIABLE):
        empty(Path(folder))


@worker_ready.connect
def _answer(**_: Any) -> None:
    port, folder = os.environ.get(PORT_VARIABLE), os.environ.get(FOLDER_VARIABLE)
    if not port:
        return
    if not folder:
        log.error(f"{PORT_VARIABLE} is set without {FOLDER_VARIABLE}: there are no metrics of this worker")
        return
    try:
        _Main.server = MetricsServer(os.environ.get(HOST_VARIABLE) or LOOPBACK, int(port), Path(folder))
    except OSError as problem:
        # The work goes on all the same.
        log.error("there are no metrics of this worker", port=port, problem=problem.strerror)
        return
    _Main.server.start()


# In its children

_began: dict[str, float] = {}


@worker_process_init.connect
def _close_inherited(**_: Any) -> None:
    """A child that lives on must not hold the port."""
    if _Main.server is not None:
        _Main.server.socket.close()
        _Main.server = None


@task_prerun.connect
def _note_begin(task_id: str, **_: Any) -> None:
    _began[task_id] = time.monotonic()


@task_postrun.connect
def _note_end(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    began = _began.pop(task_id, None)
    # Without a state it is being killed, which the main process tells.
    if began is not None and state is not None:
        observe_task(task.name, _ENDS.get(state, "failed"), time.monotonic() - began)
