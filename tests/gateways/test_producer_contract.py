"""What every producer must do, real or fake: the flows rely on nothing else."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from counterparts import SimulatorProcess, page, ticket

from partnershop.gateways.fakes import FakeProducer
from partnershop.gateways.outcome import Done, Rejected, Unavailable
from partnershop.gateways.producer import Producer
from partnershop.gateways.unitedprint import UnitedprintHttp
from partnershop.gateways.workshop import HotFolder


@dataclass
class Bench:
    """A producer, how often it would make a key, and a twin of it that cannot be reached."""

    producer: Producer
    count: Callable[[str], int]
    unreachable: Producer


def hot_folder_bench(folder: Path) -> Bench:
    in_the_way = folder.parent / "a file"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.touch()
    return Bench(
        HotFolder(folder, page),
        lambda key: len(list(folder.glob(f"{key}.json"))),
        HotFolder(in_the_way / "hotfolder", page),
    )


def unitedprint_bench(simulator: SimulatorProcess) -> Bench:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed_port = taken.getsockname()[1]
    return Bench(
        UnitedprintHttp(simulator.url, 10),
        lambda key: len(simulator.orders(key)),
        UnitedprintHttp(f"http://127.0.0.1:{closed_port}", 10),
    )


def fake_bench(*, idempotent: bool) -> Bench:
    fake, unreachable = FakeProducer(idempotent=idempotent), FakeProducer(idempotent=idempotent)
    unreachable.plan(Unavailable("Not reached."))
    return Bench(fake, fake.count, unreachable)


@pytest.fixture(params=["hot folder", "unitedprint", "fake", "fake that is not idempotent"])
def bench(request: pytest.FixtureRequest, folder: Path) -> Iterator[Bench]:
    match request.param:
        case "hot folder":
            yield hot_folder_bench(folder)
        case "unitedprint":
            yield unitedprint_bench(request.getfixturevalue("simulator"))
        case "fake":
            yield fake_bench(idempotent=True)
        case _:
            yield fake_bench(idempotent=False)


@pytest.fixture
def key() -> str:
    return f"aurora-A-1001_{uuid4()}"


def test_a_ticket_handed_over_is_made_once(bench: Bench, key: str) -> None:
    outcome = bench.producer.hand_over(ticket(key))
    assert isinstance(outcome, Done)
    assert outcome.reference
    assert bench.count(key) == 1


def test_the_same_key_again_is_one_order_where_the_producer_says_so(bench: Bench, key: str) -> None:
    outcomes = [bench.producer.hand_over(ticket(key)) for _ in range(3)]
    if bench.producer.idempotent:
        assert len(set(outcomes)) == 1
        assert bench.count(key) == 1
    else:
        assert len(set(outcomes)) == 3
        assert bench.count(key) == 3


def test_different_keys_have_different_references(bench: Bench, key: str) -> None:
    assert bench.producer.hand_over(ticket(key)) != bench.producer.hand_over(ticket(key + "-2"))


@pytest.mark.parametrize("bad", ["", ".", "..", "../up", "a/b", "a b", "ä", "a\n", "a\x00", ".hidden", "x" * 201])
def test_a_key_with_other_characters_is_rejected(bench: Bench, bad: str) -> None:
    assert isinstance(bench.producer.hand_over(ticket(bad)), Rejected)
    assert isinstance(bench.producer.withdraw(bad, "Cancelled."), Rejected)


def test_a_producer_out_of_reach_is_unavailable(bench: Bench, key: str) -> None:
    outcome = bench.unreachable.hand_over(ticket(key))
    assert isinstance(outcome, Unavailable)
    assert outcome.reason.endswith(".")
    assert bench.count(key) == 0


def test_withdrawing_is_done_the_same_way_twice_or_refused_with_a_sentence(bench: Bench, key: str) -> None:
    bench.producer.hand_over(ticket(key))
    first, second = (bench.producer.withdraw(key, reason) for reason in ("Cancelled by the customer.", "Again."))
    assert first == second or isinstance(second, Rejected)
    if isinstance(first, Rejected):
        assert not bench.producer.idempotent
        assert key in first.reason
    else:
        assert isinstance(first, Done)
        assert isinstance(bench.producer.hand_over(ticket(key)), Done), "handed over it was, and it stays so"
        assert bench.count(key) == 1


def test_a_key_withdrawn_before_it_was_handed_over_is_not_made(bench: Bench, key: str) -> None:
    if isinstance(bench.producer.withdraw(key, "Cancelled."), Rejected):
        pytest.skip("nothing can be withdrawn there")
    assert isinstance(bench.producer.hand_over(ticket(key)), Rejected)
    assert bench.count(key) == 0
