"""Enough of PostgreSQL's protocol (3.0 and later, unencrypted) to see a COMMIT go by, wherever the bytes are cut.

After the start-up every message is a letter, a length that counts itself (four bytes), and a body. Only messages as
short as a COMMIT are looked into; the others pass as they come, also in pieces.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_HEAD = 5
_START_HEAD = 8
_SHORT = 128
_ASKS_FIRST = frozenset({80877103, 80877104})  # for TLS, for GSS: the server answers with a single letter
_CANCELS = 80877102
_COMMIT = b"COMMIT"
_WRITES = (b"INSERT", b"UPDATE", b"DELETE", b"MERGE", b"COPY")


@dataclass(frozen=True)
class Piece:
    """Bytes that go on as they are. `kind` and `body` are there for a message that is whole and short."""

    data: bytes
    kind: bytes = b""
    body: bytes = b""


class Frames:
    """Cuts a stream into pieces: each short message by itself, everything else as it comes."""

    def __init__(self) -> None:
        self._buffer = b""
        self._passing = 0  # bytes of a long message that are still to come

    def feed(self, data: bytes) -> Iterator[Piece]:
        """The pieces that these bytes complete; their data is, in sum, everything fed but an unfinished message."""
        buffer, start = self._buffer + data, 0
        plain = 0  # from here to `start` nothing is worth a piece of its own
        while start < len(buffer):
            if self._passing:
                taken = min(self._passing, len(buffer) - start)
                self._passing -= taken
                start += taken
                continue
            if len(buffer) - start < _HEAD:
                break
            length = 1 + int.from_bytes(buffer[start + 1 : start + _HEAD])
            if length > _SHORT:
                self._passing = length
                continue
            if len(buffer) - start < length:
                break
            if plain < start:
                yield Piece(buffer[plain:start])
            whole = buffer[start : start + length]
            yield Piece(whole, whole[:1], whole[_HEAD:])
            start += length
            plain = start
        if plain < start:
            yield Piece(buffer[plain:start])
        self._buffer = buffer[start:]


class FromClient:
    """What a client says: the start-up, then messages; knows which of them asks for a COMMIT."""

    def __init__(self) -> None:
        self._frames = Frames()
        self._starting = b""
        self._started = False
        self._prepared: set[bytes] = set()  # names of statements that are a COMMIT
        self._bound: set[bytes] = set()  # and of portals
        self.letters = 0
        """How many single letters the server owes, in answer to being asked for encryption."""

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """What to pass on, in order; True with the message that asks the server to commit."""
        if not self._started:
            data = self._start(data)
            if passed := self._passed:
                yield passed, False
        for piece in self._frames.feed(data) if data else ():
            yield piece.data, self._commits(piece)

    def _start(self, data: bytes) -> bytes:
        """Take what belongs to the start-up into `_passed`; what is left, if it is over."""
        buffer, self._passed = self._starting + data, b""
        while not self._started and len(buffer) >= _START_HEAD:
            length, code = int.from_bytes(buffer[:4]), int.from_bytes(buffer[4:_START_HEAD])
            if len(buffer) < length:
                break
            self._passed += buffer[:length]
            buffer = buffer[length:]
            if code in _ASKS_FIRST:
                self.letters += 1
            elif code != _CANCELS:
                self._started = True
        self._starting = b"" if self._started else buffer
        return buffer if self._started else b""

    def _commits(self, piece: Piece) -> bool:
        match piece.kind:
            case b"Q":
                return _is_commit(piece.body)
            case b"P":
                name, _, rest = piece.body.partition(b"\0")
                _keep(self._prepared, name, _is_commit(rest.partition(b"\0")[0]))
            case b"B":
                portal, _, rest = piece.body.partition(b"\0")
                _keep(self._bound, portal, rest.partition(b"\0")[0] in self._prepared)
            case b"E":
                return piece.body.partition(b"\0")[0] in self._bound
        return False


class FromServer:
    """What the server answers: knows when a transaction has been committed, and whether it had written anything."""

    def __init__(self, client: FromClient) -> None:
        self._client = client
        self._frames = Frames()
        self.wrote = False
        """Whether the transaction at hand has changed rows."""

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bool]]:
        """What to pass on, in order; True with the message that says that the transaction is committed."""
        while self._client.letters and data:
            self._client.letters -= 1
            yield data[:1], False
            data = data[1:]
        for piece in self._frames.feed(data) if data else ():
            yield piece.data, self._is_committed(piece)

    def _is_committed(self, piece: Piece) -> bool:
        if piece.kind == b"C":
            words = piece.body.rstrip(b"\0").split()
            self.wrote |= words[0] in _WRITES and words[-1] != b"0"
            return words == [_COMMIT]
        if piece.kind == b"Z" and piece.body == b"I":
            self.wrote = False
        return False


def _keep(names: set[bytes], name: bytes, is_in: bool) -> None:
    if is_in:
        names.add(name)
    else:
        names.discard(name)


def _is_commit(text: bytes) -> bool:
    return text.rstrip(b"\0").strip().rstrip(b";").upper() == _COMMIT
