"""The web process: the door, with hints gathered so that a flood of requests is not a flood of messages."""

from partnershop import db
from partnershop.logging import configure
from partnershop.web.app import create_app
from workers.app import app as celery_app
from workers.waking import Waker

GATHER_SECONDS = 0.05

configure()
db.set_waker(Waker(celery_app, GATHER_SECONDS))
app = create_app()
