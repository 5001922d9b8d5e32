"""The judge of the drill: a shop in which all went well is clean; each planted trouble is seen, and nothing but it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import judged
import psycopg
import pytest
from factories import PRODUCTS
from planted import EVENTS, HAND_OVERS, ITEMS, D, L, Planted, Said, W
from planted_papers import MAILS, MONEY, PAPERS

from partnershop.drill import judging
from partnershop.drill.found import read
from partnershop.drill.judging import Excused
from partnershop.drill.ledger import Event
from partnershop.drill.outside import Handed, Instructed, Mailed, Outside
from partnershop.drill.reckoning import ShopRules
from partnershop.drill.verdict import Verdict

_NOBODY = Excused()
PLANTED = EVENTS | ITEMS | HAND_OVERS | PAPERS | MONEY | MAILS


@dataclass(frozen=True)
class Played:
    """A shop after its play, with what was told and what is outside; `url` is its database."""

    shop: judged.Told
    url: str
    outside: Outside

    def broken_by(
        self,
        statements: Sequence[str] = (),
        told: Sequence[Event] | None = None,
        outside: Outside | None = None,
        excused: Excused = _NOBODY,
    ) -> Verdict:
        """What the judge says once these statements have run, past triggers and foreign keys; nothing of it stays."""
        with psycopg.connect(self.url) as connection:
            connection.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                assert connection.execute(statement).rowcount != 0, f"nothing to break: {statement}"
            found = read(connection, [self.shop.code])
            connection.rollback()
        events = self.shop.accepted if told is None else told
        return judging.weigh(found, [self.shop.rules], events, outside or self.outside, excused)


@pytest.fixture(scope="module")
def played(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Everything has happened, once for this module."""
    with judged.own_database(database_url, "judging", tmp_path_factory.mktemp("data")) as (patch, url):
        shop = judged.Told(patch)
        judged.play(shop)
        yield Played(shop, url, shop.outside())


def told(verdict: Verdict) -> list[Said]:
    """Kinds and sentences, without what each begins with and without the ids of events."""
    return sorted((trouble.kind, _bare(trouble.sentence)) for trouble in verdict.troubles)


def _bare(sentence: str) -> str:
    sentence = sentence.removeprefix("aurora: ").removeprefix("aurora, order ").removeprefix("aurora, ")
    sentence = re.sub(r"evt-[0-9a-f-]+", "…", sentence)
    # Which mail carries what is looked at below; here it only echoes what was done to its papers.
    return re.sub(r"mail M-\d+ \((\w+)\) arrived with .* and must carry .*", r"mail … (\1) …", sentence)


def test_a_shop_in_which_all_went_well_is_clean(played: Played) -> None:
    url = played.url.replace("postgresql://", "postgresql+psycopg://")
    verdict = judging.judge(url, [played.shop.rules], played.shop.accepted, played.outside, audited=list)
    assert verdict.told() == "nothing lost, nothing doubled, the audit holds"
    assert (verdict.events, verdict.orders, verdict.papers) == (len(played.shop.accepted) + 1, 5, 4)


def test_the_audit_is_made_on_the_same_database(played: Played) -> None:
    with psycopg.connect(played.url) as connection:
        connection.execute("UPDATE orders SET paid = paid + 1 WHERE number = 'A-2'")
    try:
        breaches = judging.audited_at(played.url)
    finally:
        with psycopg.connect(played.url) as connection:
            connection.execute("UPDATE orders SET paid = paid - 1 WHERE number = 'A-2'")
    assert any("its payments come to" in breach for breach in breaches)
    rules = [played.shop.rules]
    verdict = judging.judge(played.url, rules, played.shop.accepted, played.outside, audited=lambda: ["a breach"])
    assert (verdict.troubles, verdict.breaches, verdict.clean) == ((), ("a breach",), False)


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_a_planted_trouble_is_seen_and_nothing_but_it(played: Played, planted: Planted) -> None:
    verdict = played.broken_by(planted.statements)
    assert told(verdict) == sorted(planted.said)
    assert {trouble.shop for trouble in verdict.troubles} <= {"aurora"}


def _handed(outside: Outside, *more: Handed, without: str = "") -> Outside:
    assert outside.handed is not None
    return replace(outside, handed=(*(each for each in outside.handed if each.key != without), *more))


def _refunds(outside: Outside, *more: Instructed, without: str = "") -> Outside:
    assert outside.refunds is not None
    return replace(outside, refunds=(*(each for each in outside.refunds if each.refund != without), *more))


