"""Events drawn from our own models and then spoilt, and schemathesis on our OpenAPI: no 500, and nothing lost."""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
import schemathesis
from factories import Scene, product, scene
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from knocking import AURORA, VALID_DATA, Database, event
from sqlalchemy import select

from models import Event, EventState
from partnershop.clock import now
from partnershop.contract import SHOP_TYPES, Envelope, parse
from partnershop.contract.signature import sign
from partnershop.db import unit_of_work
from partnershop.web.app import create_app

__all__ = ["product", "scene"]

FAST = settings(
    max_examples=60, deadline=None, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
TEXT = st.text(max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
EXTREMES: list[Any] = [
    "", " ", "0", "-1", "9" * 12, "999999999999.999", "0.0000", "\0", "\ud800", "x" * 101, "x" * 4_001, 0, -1, 1, 10**9,
    10**9 + 1, 2**63, 1e308, True, None, [], {}, "1900-01-01T00:00:00Z", "2199-12-31T23:59:59Z", "IT", "EUR", "JPY",
]  # fmt: skip
KEYS = st.uuids().map(str)


def paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all members."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, member in members for found in [(*path, key), *paths(member, (*path, key))]]


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """A good event of any type, of one of a few orders, with up to three of its members dropped or replaced."""
    kind = draw(st.sampled_from(list(SHOP_TYPES)))
    made = event(kind, VALID_DATA[kind]) | {"id": draw(KEYS)}
    number = draw(st.sampled_from(["A-1", "A-2", "A-3"]))
    if "order" in made["data"]:
        made["data"]["order"] = number
    for _ in range(draw(st.integers(0, 3))):
        found = paths(made)
        if not found:
            break
        *parents, last = draw(st.sampled_from(found))
        target: Any = made
        for key in parents:
            target = target[key]
        how = draw(st.sampled_from(["drop", "extreme", "anything", "member"]))
        if how == "drop":
            del target[last]
        elif how == "member" and isinstance(target, dict):
            target[draw(TEXT)] = draw(JSON)
        else:
            target[last] = draw(st.sampled_from(EXTREMES)) if how == "extreme" else draw(JSON)
    return made


class Inside:
    """The application in this process, without a socket."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.loop = asyncio.new_event_loop()
        self.app = create_app()

    def post(self, body: bytes, media_type: str = "application/json") -> httpx2.Response:
        """Post these bytes, signed."""
        return self.loop.run_until_complete(self._post(body, media_type))

    async def _post(self, body: bytes, media_type: str) -> httpx2.Response:
        moment = int(now().timestamp())
        headers = {
            "content-type": media_type, "webhook-id": "m", "webhook-timestamp": str(moment),
            "webhook-signature": sign(self.secret, "m", moment, body),
        }  # fmt: skip
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://inside") as client:
            return await client.post("/shops/aurora/events", content=body, headers=headers)


@contextmanager
def inside(secret: str) -> Iterator[Inside]:
    """The application, its loop closed at the end."""
    made = Inside(secret)
    try:
        yield made
    finally:
        made.loop.close()


@pytest.fixture
def door(scene: Scene, clean_database: str) -> Iterator[Inside]:
    """The door of a shop that is set up, with everything behind it."""
    with inside(Database(clean_database).add_secret()) as made:
        yield made


def test_spoilt_events_are_accounted_for_and_end_somewhere_and_no_task_breaks(
    door: Inside, scene: Scene
) -> None:
    @FAST
    @given(st.lists(events(), min_size=1, max_size=8))
    def run(batch: list[dict[str, Any]]) -> None:
        answer = door.post(json.dumps(batch).encode())
        assert answer.status_code in {202, 409, 422}, answer.text
        said = answer.json()
        assert said["accepted"] + said["duplicates"] + len(said["quarantined"]) == len(batch)

    run()
    with unit_of_work() as session:
        stored = {row.event_id: row.body for row in session.scalars(select(Event))}
    assert len(stored) > 20
    assert all(isinstance(parse(body, AURORA), Envelope) for body in stored.values()), "only what keeps the contract"
    scene.go()
    with unit_of_work() as session:
        rows = list(session.scalars(select(Event)))
    assert {row.state for row in rows} <= {EventState.HANDLED, EventState.PARKED, EventState.QUARANTINED}
    assert [(row.type, row.last_error) for row in rows if row.last_error] == []
    assert len(rows) == len(stored)


def test_any_bytes_at_all_are_answered(door: Inside) -> None:
    media_types = st.sampled_from(["application/json", "application/cloudevents+json", "text/plain", "", ";", "a/b;c"])
    spoilt = events().map(lambda made: json.dumps(made).encode())
    cut = st.tuples(spoilt, st.integers(0, 400), st.binary(max_size=3)).map(
        lambda drawn: drawn[0][: drawn[1]] + drawn[2] + drawn[0][drawn[1] :]
    )

    @FAST
    @given(st.binary(max_size=200) | cut | st.binary(max_size=60).map(base64.b64encode), media_types)
    def run(body: bytes, media_type: str) -> None:
        answer = door.post(body, media_type)
        assert answer.status_code in {202, 400, 409, 415, 422}, answer.text
        assert answer.headers["content-type"] in {"application/json", "application/problem+json"}

    run()


def test_schemathesis_finds_no_error_of_ours_and_every_answer_is_as_openapi_says(
    door: Inside, clean_database: str
) -> None:
    document = without_unicode_classes(door.app.openapi())
    operation = schemathesis.openapi.from_dict(document)["/shops/{shop}/events"]["POST"]
    documented = document["paths"]["/shops/{shop}/events"]["post"]["responses"]
    seen: set[int] = set()

    @settings(parent=FAST, max_examples=50)
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        body = case.body if isinstance(case.body, bytes) else json.dumps(case.body, default=str).encode()
        answer = door.post(body, case.media_type or "application/json")
        seen.add(answer.status_code)
        assert answer.status_code < 500, answer.text
        assert answer.headers["content-type"] in documented[str(answer.status_code)]["content"]

    run()
    assert seen, "something was sent"
    stored = Database(clean_database).run("SELECT count(*) FROM event")[0][0]
    kept = Database(clean_database).run("SELECT count(*) FROM quarantine")[0][0]
    assert stored + kept > 0


def without_unicode_classes(schema: Any) -> Any:
    """The document without patterns that JSON Schema's own dialect has and Python's `re` has not."""
    if isinstance(schema, dict):
        kept = {key: value for key, value in schema.items() if key != "pattern" or "\\p{" not in str(value)}
        return {key: without_unicode_classes(value) for key, value in kept.items()}
    return [without_unicode_classes(one) for one in schema] if isinstance(schema, list) else schema
