"""A plain Celery application with a task that does nothing: the baseline of what a task costs on this broker.

JSON, no results, acknowledged late as ours are. Everything else is Celery's default (four messages prefetched per
process, no events for Flower), which makes it faster than it would be with our settings: the stricter comparison.
"""

import os

from celery import Celery

app = Celery("noop", broker=os.environ.get("BROKER_URL", "redis://127.0.0.1:6379/0"))
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    broker_connection_retry_on_startup=True,
)

TASK = "noop.nothing"


@app.task(name=TASK)
def nothing() -> None:
    """Do nothing."""
