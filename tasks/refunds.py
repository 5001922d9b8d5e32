"""The refunds stage: whoever pays is told what goes back, once per request."""


from celery import shared_task

from partnershop.config import config
from partnershop.db import unit_of_work, wake
from partnershop.flows import refunds
from partnershop.gateways.payments import RefundFolder
from partnershop.stages import Stage, Wake
from tasks.working import end_of_slice, goes_on


@shared_task(name="refunds.send_requests")
def send_requests(shop: str | None = None) -> str:
    """Send the requests that nobody has been asked to pay yet."""
    payments = RefundFolder(config().data / "refunds")
    said: list[str] = []
    until = end_of_slice()
    while goes_on(until):
        with unit_of_work() as session:
            jobs = refunds.claim(session)
        if not jobs:
            break
        for job in jobs:
            outcome = payments.request_refund(job.instruction)
            with unit_of_work() as session:
                said.append(refunds.record(session, job, outcome))
    else:
        with unit_of_work() as session:
            wake(session, Wake(Stage.REFUNDS, shop=shop))
    return "; ".join(said[-5:]) or "nothing was due"
