"""The framing of PostgreSQL's protocol: nothing is lost, and a COMMIT is seen, wherever the bytes are cut."""

import struct
from collections.abc import Iterator, Sequence
from itertools import pairwise

import strategies  # noqa: F401  (the profile of a run)
from hypothesis import given
from hypothesis import strategies as st

from partnershop.drill.wire_frames import Frames, FromClient, FromServer


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!I", 4 + len(body)) + body


def started(code: int, body: bytes = b"") -> bytes:
    return struct.pack("!II", 8 + len(body), code) + body


START = started(196608, b"user\0partnershop\0\0")
TLS, CANCEL = started(80877103), started(80877102, b"12345678")
COMMIT = message(b"Q", b"COMMIT\0")
OTHERS = [
    message(b"Q", b"BEGIN\0"), message(b"Q", b"SELECT 'COMMIT'\0"), message(b"S"), message(b"H"), message(b"X"),
    message(b"d", b"x" * 5000), message(b"d", b"COMMIT\0"), message(b"P", b"\0SELECT 1\0\0\0"),
    message(b"E", b"\0\0\0\0\0"),
]  # fmt: skip


def cut(stream: bytes, places: Sequence[int]) -> Iterator[bytes]:
    edges = [0, *sorted({place % (len(stream) + 1) for place in places}), len(stream)]
    return (stream[start:end] for start, end in pairwise(edges))


places = st.lists(st.integers(0, 10**6), max_size=40)


@given(st.lists(st.tuples(st.sampled_from(b"QPBECZDT"), st.binary(max_size=300))), places)
def test_pieces_are_the_stream_and_each_short_message_is_one_of_them(
    messages: list[tuple[int, bytes]], where: list[int]
) -> None:
    written = [message(bytes([kind]), body) for kind, body in messages]
    frames = Frames()
    pieces = [piece for part in cut(b"".join(written), where) for piece in frames.feed(part)]
    assert b"".join(piece.data for piece in pieces) == b"".join(written)
    short = [(bytes([kind]), body) for kind, body in messages if len(body) + 5 <= 128]
    assert [(piece.kind, piece.body) for piece in pieces if piece.kind] == short


@given(st.lists(st.sampled_from([COMMIT, *OTHERS]), max_size=12), st.sampled_from([b"", TLS]), places)
def test_a_commit_of_a_client_is_seen_by_itself(messages: list[bytes], first: bytes, where: list[int]) -> None:
    client = FromClient()
    stream = first + START + b"".join(messages)
    passed = [piece for part in cut(stream, where) for piece in client.feed(part)]
    assert b"".join(data for data, _ in passed) == stream
    assert [data for data, commits in passed if commits] == [COMMIT] * messages.count(COMMIT)
    assert client.letters == (1 if first else 0)


def test_a_commit_may_be_prepared_and_executed() -> None:
    client = FromClient()
    execute = message(b"E", b"p\0\0\0\0\0")
    parts = [
        message(b"P", b"c\0commit;\0\0\0"), message(b"B", b"p\0c\0\0\0\0\0\0\0"), execute, message(b"S"),
        message(b"B", b"p\0other\0\0\0\0\0\0\0"), execute,
    ]  # fmt: skip
    passed = list(client.feed(START + b"".join(parts)))
    assert [data for data, commits in passed if commits] == [execute], "the second portal is another statement"


def test_who_only_cancels_sends_no_messages() -> None:
    assert list(FromClient().feed(CANCEL)) == [(CANCEL, False)]


@given(places)
def test_an_answer_of_a_commit_is_seen_and_whether_anything_was_written(where: list[int]) -> None:
    client = FromClient()
    list(client.feed(TLS + START))
    server = FromServer(client)
    committed, ready = message(b"C", b"COMMIT\0"), message(b"Z", b"I")
    wrote = message(b"C", b"UPDATE 1\0") + message(b"Z", b"T")
    nothing = message(b"C", b"UPDATE 0\0") + message(b"C", b"SELECT 7\0") + message(b"D", b"y" * 900)
    stream = b"N" + message(b"R", b"\0\0\0\0") + ready + nothing + committed + ready + wrote + committed + ready
    seen = []
    passed = b""
    for part in cut(stream, where):
        for data, is_committed in server.feed(part):
            passed += data
            if is_committed:
                seen.append(server.wrote)
    assert passed == stream
    assert seen == [False, True]
    assert not server.wrote