def _mailed(outside: Outside, change: Callable[[Mailed], Sequence[Mailed]]) -> Outside:
    """`change` says what is there instead of the mail with the invoice."""
    assert outside.mails is not None
    mails = [change(mail) if mail.papers == ("FT-2026-000001",) else [mail] for mail in outside.mails]
    return replace(outside, mails=tuple(mail for several in mails for mail in several))


_OURS, _WORKS = "aurora-A-5-2-7", "the shop's own works"
FORGOTTEN = [(W, f"A-5: {_WORKS} took {_OURS} and forgot it, and item 2 shows as in_production")]
OUTSIDE: dict[str, tuple[Callable[[Outside], Outside], list[Said]]] = {
    "a hand-over that its producer does not know": (
        lambda outside: _handed(outside, without=_OURS),
        [(L, f"A-5: we say that the shop's own works have item 2 as {_OURS}, and they do not know it")],
    ),
    "a key twice at its producer": (
        lambda outside: _handed(outside, Handed("in_house", _OURS, "aurora")),
        [(D, f"A-5: the shop's own works have item 2 2 times as {_OURS}")],
    ),
    "an item at two producers": (
        lambda outside: _handed(outside, Handed("in_house", "aurora-A-5-1-6", "aurora"), without="aurora-A-5-1-6"),
        [(D, f"A-5: item 1 is to be made 2 times: by {_WORKS} as aurora-A-5-1-6 and Unitedprint as aurora-A-5-1-8"),
         (L, "A-5: we say that aurora-A-5-1-6 was taken back, and the shop's own works do not know of it")],
    ),
    "a hand-over of nobody's": (
        lambda outside: _handed(outside, Handed("unitedprint", "strange")),
        [(W, "unitedprint has strange, which we never handed over")],
    ),
    "a hand-over that is not known, where another is forgotten": (
        lambda outside: replace(_handed(outside, without="aurora-A-1-3-2"), forgotten=frozenset({"aurora-A-1-1-1"})),
        [(L, "A-1: we say that the shop's own works have item 3 as aurora-A-1-3-2, and they do not know it")],
    ),
    "a refund that nobody was told of": (
        lambda outside: _refunds(outside, without="R-4"),
        [(L, "A-4: R-4 over EUR 25.60 is sent, and no instruction is outside")],
    ),
    "a refund of another amount": (
        lambda outside: _refunds(outside, Instructed("aurora", "R-4", "A-4", 2561), without="R-4"),
        [(W, "A-4: R-4 is over EUR 25.60, and whoever pays was told EUR 25.61 for order A-4")],
    ),
    "a refund under another id": (
        lambda outside: _refunds(outside, Instructed("aurora", "R-9", "A-4", 2560)),
        [(D, "A-4: R-9 over EUR 25.60 was instructed, and no such request is here")],
    ),
    "a mail that never arrived": (
        lambda outside: _mailed(outside, lambda _: []),
        [(L, "A-1: mail M-2 (invoice) counts as sent, and never arrived")],
    ),
    "other bytes under one Message-ID": (
        lambda outside: _mailed(outside, lambda mail: [mail, replace(mail, digest="other")]),
        [(D, "A-1: mail M-2 (invoice) arrived with different bytes under one Message-ID")],
    ),
    "a paper in two mails": (
        lambda outside: _mailed(outside, lambda mail: [mail, replace(mail, message_id="<other@x>")]),
        [(D, "A-1: FT-2026-000001 arrived in 2 mails with different Message-IDs"),
         (W, "a mail arrived that we have no row of: other@x")],
    ),
    "a mail without its paper": (
        lambda outside: _mailed(outside, lambda mail: [replace(mail, papers=())]),
        [(W, "A-1: mail … (invoice) …")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), OUTSIDE.values(), ids=OUTSIDE)
def test_what_is_wrong_outside_is_seen_and_nothing_but_it(
    played: Played, change: Callable[[Outside], Outside], said: list[Said]
) -> None:
    assert told(played.broken_by(outside=change(played.outside))) == sorted(said)


def test_what_is_no_trouble_outside_is_none(played: Played) -> None:
    again = _refunds(played.outside, Instructed("aurora", "R-4", "A-4", 2560))
    assert told(played.broken_by(outside=again)) == []
    twice = _mailed(played.outside, lambda mail: [mail, mail])
    assert told(played.broken_by(outside=twice)) == []
    assert told(played.broken_by(outside=Outside())) == []


def test_a_forgotten_hand_over_must_look_like_one_that_nobody_has_said_a_word_about(played: Played) -> None:
    away = replace(_handed(played.outside, without=_OURS), forgotten=frozenset({_OURS}))
    assert told(played.broken_by(outside=away)) == []
    in_production = ["UPDATE item SET state = 'in_production' WHERE id = 9"]
    assert told(played.broken_by(in_production, outside=away)) == FORGOTTEN
    excused, unnamed = Excused(forgotten=frozenset({_OURS})), replace(away, forgotten=frozenset())
    assert told(played.broken_by(in_production, outside=unnamed, excused=excused)) == FORGOTTEN


def _of(event: Event, **changes: object) -> Event:
    return {**event, **changes}


def test_what_was_told_and_not_done_is_seen(played: Played) -> None:
    first = played.shop.accepted[0]
    more = [*played.shop.accepted, _of(first, id="evt-0", data={**first["data"], "order": "A-8"})]
    assert told(played.broken_by(told=more)) == [
        (L, "A-8: event … (order.placed) was accepted and is not there"),
        (L, "A-8: it was placed and is not there"),
    ]
    stranger = [*played.shop.accepted, _of(first, source="/shops/nobody")]
    seen = [(L, "event … of /shops/nobody was accepted and belongs to no shop")]
    assert told(played.broken_by(told=stranger)) == seen


def test_what_was_done_and_not_told_is_seen(played: Played) -> None:
    without = [event for event in played.shop.accepted if event["data"].get("order") != "A-9"]
    seen = [(W, "event … (payment.received) is stored, and no client was told so")]
    assert told(played.broken_by(told=without)) == seen


def test_the_order_of_the_answers_and_their_duplication_change_nothing(played: Played) -> None:
    assert told(played.broken_by(told=[*reversed(played.shop.accepted), *played.shop.accepted])) == []


def test_an_event_of_an_operator_in_the_ledger_belongs_to_the_shop_of_its_row_or_of_its_order(played: Played) -> None:
    with psycopg.connect(played.url) as connection:
        row = connection.execute("SELECT body FROM event WHERE source = '/operators/anna'").fetchone()
    assert row is not None
    assert told(played.broken_by(told=[*played.shop.accepted, row[0]])) == []
    away = ["DELETE FROM event WHERE source = '/operators/anna'"]
    seen = [(L, "A-5: event … (item.redirected) was accepted and is not there")]
    assert told(played.broken_by(away, told=[row[0], *played.shop.accepted])) == seen


POISONED = {
    "paper": (
        ["UPDATE rendering SET state = 'parked', last_error = 'why' WHERE document_id = 4",
         "UPDATE mail SET state = 'due', sent_at = NULL WHERE id = 4"],
        "A-1", "aurora, order A-1: NC-2026-000002 was given up at the printer: why",
    ),
    "mail": (
        ["UPDATE mail SET state = 'parked', last_error = 'why' WHERE id = 4"],
        "A-1", "aurora, order A-1: mail M-4 (reversal) was given up: why",
    ),
    "case": (
        ["UPDATE correction_case SET state = 'parked', outcome = 'why' WHERE id = 3",
         "UPDATE item SET state = 'routed' WHERE id = 6", "UPDATE orders SET entitled = 0 WHERE id = 4",
         "DELETE FROM refund_request WHERE id = 4"],
        "A-4", "aurora, order A-4: case 3 (cancellation) was given up: why",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "order", "said"), POISONED.values(), ids=POISONED)
def test_what_was_poisoned_must_be_parked_and_takes_nothing_else_with_it(
    played: Played, statements: list[str], order: str, said: str
) -> None:
    excused = Excused(parked_orders=frozenset({order}))
    outside = played.outside if order == "A-1" else _refunds(played.outside, without="R-4")
    verdict = played.broken_by(statements, outside=outside, excused=excused)
    assert (told(verdict), verdict.parked) == ([], (said,))
    # The same, not excused, is lost; excused and not parked is wrong; and what else is lost of it is seen.
    assert not played.broken_by(statements, outside=outside).clean
    unparked = told(played.broken_by(excused=excused))
    assert unparked == [(W, f"{order}: something of it was poisoned, and nothing of it is parked")]
    payment = f"DELETE FROM payment WHERE order_id = (SELECT id FROM orders WHERE number = '{order}')"
    also = told(played.broken_by([*statements, payment], outside=outside, excused=excused))
    assert [kind for kind, _ in also] == [D, L]


def test_a_shop_without_mail_is_not_judged_by_its_mails(played: Played) -> None:
    shop = ShopRules({**played.shop.settings, "mail": {"enabled": False}}, PRODUCTS)
    with psycopg.connect(played.url) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("UPDATE mail SET state = 'off'")
        found = read(connection, ["aurora"])
        connection.rollback()
    assert told(judging.weigh(found, [shop], played.shop.accepted)) == []
