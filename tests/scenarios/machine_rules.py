"""The stateful machine: what is told, a world that changes under it, and a product that works, loses hints and dies."""

import sys
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from machine_telling import Telling
from machine_verdict import judge, judge_events
from machine_world import CATALOGUES, TICKS


class Machine(Telling):
    """Whatever is told and whatever the product does, it must end where the model is.

    `steps` and `ended` are counted, so that no idle machine is taken for a sound one.
    """

    steps = 0
    ended = 0

    # Changing the world

    @rule(ticks=st.sampled_from(sorted(TICKS)), invoice_on=st.sampled_from(("same", "same", "shipped", "placed")))
    def change_settings(self, ticks: str, invoice_on: str) -> None:
        world = replace(self.house.world, ticked=TICKS[ticks])
        if invoice_on != "same":
            world = replace(world, invoice_on=invoice_on)
        assert self.house.save(world) == world.may_be_saved()
        self._look_again()

    @rule(catalogue=st.sampled_from(sorted(CATALOGUES)))
    def change_catalogue(self, catalogue: str) -> None:
        self.house.load_catalogue(replace(self.house.world, catalogue=CATALOGUES[catalogue]))
        self._look_again()

    # Working, and dying at it

    @rule(hints=st.integers(1, 3))
    def work(self, hints: int) -> None:
        self.house.follow(hints)

    @rule()
    def work_everything(self) -> None:
        self.house.follow_all()

    @rule(kind=st.sampled_from(("statement", "commit", "committed")), lets_pass=st.integers(0, 25))
    def break_off(self, kind: str, lets_pass: int) -> None:
        self.house.sweep()
        self.house.break_off(kind, lets_pass if kind == "statement" else lets_pass // 5)

    @rule()
    def lose_hints(self) -> None:
        """The broker loses what it has."""
        self.house.hints.clear()

    @rule()
    def sweep(self) -> None:
        self.house.sweep()

    @rule()
    def settle(self) -> None:
        """Nothing is left to do, and all must be as the model says."""
        self.house.settle()
        rows = self.house.reader.all()
        judge_events(self.told, self.contradictions, self.accounts, rows)
        made = self.house.being_made
        judge(self.accounts, rows, self.house.world, needs_data=self.needs_data, being_made=made)
        fates = {row["name"]: row["state"] for one in rows.refunds.values() for row in one if row["name"] in self.fates}
        assert fates == self.fates, "the first word on a refund stands"
        for account in self.accounts.values():
            account.settled = account.told

    @invariant()
    def what_must_never_be_is_not(self) -> None:
        type(self).steps += 1
        wrong = self.house.reader.never()
        assert not wrong, wrong

    def teardown(self) -> None:
        if sys.exc_info()[0] is not None or not hasattr(self, "accounts"):
            return
        while self.withheld:
            self._arrive(*self.withheld.pop(0))
        self.settle()
        world = self.house.world
        self.house.load_catalogue(replace(world, catalogue=CATALOGUES["plain"]))
        assert self.house.save(replace(self.house.world, ticked=TICKS["a6"]))
        self._look_again()
        self.settle()
        breaches = self.house.audited()
        assert not breaches, breaches
        self.house.is_left_clean = True
        type(self).ended += 1
