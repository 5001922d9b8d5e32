"""What every post must do, real or fake: the flows rely on nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from mails import MAIL, SinkProcess, in_one_line

from partnershop.gateways.fakes import FakePost
from partnershop.gateways.mail import Post, post
from partnershop.gateways.mail_message import build
from partnershop.gateways.outcome import Done, Rejected, Unavailable


@dataclass
class Bench:
    """A post, what arrived by it, and a twin of it that reaches nobody."""

    post: Post
    arrived: Callable[[], list[bytes]]
    unreachable: Post


@pytest.fixture(params=["smtp", "folder", "fake"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "smtp":
        sink = SinkProcess(tmp_path / "sink")
        yield Bench(post(sink.url, tmp_path), sink.mails, post("smtp://127.0.0.1:1", tmp_path))
        sink.stop()
    elif request.param == "folder":
        folder, in_the_way = tmp_path / "mail", tmp_path / "a file"
        in_the_way.touch()
        yield Bench(
            post("", folder),
            lambda: [path.read_bytes() for path in sorted(folder.glob("*.eml"))],
            post("", in_the_way / "mail"),
        )
    else:
        fake, unreachable = FakePost(), FakePost()
        unreachable.plan(Unavailable("Nobody is there."))
        yield Bench(fake, lambda: fake.sent, unreachable)


def test_what_arrives_is_the_mail_as_it_is_built(bench: Bench) -> None:
    outcome = bench.post.send(MAIL)
    assert isinstance(outcome, Done)
    in_one_line(outcome.reference, ["chiara", "contabile"])
    assert bench.arrived() == [build(MAIL)]


def test_sending_again_is_the_same_mail_to_the_byte(bench: Bench) -> None:
    assert isinstance(bench.post.send(MAIL), Done)
    assert isinstance(bench.post.send(MAIL), Done)
    assert set(bench.arrived()) == {build(MAIL)}


def test_two_mails_are_two(bench: Bench) -> None:
    other = replace(MAIL, message_id="<another@aurora.example>")
    assert isinstance(bench.post.send(MAIL), Done)
    assert isinstance(bench.post.send(other), Done)
    assert sorted(bench.arrived()) == sorted([build(MAIL), build(other)])


@pytest.mark.parametrize(
    "changes",
    [
        {"recipients": ("chiara",)},
        {"recipients": ("chiara@customers.example\r\nBcc: eve@evil.example",)},
        {"recipients": ()},
        {"sender": "nobody"},
        {"reply_to": "nobody"},
        {"message_id": "../../chiara"},
    ],
)
def test_a_mail_that_cannot_be_sent_is_rejected_and_leaves_nothing(bench: Bench, changes: dict[str, object]) -> None:
    outcome = bench.post.send(replace(MAIL, **changes))  # type: ignore[arg-type]
    assert isinstance(outcome, Rejected)
    in_one_line(outcome.reason, ["chiara", "eve"])
    assert bench.arrived() == []


def test_a_bcc_that_cannot_be_used_does_not_stop_the_mail(bench: Bench) -> None:
    message = replace(MAIL, bcc=("nobody",))
    assert isinstance(bench.post.send(message), Done)
    assert bench.arrived() == [build(message)]


def test_where_nobody_is_reached_a_new_try_is_safe(bench: Bench) -> None:
    outcome = bench.unreachable.send(MAIL)
    assert isinstance(outcome, Unavailable)
    in_one_line(outcome.reason, ["chiara"])


def test_the_fake_answers_as_planned_and_then_normally() -> None:
    fake = FakePost()
    fake.plan(Unavailable("Not now."))
    fake.plan(Rejected("Never."), kept=True)
    assert fake.send(MAIL) == Unavailable("Not now.") and fake.sent == []
    assert fake.send(MAIL) == Rejected("Never.") and len(fake.sent) == 1
    assert isinstance(fake.send(MAIL), Done) and len(fake.sent) == 2
