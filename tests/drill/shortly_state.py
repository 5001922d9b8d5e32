"""The whole state of a scene, rows and files, taken and put back: a story is played once, and told again from anywhere.

Rows are kept as COPY writes them. Two states that differ in nothing but the moments at which things were written are
the same, so what was judged once need not be judged again.
"""

import hashlib
import re
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

Admin = psycopg.Connection[tuple[Any, ...]]

# As PostgreSQL writes a moment, as a mail does, and as a folder's unfinished delivery is named.
_MOMENTS = re.compile(
    rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?(\+00(:00)?|Z)|Date: [^\r\n]+|(?<=\.)[0-9a-f]{16}(?=/)"
)
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1"
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"


@dataclass(frozen=True)
class State:
    """Tables with their rows, sequences with their last values, and the files of a folder."""

    rows: dict[str, bytes]
    sequences: tuple[tuple[str, int | None], ...]
    files: dict[str, bytes]
    folders: tuple[str, ...]

    @cached_property
    def digest(self) -> str:
        """The same of equal states, as nobody looks at numbers that were drawn and not used."""
        digest = hashlib.sha256()
        for name, content in (*sorted(self.rows.items()), *sorted(self.files.items())):
            digest.update(_MOMENTS.sub(b"-", f"{name}\n".encode()))
            digest.update(_MOMENTS.sub(b"-", content) + b"\n")
        return digest.hexdigest()

    @classmethod
    def taken(cls, connection: Admin, folder: Path) -> "State":
        """How things are now. The connection commits by itself."""
        rows = {str(table): _read(connection, str(table)) for (table,) in connection.execute(_TABLES).fetchall()}
        sequences = tuple((str(name), value) for name, value in connection.execute(_SEQUENCES).fetchall())
        paths = sorted(folder.rglob("*"))
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.is_file()}
        folders = tuple(path.relative_to(folder).as_posix() for path in paths if path.is_dir())
        return cls(rows, sequences, files, folders)

    def put_back(self, connection: Admin, folder: Path) -> None:
        """Make everything as it was then."""
        with connection.transaction():
            # Neither triggers nor foreign keys look on.
            connection.execute("SET LOCAL session_replication_role = replica")
            for table in self.rows:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table, content in self.rows.items():
                if content:
                    _write(connection, table, content)
        for name, value in self.sequences:
            connection.execute("SELECT setval(%s::regclass, %s, %s)", (name, value or 1, value is not None))
        _put_files_back(folder, self)


def _put_files_back(folder: Path, state: State) -> None:
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for name in state.folders:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, content in state.files.items():
        (folder / name).write_bytes(content)


def _read(connection: Admin, table: str) -> bytes:
    statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        # A row is a part of its own. They lie in any order, which is no difference.
        return b"".join(sorted(bytes(part) for part in copy))


def _write(connection: Admin, table: str, content: bytes) -> None:
    statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(content)
