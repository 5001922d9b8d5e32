"""What this machine lacks to run the product, and how to get it."""

import ctypes
import errno
import importlib
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from partnershop.config import default_data
from partnershop.errors import Refused
from partnershop.machine import postgres, valkey
from partnershop.machine.places import can_run, server_user
from partnershop.paths import ROOT, TEMPLATES

PANGO_PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
# As WeasyPrint names them for the loader (its text/ffi.py).
PANGO_LIBRARIES = (
    *("libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0"),
    *("libharfbuzz.so.0", "libharfbuzz-subset.so.0", "libfontconfig.so.1"),
)
_OLDEST, _NEWEST = (3, 11), (3, 13)
_FREE_BYTES = 1024**3
_SET_UP = "make setup"
_OWN_PACKAGES = ("models", "partnershop", "tasks", "workers")


@dataclass(frozen=True)
class Check:
    """One thing looked at. `detail` is what was found; `remedy` what to do, empty when all is well."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def diagnose(data: Path | None = None) -> list[Check]:
    """Look at everything the product needs of its machine. `data`: the data folder, else the default one.

    Never raises: a question that cannot be answered is a check that is not ok.
    """
    folder = data or default_data()
    questions: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("Python", _python),
        ("own packages", _own_packages),
        ("Pango", _pango),
        ("PostgreSQL", _postgres),
        ("Valkey", _valkey),
        ("shared memory", _shared_memory),
        ("data folder", lambda: _data_folder(folder)),
        ("free disk", lambda: _free_disk(folder)),
        ("time zones", _time_zones),
        ("fonts", _fonts),
    )
    return [_ask(name, question) for name, question in questions]


def _ask(name: str, question: Callable[[], Check]) -> Check:
    try:
        return question()
    except Exception as error:  # noqa: BLE001  whatever is wrong with this machine is what the reader wants to know
        return Check(name, False, f"{type(error).__name__}: {error}", _SET_UP)


def _python() -> Check:
    version = sys.version_info[:2]
    detail = platform.python_version()
    ok = _OLDEST <= version <= _NEWEST
    return Check("Python", ok, detail, "" if ok else "install Python 3.11, 3.12 or 3.13, then: make clean setup")


def _own_packages() -> Check:
    """Whether `import models` and the like find ours, and not another distribution's package of that name."""
    strangers = []
    for name in _OWN_PACKAGES:
        origin = importlib.import_module(name).__file__
        if origin is None or not Path(origin).is_relative_to(ROOT):
            strangers.append(f"{name} is {origin}")
    detail = "; ".join(strangers) or f"from {ROOT}"
    return Check("own packages", not strangers, detail, _SET_UP if strangers else "")


def _pango() -> Check:
    missing = [library for library in PANGO_LIBRARIES if not _loads(library)]
    if missing:
        return Check("Pango", False, f"cannot load {', '.join(missing)}", f"apt-get install {' '.join(PANGO_PACKAGES)}")
    version = ctypes.CDLL("libpango-1.0.so.0").pango_version_string
    version.restype = ctypes.c_char_p
    return Check("Pango", True, version().decode())


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _postgres() -> Check:
    try:
        user = server_user()
        folder = postgres.wheel_folder() / postgres.INSTALL / "bin"
    except Refused as error:
        return Check("PostgreSQL", False, str(error), _SET_UP)
    runner = f'as "{user.pw_name}"' if user else "as the present user"
    if can_run(folder / "postgres", user):
        return Check("PostgreSQL", True, f"{folder / 'postgres'} runs {runner}")
    if can_run(folder / "postgres", None):
        return Check("PostgreSQL", True, f"{runner} out of a copy of its programs: {folder} is closed to that user")
    return Check("PostgreSQL", False, f"{folder / 'postgres'} does not run", f"rm -rf .venv; {_SET_UP}")


def _valkey() -> Check:
    try:
        program = valkey.program()
    except Refused as error:
        return Check("Valkey", False, str(error), _SET_UP)
    ok = can_run(program, None)
    return Check(
        "Valkey", ok, f"{program} {'runs' if ok else 'does not run'}", "" if ok else f"rm -rf .venv; {_SET_UP}"
    )


def _shared_memory() -> Check:
    """Celery's pools of processes need POSIX semaphores, which live in /dev/shm; a few kilobytes are enough."""
    folder = Path("/dev/shm")  # noqa: S108  the place of POSIX semaphores, not a choice
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
            file.flush()
    except OSError as error:
        full = error.errno == errno.ENOSPC
        remedy = "free some of it" if full else "mount -t tmpfs -o mode=1777 tmpfs /dev/shm"
        return Check("shared memory", False, f"{folder} cannot be written: {error.strerror}", remedy)
    return Check("shared memory", True, f"{folder} can be written")


def _data_folder(data: Path) -> Check:
    existing = _nearest_existing(data)
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        remedy = "name another one with --data or PARTNERSHOP_DATA"
        return Check("data folder", False, f"{data}: {existing} cannot be written: {error.strerror}", remedy)
    return Check("data folder", True, str(data) if existing == data else f"{data} (is made at the first start)")


def _free_disk(data: Path) -> Check:
    free = shutil.disk_usage(_nearest_existing(data)).free
    ok = free >= _FREE_BYTES
    detail = f"{free // 1024**2} MiB free for {data}"
    return Check("free disk", ok, detail, "" if ok else f"free {_FREE_BYTES // 1024**2} MiB, or name another --data")


def _nearest_existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.absolute().parents) if folder.exists())


def _time_zones() -> Check:
    try:
        ZoneInfo("Europe/Rome")
    except ZoneInfoNotFoundError:
        return Check("time zones", False, "Europe/Rome is not known", f"apt-get install tzdata, or {_SET_UP}")
    return Check("time zones", True, "Europe/Rome is known")


def _fonts() -> Check:
    folder = TEMPLATES / "documents" / "fonts"
    fonts = sorted(path.name for suffix in ("ttf", "otf", "woff2") for path in folder.glob(f"**/*.{suffix}"))
    if not fonts:
        return Check("fonts", False, f"no font in {folder}", "git checkout -- templates/documents/fonts")
    return Check("fonts", True, f"{len(fonts)} in {folder}")
