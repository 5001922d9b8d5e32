"""Pressed time: the table says what the product has, and only a drill's workers press it."""

import json
import os
import subprocess
import sys

import pytest

from partnershop.config import config
from partnershop.drill import pressed
from partnershop.drill.pressed import ENVIRONMENT, LIMITS, VALUES, Limits, Value
from workers.queues import QUEUES

_PRODUCT = ("workers.app", "workers.web", "workers.flower", "workers.command")
_SAYS = """
import json, sys
from importlib import import_module
for module in sys.argv[1:]:
    import_module(module)
drill = sorted(name for name in sys.modules if name.startswith("partnershop.drill"))
print(json.dumps(drill))
"""
_PRESSED_SAYS = """
import json
from workers.drilled import app
from partnershop.drill.pressed import VALUES
app.loader.import_default_modules()
app.finalize()
from tasks import dispatch
limits = {name: [task.soft_time_limit, task.time_limit] for name, task in app.tasks.items()}
print(json.dumps({
    "values": [one.seconds() for one in VALUES], "limits": limits, "begin_within": dispatch.BEGIN_WITHIN,
    "backoff": app.tasks["mail.send_mails"].retry_backoff_max,
}))
"""


def said(program: str, *arguments: str) -> object:
    """What a Python process of its own prints as JSON."""
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "BROKER_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{value.module}.{value.name}")
def test_the_table_says_what_the_product_has(value: Value) -> None:
    assert value.seconds() == value.product


@pytest.mark.parametrize("limits", LIMITS, ids=lambda limits: limits.queue)
def test_the_table_says_the_products_time_limits(limits: Limits) -> None:
    settings = QUEUES[limits.queue]
    assert (settings.soft_time_limit, settings.time_limit) == limits.product


def test_the_table_says_what_the_environment_is_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    config.cache_clear()
    found = config()
    config.cache_clear()
    assert [product for _, product, _ in ENVIRONMENT.values()] == [
        found.unitedprint_timeout_seconds, found.mail_gather_seconds,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lease", "queue"),
    [("dispatch", "dispatch"), ("dispatch", "unitedprint"), ("documents", "documents"), ("mail_sending", "mail")],
)
def test_leases_and_time_limits_stand_to_each_other_as_in_the_product(lease: str, queue: str) -> None:
    value = next(one for one in VALUES if one.module.endswith(f".{lease}") and one.name == "LEASE")
    limits = next(one for one in LIMITS if one.queue == queue)
    assert (value.product > limits.product[1]) == (value.drill > limits.drill[1])


def test_a_call_that_begins_in_time_has_its_answer_before_its_lease_ends() -> None:
    lease = next(one.drill for one in VALUES if one.module.endswith(".dispatch") and one.name == "LEASE")
    assert lease / 2 + ENVIRONMENT["UNITEDPRINT_TIMEOUT_SECONDS"][2] < lease


def test_drilled_workers_are_pressed() -> None:
    found = said(_PRESSED_SAYS)
    assert isinstance(found, dict)
    assert found["values"] == [one.drill for one in VALUES]
    for limits in LIMITS:
        for task in QUEUES[limits.queue].tasks:
            assert found["limits"][task] == list(limits.drill)
    assert found["limits"]["inbox.apply_events"] == [90, 120], "who has no lease keeps the product's"
    assert (found["backoff"], found["begin_within"]) == (5, 10)


def test_no_program_of_the_product_knows_the_drill() -> None:
    """So a worker that the product's own application runs carries no orders out."""
    assert said(_SAYS, *_PRODUCT) == []


def test_the_report_gets_every_line_of_it() -> None:
    assert len(pressed.table()) == len(VALUES) + len(LIMITS) + len(ENVIRONMENT)
