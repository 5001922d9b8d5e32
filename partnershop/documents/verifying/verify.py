"""Verifying any file, also a stranger's, broken or hostile one: it is looked at in a process of its own, which may die.

That process has little time and memory, and no database. Saxon and the readers of PDF run nowhere else on what
strangers wrote. For files of our own making, `examining.examine` does the same in this process.
"""

import json
import os
import resource
import subprocess
import sys

from partnershop.documents.unreadable import Unreadable
from partnershop.documents.verifying.verdict import Verdict
from partnershop.errors import Defect

LARGEST_BYTES = 50 * 2**20
CPU_SECONDS = 60
WALL_SECONDS = 120
# Of what it writes to. Not of its addresses (RLIMIT_AS): Saxon reserves 32 GB of those and uses next to nothing.
MEMORY_BYTES = 1536 * 2**20
_READ_BADLY = 3
_OUT_OF_MEMORY = (b"MemoryError", b"OutOfMemory", b"failed to map segment")  # as Python, Saxon and the loader say it


def verify(content: bytes) -> Verdict:
    """What this file is, what it says, and which rules it breaks.

    Raises `Unreadable`, with a sentence in three languages, where it is no such file or cannot be looked at within
    `CPU_SECONDS` and `MEMORY_BYTES`.
    """
    if len(content) > LARGEST_BYTES:
        raise Unreadable("large", most=f"{LARGEST_BYTES // 2**20} MB")
    # -P: a file of the folder that one happens to be in must not pass for a module of Python.
    module = "partnershop.documents.verifying.verify"
    command = [sys.executable, "-P", "-m", module, str(CPU_SECONDS), str(MEMORY_BYTES)]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=WALL_SECONDS, check=False, env=_environment()
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("heavy") from None
    if done.returncode == _READ_BADLY:
        raise Unreadable.of(json.loads(done.stdout))
    if done.returncode < 0 or any(word in done.stderr for word in _OUT_OF_MEMORY):
        raise Unreadable("heavy")
    if done.returncode:
        raise Unreadable("broken", problem=_kind_of_error(done.stderr))
    try:
        return Verdict.of(json.loads(done.stdout))
    except ValueError:
        raise Defect("the process that verifies files gave no verdict") from None


def _environment() -> dict[str, str]:
    """The child's environment: no passwords, no addresses."""
    return {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH") if name in os.environ}


def _kind_of_error(stderr: bytes) -> str:
    """The type of the error that ended the child; its text may repeat what is in the file."""
    last = stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return last.partition(":")[0].rpartition(".")[2][:60] or "no reason"


def _limit(seconds: int, memory: int) -> None:
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in limits.items():
        resource.setrlimit(kind, (value, value))


def main(seconds: int, memory: int) -> int:
    """Look at what comes by standard input, within limits, and print the verdict as JSON. Of the child process."""
    _limit(seconds, memory)
    from partnershop.documents.verifying.examining import examine  # noqa: PLC0415  (what it loads counts against the limits)

    try:
        said = examine(sys.stdin.buffer.read()).stored()
    except Unreadable as problem:
        sys.stdout.write(json.dumps(problem.stored()))
        return _READ_BADLY
    sys.stdout.write(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
