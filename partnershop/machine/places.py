"""Where the embedded PostgreSQL may keep its files, and as whom it runs.

PostgreSQL refuses to run as root. Started by root it therefore runs as "nobody", who often cannot reach the data
folder or the virtual environment (both may lie under /root). Then the cluster, and if need be a copy of the programs,
live under /var/lib/partnershop, and a file in the data folder says so.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from partnershop.errors import Refused

LOCATION_FILE = "postgres.location"
_SHARED_PLACE = Path("/var/lib/partnershop")


def server_user() -> pwd.struct_passwd | None:
    """As whom PostgreSQL runs: None is the present user; for root it is "nobody". Raises `Refused` without one."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise Refused('PostgreSQL does not run as root, and this machine has no user "nobody"') from None


def can_enter(folder: Path, user: pwd.struct_passwd | None) -> bool:
    """Whether that user may go into the folder; asked of the system itself, which knows ACLs and mount options too."""
    return _succeeds(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)], user)


def can_run(program: Path, user: pwd.struct_passwd | None) -> bool:
    """Whether that user can run `program --version`."""
    return _succeeds([str(program), "--version"], user)


def _succeeds(argv: list[str], user: pwd.struct_passwd | None) -> bool:
    # Without setgroups the check would pass through root's supplementary groups.
    identity: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    try:
        done = subprocess.run(
            argv, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False, **identity
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def make_data_folder(data: Path) -> None:
    """Make the data folder if it is missing. Root's can be passed through (not listed) by the server's user."""
    if not data.is_dir():
        data.mkdir(parents=True)
        data.chmod(0o711 if os.geteuid() == 0 else 0o700)


def postgres_home(data: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder that holds PostgreSQL's files for this data folder: the data folder itself wherever that works.

    Otherwise a folder of its own under /var/lib/partnershop, noted in DATA/postgres.location. Raises `Refused` when
    the noted place is gone or none can be made.
    """
    note = data / LOCATION_FILE
    if note.exists():
        return _noted_home(note)
    if user is None or can_enter(data, user):
        return data
    home = _SHARED_PLACE / secrets.token_hex(8)
    try:
        home.mkdir(parents=True)
    except OSError as error:
        raise Refused(
            f'PostgreSQL runs as "{user.pw_name}", who cannot enter {data}, and {home} cannot be made ({error}); '
            f'name a data folder that "{user.pw_name}" may pass through'
        ) from None
    for folder in (_SHARED_PLACE, home):
        folder.chmod(0o711)
    if not can_enter(home, user):
        home.rmdir()
        raise Refused(f'PostgreSQL runs as "{user.pw_name}", who can enter neither {data} nor {_SHARED_PLACE}')
    note.write_text(f"{home}\n", encoding="utf-8")
    return home


def remove_data(data: Path) -> None:
    """Delete a data folder with all it holds, its database outside the folder too. Nothing may be running on it."""
    note = data / LOCATION_FILE
    if note.exists():
        shutil.rmtree(_noted_home(note), ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


@contextmanager
def own_folder(prefix: str) -> Iterator[Path]:
    """A fresh data folder, removed when everything has stopped, with the database even where that lies elsewhere."""
    data = Path(tempfile.mkdtemp(prefix=prefix))
    if os.geteuid() == 0:
        data.chmod(0o711)  # PostgreSQL runs as another user and must come through
    try:
        yield data
    finally:
        remove_data(data)


def _noted_home(note: Path) -> Path:
    home = Path(note.read_text(encoding="utf-8").strip())
    if home.parent != _SHARED_PLACE or not home.is_dir():
        raise Refused(f"{note} says that the database lies in {home}, which is not there")
    return home
