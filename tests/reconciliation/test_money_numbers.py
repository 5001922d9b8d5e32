"""Numbers of papers that are missing, given twice or dated backwards, planted past every guard, and found once."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from factories import Clock, Scene, item
from looking_at_money import english, is_found_again, is_over, known, only, reconcile, settle, tamper

from partnershop.rules.reconciliation import FindingKind


def issued(scene: Scene, time: Clock, day: str = "2027-03-05") -> None:
    """Invoices 1 to 4 and reversal 1, all of one day."""
    time.set(f"{day}T09:00:00Z")
    for number in range(1, 5):
        scene.place(f"A-{number}", [item("1", "10.00")])
        settle(scene)
        scene.ship(f"A-{number}", "1")
        settle(scene)
    scene.cancel("A-1")
    settle(scene)


def test_numbers_from_one_on_are_as_they_should_be(scene: Scene, time: Clock) -> None:
    issued(scene, time, "2026-12-30")
    time.set("2027-01-02T09:00:00Z")
    scene.cancel("A-2")
    settle(scene)
    assert [paper.sequence for paper in scene.papers("A-2")] == [2, 1]
    reconcile()
    assert known() == []


def test_a_number_that_no_paper_bears(scene: Scene, time: Clock) -> None:
    issued(scene, time)
    tamper("UPDATE document SET sequence = 9, number = 'FT-2027-000009' WHERE sequence = 3 AND series = 'invoice'")
    tamper("UPDATE number_series SET last_number = 9 WHERE series = 'invoice'")
    reconcile()
    gaps = {found.key: found for found in known()}
    assert set(gaps) == {"invoice-2027-3", "invoice-2027-5"}
    assert english(gaps["invoice-2027-3"]) == (
        "Numbers are missing in the series invoice of 2027: 3, between FT-2027-000002 and FT-2027-000004."
    )
    assert english(gaps["invoice-2027-5"]) == (
        "Numbers are missing in the series invoice of 2027: 5–8, between FT-2027-000004 and FT-2027-000009."
    )
    assert {found.kind for found in gaps.values()} == {FindingKind.NUMBER_GAP}
    assert reconcile().new == 0
    tamper("UPDATE document SET sequence = 3, number = 'FT-2027-000003' WHERE sequence = 9")
    tamper("UPDATE number_series SET last_number = 4 WHERE series = 'invoice'")
    assert reconcile().open == 0


def test_a_number_that_the_counter_gave_and_no_paper_bears(scene: Scene, time: Clock) -> None:
    issued(scene, time)
    tamper("UPDATE number_series SET last_number = 2 WHERE series = 'reversal'")
    found = only(FindingKind.NUMBER_GAP, breaches=[6])
    assert english(found) == (
        "Numbers are missing in the series reversal of 2027: 2, between NC-2027-000001 and –."
    )
    is_found_again(found)


@contextmanager
def without_unique_numbers(url: str) -> Iterator[None]:
    """The constraints that make a double impossible are gone; afterwards the doubles are, and they are there again."""
    keys = {
        "uq_document_shop_id_series_year_sequence": "shop_id, series, year, sequence",
        "uq_document_shop_id_number": "shop_id, number",
    }
    with psycopg.connect(url, autocommit=True) as connection:
        for name in keys:
            connection.execute(f"ALTER TABLE document DROP CONSTRAINT {name}")
        try:
            yield
        finally:
            connection.execute("SET session_replication_role = replica")
            connection.execute("DELETE FROM document")
            for name, columns in keys.items():
                connection.execute(f"ALTER TABLE document ADD CONSTRAINT {name} UNIQUE ({columns})")


def test_a_number_that_was_given_twice(scene: Scene, time: Clock, database_url: str) -> None:
    issued(scene, time)
    with without_unique_numbers(database_url):
        tamper("UPDATE document SET sequence = 3, number = 'FT-2027-000003' WHERE sequence = 4")
        tamper("UPDATE number_series SET last_number = 3 WHERE series = 'invoice'")
        found = only(FindingKind.NUMBER_DOUBLE, breaches=[6])
        assert found.key == "invoice-2027-3"
        assert english(found) == (
            "Number FT-2027-000003 was given more than once, to papers of the orders A-3, A-4."
        )
        is_found_again(found)
        tamper("UPDATE document SET sequence = 4, number = 'FT-2027-000004' WHERE order_number = 'A-4'")
        tamper("UPDATE number_series SET last_number = 4 WHERE series = 'invoice'")
        is_over(found)


def test_two_series_that_give_the_same_number(scene: Scene, time: Clock, database_url: str) -> None:
    issued(scene, time)
    with without_unique_numbers(database_url):
        tamper("UPDATE document SET number = 'FT-2027-000003' WHERE series = 'reversal'")
        found = only(FindingKind.NUMBER_DOUBLE, breaches=[6])
        assert found.key == "FT-2027-000003"
        assert found.details == {"orders": "A-3, A-1"}


def test_a_date_behind_that_of_the_number_before(scene: Scene, time: Clock) -> None:
    issued(scene, time)
    tamper("UPDATE document SET issue_date = '2027-03-04' WHERE sequence = 3")
    found = only(FindingKind.NUMBER_BACKWARD_DATE, breaches=[6])
    assert english(found) == "FT-2027-000003 is dated 2027-03-04, but FT-2027-000002, the number before it, 2027-03-05."
    is_found_again(found)
    tamper("UPDATE document SET issue_date = '2027-03-05' WHERE sequence = 3")
    is_over(found)


def test_a_date_in_another_year_than_its_number(scene: Scene, time: Clock) -> None:
    issued(scene, time)
    tamper("UPDATE document SET issue_date = '2028-03-05' WHERE sequence = 4")
    found = only(FindingKind.NUMBER_BACKWARD_DATE, breaches=[6])
    assert english(found) == "FT-2027-000004 is numbered in 2027, but dated 2028-03-05."
