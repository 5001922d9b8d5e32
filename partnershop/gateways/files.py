"""Files for another program to fetch: handed over at most once, never torn, whatever is killed or retried.

A folder that another program empties cannot tell "not delivered yet" from "delivered and taken away". So a delivery is
prepared apart and then claimed by one rename; only what lies in the claim can be published, and publishing moves it
out. Every step is one system call that either happened or did not:

1. write the files into `FOLDER/.tmp/KEY.xxxx/` and sync them;
2. rename that folder to `FOLDER/.sent/KEY/`: the claim. A second one fails, because a folder that is not empty cannot
   be replaced. The claim stays for ever, and so it is known for ever that KEY was delivered;
3. rename each file from the claim to `FOLDER/`, in the order given. A file that is no longer in the claim is published.

Killed before 2, nothing was delivered and the next try starts anew. Killed between 2 and 3, the next try publishes the
rest of the *same* claim. No lock is held, so a process that hangs stops nobody, and no hard links are used, so it also
works on network shares that have none.
"""

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

_SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_DIGEST_PREFIX = "sha256-"
_LEFTOVER_AFTER_SECONDS = 3600
_ALREADY_THERE = frozenset({errno.EEXIST, errno.ENOTEMPTY})


def is_safe_name(name: str) -> bool:
    """Whether `name` may be part of a file name: 1 to 200 ASCII letters, digits, dots, dashes and underscores.

    A leading dot is refused too: it would hide the file or leave the folder (`..`).
    """
    return _SAFE_NAME.fullmatch(name) is not None


def machine_json(content: Mapping[str, object]) -> bytes:
    """`content` as the JSON that machines fetch: UTF-8, keys sorted, indented by two, with a newline at its end.

    Equal content gives equal bytes. Raises `UnicodeEncodeError` for text that is not Unicode (a lone surrogate) and
    `ValueError` for NaN or Infinity.
    """
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=2)
    return (text + "\n").encode("utf-8")


def digest_of(files: Sequence[tuple[str, bytes]]) -> str:
    """The SHA-256 (hex) of file names and contents, in their order."""
    digest = hashlib.sha256()
    for name, data in files:
        digest.update(f"{name}\n{len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


class DropFolder:
    """A folder into which each delivery goes at most once. All methods raise `OSError` when the folder cannot be used.

    Who fetches from the folder may move or delete what lies in it, but must leave the folders whose name starts with
    a dot alone: they are its memory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sent = folder / ".sent"
        self._temporary = folder / ".tmp"

    def knows(self, key: str) -> bool:
        """Whether `key` was ever claimed here, whether or not its files are still in the folder."""
        # Not is_dir(): that answers "no" to some errors, and an unreadable memory must not look like an empty one.
        try:
            (self._sent / key).stat()
        except FileNotFoundError:
            return False
        return True

    def digest(self, key: str) -> str | None:
        """The digest (see `digest_of`) of what was delivered under `key`, None if nothing was."""
        if not self.knows(key):
            return None
        names = (path.name for path in (self._sent / key).iterdir())
        return next(name.removeprefix(_DIGEST_PREFIX) for name in names if name.startswith(_DIGEST_PREFIX))

    def deliver(self, key: str, files: Sequence[tuple[str, bytes]]) -> None:
        """Put `files` (name, content) into the folder, in this order, unless `key` was delivered before.

        Of several callers with the same key exactly one wins, the others help to finish *its* files. `key` and names
        must be safe names.
        """
        if not self.knows(key):
            self._claim(key, files)
        self.finish(key)

    def finish(self, key: str) -> None:
        """Publish what an interrupted delivery of `key` left in its claim, if anything."""
        if not self.knows(key):
            return
        claim = self._sent / key
        waiting = sorted(path for path in claim.iterdir() if not path.name.startswith(_DIGEST_PREFIX))
        if not waiting:
            return
        # The claim must survive a power cut before anybody sees a file, or it could be delivered again afterwards.
        sync_folder(self._sent)
        for path in waiting:
            _, _, published_name = path.name.partition("-")
            try:
                path.rename(self.folder / published_name)
            except FileNotFoundError:
                continue  # another process published it in the meantime
        sync_folder(self.folder)
        sync_folder(claim)

    def _claim(self, key: str, files: Sequence[tuple[str, bytes]]) -> None:
        for folder in (self._sent, self._temporary):
            make_folder(folder)
        prepared = self._temporary / f"{key}.{secrets.token_hex(8)}"
        try:
            prepared.mkdir()
            self._clean(prepared)
            for position, (name, data) in enumerate(files):
                _write(prepared / f"{position:03d}-{name}", data)
            # The digest is a name and not a content: a name needs no sync of its own, and keeps the claim from ever
            # being empty, which is what makes the rename below exclusive.
            _write(prepared / f"{_DIGEST_PREFIX}{digest_of(files)}", b"")
            sync_folder(prepared)
            prepared.rename(self._sent / key)
        except OSError as error:
            shutil.rmtree(prepared, ignore_errors=True)
            if error.errno not in _ALREADY_THERE:
                raise

    def _clean(self, fresh: Path) -> None:
        """Remove what killed processes left behind.

        The age is measured against a folder made just now, not against this machine's clock: the share may have
        another one. A living process needs far less than the limit; one that was stopped for so long finds its
        preparation gone, which is an `OSError` and a new try.
        """
        oldest = fresh.stat().st_mtime - _LEFTOVER_AFTER_SECONDS
        with os.scandir(self._temporary) as entries:
            for entry in entries:
                try:
                    left_over = entry.stat(follow_symlinks=False).st_mtime < oldest
                except FileNotFoundError:
                    continue  # finished or cleaned by another process meanwhile
                if left_over:
                    shutil.rmtree(entry.path, ignore_errors=True)


def make_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it, each durably in its parent. Raises `OSError`."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in `folder` on the disk before going on. Raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        if data:
            os.fsync(file.fileno())
