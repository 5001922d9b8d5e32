"""The Celery application as a drill runs it: the product's own, with pressed time, and with an ear for orders.

Only `partnershop drill` starts it. The product's application (`workers.app`) knows nothing of it.
"""

from collections.abc import Mapping
from typing import Any

from celery.signals import task_postrun, task_prerun
from sqlalchemy.orm import Session

from models import Mail, Order
from partnershop.config import config
from partnershop.documents.paper import Paper
from partnershop.drill import pressed
from partnershop.drill.points import Watch
from partnershop.drill.strikes import Orders
from partnershop.drill.strikes_done import Striker
from partnershop.flows import corrections, mail_sending
from workers.app import app
from workers.queues import QUEUES

__all__ = ["app"]

_striker = Striker(Orders(config().data))
_watch = Watch(_striker.reached)
_arguments: dict[str, Any] = {}


def _press_time() -> None:
    pressed.press()
    limits = {limits.queue: limits.drill for limits in pressed.LIMITS}
    app.conf.task_annotations = dict(app.conf.task_annotations) | {
        task: {"soft_time_limit": limits[queue][0], "time_limit": limits[queue][1]}
        for queue, settings in QUEUES.items()
        for task in settings.tasks
        if queue in limits
    }


def _poison_renderings() -> None:
    from tasks import documents  # noqa: PLC0415  (after time was pressed)

    render = documents.render  # type: ignore[attr-defined]  # where the task finds it

    def poisoned(paper: Paper) -> bytes:
        _striker.poison("documents", paper.order)
        return render(paper)

    documents.render = poisoned  # type: ignore[attr-defined]


def _poison_cases() -> None:
    settle = corrections.settle

    def poisoned(session: Session, case_id: int) -> str:
        _striker.poison("corrections", str(_arguments.get("order")))
        return settle(session, case_id)

    corrections.settle = poisoned


def _poison_mails() -> None:
    compose = mail_sending.compose  # type: ignore[attr-defined]  # where the task finds it

    def poisoned(session: Session, mail: Mail) -> None:
        if mail.order_id is not None and _striker.knows_poison("mail"):
            _striker.poison("mail", session.get_one(Order, mail.order_id).number)
        compose(session, mail)

    mail_sending.compose = poisoned  # type: ignore[attr-defined]


@task_prerun.connect
def _begin(task: Any, kwargs: Mapping[str, Any], **_: Any) -> None:
    _arguments.clear()
    _arguments.update(kwargs)
    _watch.anew()
    _striker.starts(task.name)


@task_postrun.connect
def _end(**_: Any) -> None:
    _striker.end()


_press_time()
_poison_renderings()
_poison_cases()
_poison_mails()
_watch.install()
