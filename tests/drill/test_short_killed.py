"""Worker killed, in its short form: each task of the story, by a real SIGKILL, around each of its transactions.

What a kill leaves is compared with what has been judged before: the same rows and files need no second judgement. Of
what a transaction has written nothing is left before its commit, so it makes no difference at which of its statements a
kill comes: the longest of them is struck at each, the others before the first, before the commit, and right after it.
"""

from collections.abc import Sequence

import pytest
from shortly import Act, Short, short
from shortly_story import told
from striking import killed, points_of

import tasks.documents
from partnershop.documents.render import render
from partnershop.drill.points import BEFORE_COMMIT, COMMITTED, Point
from tasks.sweeper import look_for_due_work

# By their place among the acts of that task: of equal ones it is enough to kill one at every point.
STRUCK = [
    ("inbox.apply_events", 0), ("inbox.apply_events", 2), ("routing.route_items", 0),
    ("dispatch.hand_over_in_house", 0), ("dispatch.hand_over_in_house", 1), ("dispatch.hand_over_to_unitedprint", 0),
    ("invoicing.issue_invoices", 0), ("corrections.reverse_items", 0), ("corrections.reverse_items", 1),
    ("corrections.issue_reduced_invoice", 0), ("refunds.send_requests", 0), ("commissions.book_entries", 0),
    ("documents.render_papers", 1), ("mail.send_mails", 0),
]  # fmt: skip


@pytest.fixture
def judged() -> dict[str, str]:
    """What came of states that were judged in this test."""
    return {}


def act_of(told: list[Act], task: str, place: int) -> Act:
    return [act for act in told if act.task == task][place]


def around_transactions(points: Sequence[Point]) -> list[Point]:
    """Those before a first statement, before a commit, and after one."""
    return [point for point in points if point.at in {0, BEFORE_COMMIT, COMMITTED}]


def struck(short: Short, act: Act, points: Sequence[Point], judged: dict[str, str]) -> list[str]:
    """Kill the act at these points; what went wrong, by task and point."""
    wrong = []
    short.back_to(act)
    before = act.state.digest
    for point in points:
        assert killed(act.work, point), f"{act.task} did not come to {point}"
        left = short.state().digest
        is_new = left not in judged
        if is_new:
            judged[left] = short.clean()
        if judged[left]:
            wrong.append(f"{act.task} killed at {point}:\n{judged[left]}")
        if is_new or left != before:
            short.back_to(act)
    return wrong


@pytest.mark.parametrize(("task", "place"), STRUCK)
def test_a_task_that_is_killed_around_any_transaction_loses_and_doubles_nothing(
    short: Short, told: list[Act], judged: dict[str, str], task: str, place: int
) -> None:
    act = act_of(told, task, place)
    wrong = struck(short, act, around_transactions(act.points), judged)
    assert not wrong, "\n\n".join(wrong)


def test_a_task_that_is_killed_at_any_statement_of_its_transaction_has_done_nothing(
    short: Short, told: list[Act], judged: dict[str, str]
) -> None:
    act = act_of(told, "corrections.issue_reduced_invoice", 0)
    until_the_commit = [point for point in act.points if point.unit == 0 and point.at != COMMITTED]
    assert len(until_the_commit) > 30
    assert not struck(short, act, until_the_commit, judged)
    assert list(judged) == [act.state.digest]


def test_the_sweeper_that_is_killed_at_any_point_is_made_up_for(
    short: Short, told: list[Act], judged: dict[str, str]
) -> None:
    due = act_of(told, "mail.send_mails", 0)
    short.back_to(due)
    sweep = Act("sweeper.look_for_due_work", look_for_due_work, due.state, points_of(look_for_due_work), due.accepted)
    assert not struck(short, sweep, sweep.points, judged)


def test_a_kill_during_a_real_print_leaves_the_paper_to_be_printed_again(short: Short, told: list[Act]) -> None:
    act = act_of(told, "documents.render_papers", 0)
    short.patch.setattr(tasks.documents, "render", render)
    short.back_to(act)
    claimed = next(point for point in act.points if point.at == COMMITTED)
    assert killed(act.work, Point(claimed.unit + 1, 0)), "printed, and not stored"
    assert short.clean() == ""


def test_every_task_that_works_by_rows_is_struck(told: list[Act]) -> None:
    assert {task for task, _ in STRUCK} == {act.task for act in told}
    with_work = {act.task for act in told if len(act.points) > 8}
    assert with_work == {act.task for act in told}, "the story brings each of them to work"


__all__ = ["short", "told"]
