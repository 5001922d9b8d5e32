"""The Celery application: JSON only, no result backend, late acknowledgement; the row in PostgreSQL is the truth."""

from typing import Any

from celery import Celery
from celery.signals import (
    setup_logging,
    task_postrun,
    task_prerun,
    worker_process_init,
    worker_process_shutdown,
    worker_shutting_down,
)
from kombu import Exchange, Queue
from structlog.contextvars import bind_contextvars, clear_contextvars

from partnershop import db
from partnershop.config import config
from partnershop.gateways.objects import Address
from partnershop.logging import configure
from partnershop.stages import Stage
from tasks.working import end_soon
from workers import broker, metrics  # noqa: F401  (the signals of metrics)
from workers.queues import QUEUES, queue_of, stage_of
from workers.schedule import SCHEDULE
from workers.waking import Waker

TASK_MODULES = tuple(sorted({f"tasks.{stage_of(task)}" for s in QUEUES.values() for task in s.tasks}))


def _route(name: str, *_: Any, **__: Any) -> dict[str, str]:
    return {"queue": queue_of(name), "routing_key": queue_of(name)}


def _limits() -> dict[str, dict[str, int]]:
    return {
        task: {"soft_time_limit": settings.soft_time_limit, "time_limit": settings.time_limit}
        for settings in QUEUES.values()
        for task in settings.tasks
    }


broker.use()
app = Celery("partnershop", broker=config().broker_url, task_cls="workers.task:StageTask", include=TASK_MODULES)
app.conf.update(
    # Each with its own routing key: under a shared one every queue would get every message.
    task_queues=[Queue(name, Exchange(name), routing_key=name) for name in QUEUES],
    task_default_queue=Stage.INBOX.value,
    task_routes=(_route,),
    task_annotations=_limits(),
    beat_schedule=SCHEDULE,
    timezone="UTC",
    enable_utc=True,
    # Only JSON comes in: a forged message can carry no code. What of it is believed says workers/trust.py.
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    task_ignore_result=True,
    # A task is acknowledged when it is done. When its process is killed it is tried again, max_retries times at most
    # (task_reject_on_worker_lost would loop for ever).
    task_acks_late=True,
    task_retry_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # On SIGTERM a worker finishes what is in hand, and whoever sent it decides for how long. On SIGQUIT it has this
    # long, then what is left goes back to the broker.
    worker_soft_shutdown_timeout=15.0,
    # A renderer that leaks a little is renewed before it matters.
    worker_max_tasks_per_child=500,
    worker_hijack_root_logger=False,
    # What Flower shows.
    worker_send_task_events=True,
    task_send_sent_event=True,
    task_track_started=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 900,
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        # Whoever sends a hint finds out at once that nobody is there: the work is committed, and the next one waits.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
        "queue_order_strategy": "round_robin",
    },
)
app.set_default()


@setup_logging.connect
def _log(**_: Any) -> None:
    """Our own logs instead of Celery's formatting."""
    configure()


@task_prerun.connect
def _bind(task_id: str, task: Any, kwargs: dict[str, Any], **_: Any) -> None:
    """Every line that is logged while a task runs says which one, and what it is about."""
    clear_contextvars()
    bind_contextvars(task=task.name, task_id=task_id, **kwargs)


@task_postrun.connect
def _unbind(**_: Any) -> None:
    clear_contextvars()


@worker_process_init.connect
def _own_connections(**_: Any) -> None:
    """A pool child must not share the parent's database connections."""
    db.forget_connections()


@worker_shutting_down.connect
def _finish_what_is_in_hand(**_: Any) -> None:
    """Asked to end: tasks finish their batch and not their slice, so that nobody waits for long."""
    end_soon()


@worker_process_shutdown.connect
def _leave_no_fonts(**_: Any) -> None:
    """A pool child ends without finalizers: the renderer's font folder would stay among the temporary files."""
    from partnershop.documents.engine import forget_resources  # noqa: PLC0415  (web and beat never print)

    forget_resources()


if config().objects_url:
    Address.parse(config().objects_url)  # a process with a wrong one does not start
db.set_waker(Waker(app))
