"""The disk is full: a small file system of the drill's own that the growing tables lie on, else a server that refuses.

The file system is a tmpfs in a mount namespace of this process and what it starts, so it is gone with the last of them,
whatever ends the drill.
"""

import ctypes
import errno
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from partnershop.drill.fault import Family, Fault, Injecting, Until
from partnershop.drill.faults.world import AWAY, World
from partnershop.drill.place import Place
from partnershop.machine.places import server_user

_CLONE_NEWNS = 0x00020000
_SIZE = "512m"
_PIECES = (16 * 2**20, 2**20, 2**16, 2**12)
_FULL_SECONDS = 8.0
# What grows with every event, order and paper. Not the printed bytes: they would need a large one.
TABLES = ("event", "orders", "item", "item_history", "document", "document_line", "dispatch", "payment")
_BACK_SECONDS = 60.0
_REFUSE = """
CREATE OR REPLACE FUNCTION drill_disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
END $$
"""


@dataclass(frozen=True)
class SmallDisk:
    """A file system that holds little."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def take_tables(self, place: Place) -> None:
        """Have the growing tables and their indexes on it from now on. Raises what psycopg raises."""
        with place.sql() as connection:
            where = sql.Literal(str(self.folder / "tables"))
            connection.execute(sql.SQL("CREATE TABLESPACE small_disk LOCATION {}").format(where))
            for table in TABLES:
                name = sql.Identifier(table)
                connection.execute(sql.SQL("ALTER TABLE {} SET TABLESPACE small_disk").format(name))
                for (index,) in connection.execute(
                    "SELECT indexname FROM pg_indexes WHERE tablename = %s AND schemaname = 'public'", (table,)
                ).fetchall():
                    connection.execute(
                        sql.SQL("ALTER INDEX {} SET TABLESPACE small_disk").format(sql.Identifier(index))
                    )

    def fill(self) -> int:
        """Leave no byte; how many were taken."""
        taken = 0
        with open(self._ballast, "wb") as file:
            # In ever smaller pieces: the server takes some of it at the same time.
            for piece in _PIECES:
                taken += _take(file.fileno(), taken, piece)
        return taken

    def clear(self) -> None:
        """Give it back."""
        self._ballast.unlink(missing_ok=True)


def _take(file: int, begin: int, piece: int) -> int:
    """Take pieces until one does not fit; how many bytes."""
    end = begin
    while True:
        try:
            os.posix_fallocate(file, end, piece)
        except OSError as problem:
            if problem.errno != errno.ENOSPC:
                raise
            return end - begin
        end += piece


@contextmanager
def small_disk() -> Iterator[SmallDisk | None]:
    """Make one before the place is prepared, in the main thread; None where this user may not. Gone at the end."""
    if not _own_mounts():
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="partnershop-small-disk-"))
    try:
        mounted = _run("mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=0711", "partnershop-drill", str(folder))
        try:
            yield _with_tables(folder) if mounted else None
        finally:
            if mounted:
                _run("umount", "--lazy", str(folder))
    finally:
        folder.rmdir()


def _with_tables(folder: Path) -> SmallDisk:
    tables = folder / "tables"
    tables.mkdir(mode=0o700)
    if user := server_user():
        os.chown(tables, user.pw_uid, user.pw_gid)
    return SmallDisk(folder)


def _own_mounts() -> bool:
    """Whether mounts of this thread and its children are now their own, seen by nobody else."""
    if os.geteuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNS) != 0:
        return False
    return _run("mount", "--make-rprivate", "/")


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def full(world: World, chance: random.Random) -> Injecting:
    """Whatever needs another page of those tables fails (SQLSTATE 53100)."""
    disk: SmallDisk | None = world.small_disk
    # A recovery on a full disk is another story, which ends with an operator.
    with world.keeping("postgres"):
        return (yield from (_refusing(world) if disk is None else _without_room(disk)))


def _without_room(disk: SmallDisk) -> Injecting:
    taken = disk.fill()
    try:
        yield _FULL_SECONDS
    finally:
        disk.clear()
    return f"no byte left on a small file system, {taken // 2**20} MiB of it taken"


def _refusing(world: World) -> Injecting:
    """Without a file system of its own: the server itself says that the disk is full."""
    _execute(world, _REFUSE)
    try:
        for table in TABLES:
            _execute(world, f"CREATE TRIGGER drill_disk_full BEFORE INSERT ON {table}"
                     " FOR EACH STATEMENT EXECUTE FUNCTION drill_disk_full()")  # fmt: skip
        yield _FULL_SECONDS
    finally:
        left = not _take_away(world)
    if left:
        yield Until(lambda: _take_away(world), _BACK_SECONDS, "the triggers to be taken away")
    return "the server made to refuse with SQLSTATE 53100 (no right to mount a small file system)"


def _take_away(world: World) -> bool:
    try:
        _execute(world, "DROP FUNCTION IF EXISTS drill_disk_full() CASCADE")
    except AWAY:
        return False
    return True


def _execute(world: World, statement: str) -> None:
    with world.place.sql() as connection:
        connection.execute("SET lock_timeout = '5s'")
        connection.execute(statement.encode())


FAULTS = (Fault(Family.DATABASE_GONE, "disk full", full, weight=1, at_most=4, lasts=9.0),)
