"""The mail sink when it goes wrong: what it keeps, what it says, and what our side makes of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from mails import MAIL, SinkProcess

from partnershop.gateways.mail import Post, post
from partnershop.gateways.mail_sink_mode import Behaviour, Control, Mode
from partnershop.gateways.outcome import Done, Unavailable, Unknown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "post"


@pytest.fixture
def sink(folder: Path) -> Iterator[SinkProcess]:
    started = SinkProcess(folder)
    yield started
    started.stop()


@pytest.fixture
def sending(sink: SinkProcess) -> Post:
    return post(sink.url, Path("unused"))


def control(folder: Path, **members: object) -> None:
    (folder / "sink-control.json").write_text(json.dumps(members), encoding="utf-8")


def test_a_connection_that_is_lost_after_the_data_leaves_the_mail_there(
    sink: SinkProcess, sending: Post, folder: Path
) -> None:
    control(folder, mode="lost_after_data")
    assert isinstance(sending.send(MAIL), Unknown)
    assert len(sink.files()) == 1
    control(folder, mode="normal")
    assert isinstance(sending.send(MAIL), Done)
    first, second = sink.mails()
    assert first == second, "the same mail again is the same bytes"


def test_a_busy_server_keeps_nothing_and_closes(sink: SinkProcess, sending: Post, folder: Path) -> None:
    control(folder, mode="busy_421")
    assert isinstance(sending.send(MAIL), Unavailable)
    assert sink.files() == []
    (folder / "sink-control.json").unlink()
    assert isinstance(sending.send(MAIL), Done)


def test_a_slow_server_answers_all_the_same(sink: SinkProcess, sending: Post, folder: Path) -> None:
    control(folder, mode="slow", delay_seconds=0.2)
    assert isinstance(sending.send(MAIL), Done)
    assert len(sink.files()) == 1


def test_a_share_of_the_mails_goes_wrong(sink: SinkProcess, sending: Post, folder: Path) -> None:
    control(folder, mode="lost_after_data", share=3)
    outcomes = [type(sending.send(MAIL)) for _ in range(4)]
    assert outcomes == [Unknown, Done, Done, Unknown]
    assert len(sink.files()) == 4


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"mode": "odd"}', '{"mode": "slow", "share": 0}', '{"mode": "slow", "delay_seconds": -1}', "null"],
)
def test_a_control_that_makes_no_sense_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / "control.json"
    file.write_text(content, encoding="utf-8")
    assert Behaviour(file).next() == Control()


def test_a_control_says_which_share_and_for_how_long(tmp_path: Path) -> None:
    file = tmp_path / "control.json"
    file.write_text('{"mode": "slow", "share": 2, "delay_seconds": 1.5}', encoding="utf-8")
    behaviour = Behaviour(file)
    slow = Control(Mode.SLOW, 2, 1.5)
    assert [behaviour.next() for _ in range(4)] == [slow, Control(), slow, Control()]
