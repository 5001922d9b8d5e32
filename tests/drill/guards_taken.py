"""How guards are taken out, where it takes more than a patch: nothing of this is in the product."""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from guards_kit import both, patched, without_trigger, wrapped
from shortly import Short
from sqlalchemy import Select, delete, false, select, text, update
from sqlalchemy.orm import Session

import tasks.dispatch
import tasks.inbox
from models import Dispatch, Mail, Order, PeriodClaim, RefundRequest, Rendering
from partnershop import db
from partnershop.db import unit_of_work
from partnershop.flows import (
    corrections,
    dispatch,
    documents,
    inbox,
    intake,
    issuing_numbers,
    mail_sending,
    periods,
    refunds,
    sweeping,
    timing,
)
from partnershop.gateways import files, payments
from partnershop.gateways.files import DropFolder
from partnershop.rules.eligibility import Route
from partnershop.web import writer
from tasks import working


def _in_one_transaction(route: Route, shop_id: int, producer_of: Callable[[str], Any], _: float) -> list[str]:
    with unit_of_work() as session:
        jobs = dispatch.claim(session, shop_id, route, tasks.dispatch.CLAIM, idempotent=False)
        return [
            dispatch.record(session, job, producer_of(job.shop).hand_over(job.ticket), idempotent=False)
            for job in jobs
        ]


row_before_the_call = patched(tasks.dispatch, "_batch", _in_one_transaction)

cut_off_calls_are_noted = both(
    patched(dispatch, "note_cut_off", lambda *_: 0),
    wrapped(
        dispatch, "_claim_retries",
        lambda claim, session, shop_id, route, limit, **_: claim(session, shop_id, route, limit, idempotent=True),
    ),
)  # fmt: skip

calls_are_claimed_alone = wrapped(
    dispatch, "claim", lambda claim, session, shop_id, route, _, **named: claim(session, shop_id, route, 20, **named)
)

calls_begin_in_time = patched(tasks.dispatch, "BEGIN_WITHIN", math.inf)

leases_end = both(
    patched(timing, "lease_has_ended", lambda _: false()), patched(dispatch, "lease_has_ended", lambda _: false())
)


def _whoever_holds_it(
    record: Callable[..., str], session: Session, job: dispatch.Job, outcome: Any, **named: Any
) -> str:
    lease = session.scalars(select(Dispatch.lease).where(Dispatch.id == job.dispatch_id)).one()
    return record(session, replace(job, lease=lease), outcome, **named)


dispatch_is_fenced = wrapped(dispatch, "record", _whoever_holds_it)


def _anybodys_mail(session: Session, job: mail_sending.Job) -> Mail | None:
    return session.get(Mail, job.mail_id)


mail_is_fenced = patched(mail_sending, "_held", _anybodys_mail)


def _store_anyway(store: Callable[..., bool], session: Session, job: documents.Job, *arguments: Any) -> bool:
    mine = Rendering.document_id == job.document_id
    lease = session.scalars(select(Rendering.lease).where(mine)).one()
    session.execute(update(Rendering).where(mine).values(state="due"))
    return store(session, replace(job, lease=lease), *arguments)


papers_are_fenced = wrapped(documents, "store", _store_anyway)
bytes_stay_the_same = without_trigger("rendering", "same_bytes")


def _uncertain_no_more(prepare: Callable[..., Any], session: Session, job: mail_sending.Job) -> Any:
    message = prepare(session, job)
    mail = session.get_one(Mail, job.mail_id)
    mail.uncertain_at, mail.times_uncertain = None, 0
    return message


mails_count_as_uncertain = wrapped(mail_sending, "prepare", _uncertain_no_more)


def _composed_anew(prepare: Callable[..., Any], session: Session, job: mail_sending.Job) -> Any:
    session.get_one(Mail, job.mail_id).composed_at = None
    return prepare(session, job)


mails_are_composed_once = both(
    wrapped(mail_sending, "prepare", _composed_anew), without_trigger("mail", "composed_once")
)


def _named_by_lease(claim: Callable[..., list[refunds.Job]], session: Session, *arguments: Any) -> list[refunds.Job]:
    return [
        replace(job, instruction=replace(job.instruction, refund=f"{job.instruction.refund}-{job.lease}"))
        for job in claim(session, *arguments)
    ]


refunds_have_one_name = wrapped(refunds, "claim", _named_by_lease)


def _whoever_holds_the_refund(
    record: Callable[..., str], session: Session, job: refunds.Job, outcome: Any
) -> str:
    lease = session.scalars(select(RefundRequest.lease).where(RefundRequest.id == job.refund_id)).one()
    return record(session, replace(job, lease=lease), outcome)


