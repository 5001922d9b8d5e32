"""The documents stage: papers are printed after the commit that issued them, never under a lock."""

from functools import partial

from celery import shared_task

from partnershop.db import unit_of_work, wake
from partnershop.documents import RENDERER
from partnershop.documents.render import render
from partnershop.failure import describe
from partnershop.flows import document_bytes, documents
from partnershop.rules.words import counted
from partnershop.stages import Stage, Wake
from tasks.working import end_of_slice, giving_back, goes_on, guarded


@shared_task(name="documents.render_papers")
def render_papers(shop: str | None = None) -> str:
    """Print issued papers as PDF until all have their bytes."""
    printed = []
    until = end_of_slice()
    while goes_on(until):
        with unit_of_work() as session:
            jobs = documents.claim(session)
        if not jobs:
            break
        with giving_back(partial(_give_back, jobs)):
            printed += [
                guarded(partial(_print, job), partial(_failed, job), document_id=job.document_id) for job in jobs
            ]
    else:
        with unit_of_work() as session:
            wake(session, Wake(Stage.DOCUMENTS, shop=shop))
    return f"{counted(len(printed), 'paper')} printed: {', '.join(printed[-5:])}" if printed else "nothing was due"


def _print(job: documents.Job) -> str:
    pdf = render(job.paper)
    location = document_bytes.put_away(pdf)
    with unit_of_work() as session:
        stored = documents.store(session, job, pdf, RENDERER, location)
    return job.paper.number if stored else f"{job.paper.number} (another worker was faster)"


def _give_back(jobs: list[documents.Job], error: str) -> None:
    with unit_of_work() as session:
        documents.give_back(session, jobs, error)


def _failed(job: documents.Job, error: Exception) -> str:
    with unit_of_work() as session:
        documents.note_failure(session, job, f"{type(error).__name__}: {error}")
    return f"{job.paper.number} failed: {describe(error)}"
