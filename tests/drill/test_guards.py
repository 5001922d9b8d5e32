"""Every guard earns its place: with it out, its short drill goes red; one that another stands behind says so."""

import psycopg
import pytest
from guards import GUARDS, names_of_drills
from guards_kit import AUDIT, DRILLS, Guard
from shortly import Short, short
from sqlalchemy import text

from partnershop.db import unit_of_work
from partnershop.drill.fault import Family
from partnershop.drill.verdict import Verdict


def seen_without(short: Short, guard: Guard) -> Verdict:
    DRILLS[guard.drill].play(short)
    short.drain()
    return short.verdict()


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_without_its_guard_the_short_drill_goes_red(short: Short, guard: Guard) -> None:
    guard.out(short)
    if guard.also is not None:
        guard.also(short)
    verdict = seen_without(short, guard)
    kinds = {trouble.kind for trouble in verdict.troubles} | ({AUDIT} if verdict.breaches else set())
    assert guard.trouble in kinds, f"{guard.name}: {verdict.told()}\n{short.errors}"


@pytest.mark.parametrize("guard", [guard for guard in GUARDS if guard.caught_by], ids=lambda guard: guard.name)
def test_where_another_stands_behind_it_one_alone_may_be_out(short: Short, guard: Guard) -> None:
    guard.out(short)
    verdict = seen_without(short, guard)
    assert verdict.clean, f"{guard.name} is not caught by {guard.caught_by}: {verdict.told()}\n{short.errors}"


def test_every_guard_has_a_name_a_promise_and_a_drill_of_its_own_family() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)
    assert {guard.drill for guard in GUARDS} <= set(DRILLS)
    assert all(guard.promise.endswith(".") for guard in GUARDS)
    assert set(names_of_drills(*Family)) == set(DRILLS), "each is played with its guards in, too"


def test_the_limits_that_are_pressed_in_drills_are_set_in_the_product(short: Short) -> None:
    with unit_of_work() as session:
        names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
        limits = [session.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one() for name in names]
    assert limits == ["10s", "1min", "2min"]
    with psycopg.connect(short.admin.info.dsn, password=short.admin.info.password) as plain:
        assert plain.execute("SHOW lock_timeout").fetchone() == ("0",), "they are the product's, not the server's"


__all__ = ["short"]