refunds_are_fenced = wrapped(refunds, "record", _whoever_holds_the_refund)


def _written_straight(drop: DropFolder, _: str, contents: Sequence[tuple[str, bytes]]) -> None:
    for name, data in contents:
        (drop.folder / name).unlink(missing_ok=True)
        drop.folder.mkdir(parents=True, exist_ok=True)
        files._write(drop.folder / name, data)


def deliveries_are_claimed_and_renamed(short: Short) -> None:
    """Files are written where they are fetched, and nobody remembers them."""
    short.patch.setattr(DropFolder, "deliver", _written_straight)
    short.patch.setattr(DropFolder, "digest", lambda drop, key: None)
    short.patch.setattr(payments, "digest_of", lambda _: None)


sweeper = patched(sweeping, "due", lambda _: [])


def _plain_insert(short: Short) -> None:
    plain = intake._INSERT.text.replace("ON CONFLICT (source, event_id) DO NOTHING", "")
    short.patch.setattr(intake, "_INSERT", text(plain))


events_are_inserted_once = _plain_insert


def _all_alike(judge: Callable[..., Any], delivery: intake.Delivery, contents: Any, fresh: set[int]) -> Any:
    return judge(delivery, {event.key: (delivery.shop.id, event.digest) for event in delivery.valid}, fresh)


duplicates_are_compared = wrapped(intake, "_judge", _all_alike)


def _unlocked(read: Callable[..., Any], *arguments: Any) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Select, "with_for_update", lambda query, **_: query)
        return read(*arguments)


counters_are_locked = wrapped(issuing_numbers, "_locked", _unlocked)


def _long_ago(counter: Callable[[Any], Any], row: Any) -> Any:
    return replace(counter(row), last_issue_date=date(2000, 1, 1), year=row.year)


dates_are_remembered = wrapped(issuing_numbers, "_counter", _long_ago)


def _unlocked_order(session: Session, order_id: int) -> Order:
    return session.scalars(select(Order).where(Order.id == order_id)).one()


orders_are_locked = patched(corrections, "lock", _unlocked_order)


def the_inbox_is_one_lane(short: Short) -> None:
    """From the middle of the drill on, others go by another lane."""
    short.between = lambda: short.patch.setattr(inbox, "LANE", 1)


def answers_follow_the_commit(short: Short) -> None:
    """The web answers as soon as the rows are inserted."""
    accept_all = intake.accept_all

    def and_answer(session: Session, deliveries: Sequence[intake.Delivery]) -> Any:
        receipts = accept_all(session, deliveries)
        (short.data / "202").touch()
        return receipts

    short.patch.setattr(writer, "accept_all", and_answer)


groups_are_stored_one_by_one = patched(writer, "cannot_store", lambda _: True)


def _raise_again(_: int, error: Exception) -> Any:
    raise error


batches_are_done_one_by_one = patched(tasks.inbox, "_one_by_one", _raise_again)

papers_are_given_up = patched(documents, "ATTEMPTS", 10**6)
cases_are_given_up = patched(corrections, "ATTEMPTS", 10**6)


def cases_are_undone(short: Short) -> None:
    """What a refused case has changed stays."""
    short.patch.setattr(corrections, "undone_on_error", lambda _: nullcontext())


def clocks_may_be_set_back(short: Short) -> None:
    """However far ahead it lies, a lease is believed."""
    short.patch.setattr(timing, "LONGEST", timedelta(days=3650))


def hints_follow_the_commit(short: Short) -> None:
    """Whoever is woken looks before the rows are there."""

    def at_once(_: Session, *hints: Any) -> None:
        assert db._waker is not None
        db._waker(hints)

    short.patch.setattr(intake, "wake", at_once)


def _as_if_nobody_had(claim: Callable[..., Any], session: Session, job: Any) -> Any:
    session.execute(delete(PeriodClaim).where(PeriodClaim.job == job.value))
    return claim(session, job)


periods_are_claimed = wrapped(periods, "claim", _as_if_nobody_had)

periods_are_fenced = patched(periods, "renew", lambda *_: True)

cancelled_calls_are_withdrawn = patched(dispatch, "settle_cancelled", lambda *_, **__: False)


def tasks_are_transactions(short: Short) -> None:
    """Every statement of a batch commits by itself."""

    @contextmanager
    def none() -> Iterator[Session]:
        with Session(db.engine().execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False) as session:
            yield session
            session.flush()

    short.patch.setattr(working, "unit_of_work", none)


def no_limit(name: str) -> Callable[[Short], None]:
    """Without a time limit of the database."""
    return lambda short: short.no_limits.add(name)
