"""A run that is broken off (its worker is to end, the database goes away) is begun anew at once, by another worker."""

import pytest
from sqlalchemy import select

from models import PeriodClaim
from partnershop.db import unit_of_work
from partnershop.errors import Transient
from partnershop.flows import periods
from partnershop.rules.reconciliation import Job
from tasks import reconciliation


def test_a_worker_that_is_to_end_breaks_its_run_off_and_leaves_the_period_to_another(
    product: pytest.MonkeyPatch,
) -> None:
    with product.context() as ending:
        ending.setattr(reconciliation, "goes_on", lambda: False)
        with pytest.raises(Transient, match="is to end"):
            reconciliation.look_for_stuck_work.run()
    with unit_of_work() as session:
        assert Job.STUCK_WORK in periods.due(session)

    assert "looked at" in reconciliation.look_for_stuck_work.run()

    with unit_of_work() as session:
        claim = session.scalars(select(PeriodClaim).where(PeriodClaim.job == Job.STUCK_WORK.value)).one()
        assert claim.ended_at is not None
        assert claim.lease == 2
