"""An object store that is away, slow, refuses us or is set up wrongly: always an answer, and never a long wait."""

import hashlib
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from object_server import KEYS, Bucket, bucket, object_server
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from partnershop.errors import Refused, Transient
from partnershop.flows import documents
from partnershop.gateways import objects
from partnershop.gateways.objects import Address, Credentials, Missing, ObjectStore, S3Objects, open_store
from partnershop.machine.ports import LOOPBACK, free_port
from tasks.working import SLICE_SECONDS
from workers.queues import QUEUES

__all__ = ["bucket", "object_server"]

PDF = b"%PDF-1.7"
SHA = hashlib.sha256(PDF).hexdigest()
CALLS: list[Callable[[ObjectStore], object]] = [lambda store: store.put(SHA, PDF), lambda store: store.get(SHA)]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setenv("NO_PROXY", LOOPBACK)


def answering(server: HTTPServer, status: int, body: str = "", wait: float = 0.0) -> str:
    """The address of a store that answers everything like this; it counts in `server.log`."""

    def answer(_: Request) -> Response:
        time.sleep(wait)
        return Response(body, status, {"ETag": '"an-answer-as-it-should-be"'})

    server.expect_request(re.compile(".*")).respond_with_handler(answer)
    return f"s3://papers?endpoint=http://{LOOPBACK}:{server.port}"


@pytest.mark.parametrize("call", CALLS, ids=["put", "get"])
def test_a_store_that_is_away_may_be_back_later(call: Callable[[ObjectStore], object]) -> None:
    store = open_store(f"s3://papers/2026?endpoint=http://{LOOPBACK}:{free_port()}")
    began = time.monotonic()
    with pytest.raises(Transient, match=r"^the object store at s3://papers/2026 cannot be used now: .*") as away:
        call(store)
    assert time.monotonic() - began < 5
    assert "\n" not in str(away.value)
    assert "a-secret" not in str(away.value)


@pytest.mark.parametrize("call", CALLS, ids=["put", "get"])
@pytest.mark.parametrize("status", [401, 403])
def test_wrong_credentials_are_a_matter_of_setting_and_not_of_the_paper(
    call: Callable[[ObjectStore], object], status: int, httpserver: HTTPServer
) -> None:
    store = open_store(answering(httpserver, status, "<Error><Code>InvalidAccessKeyId</Code></Error>"))
    with pytest.raises(Transient, match="refuses us at s3://papers: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"):
        call(store)
    assert len(httpserver.log) == 1, "asking again changes nothing"


@pytest.mark.parametrize("call", CALLS, ids=["put", "get"])
@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_store_in_trouble_is_asked_again_a_few_times(
    call: Callable[[ObjectStore], object], status: int, httpserver: HTTPServer
) -> None:
    store = open_store(answering(httpserver, status))
    with pytest.raises(Transient, match="cannot be used now"):
        call(store)
    assert len(httpserver.log) == objects.RETRIES + 1


@pytest.mark.parametrize("call", CALLS, ids=["put", "get"])
def test_a_store_that_does_not_answer_is_given_up(
    call: Callable[[ObjectStore], object], httpserver: HTTPServer
) -> None:
    url = answering(httpserver, 200, wait=4.0)
    address = Address.parse(url)
    began = time.monotonic()
    with pytest.raises(Transient, match="cannot be used now"):
        call(S3Objects(address, Credentials.from_environment(address), request_seconds=1))
    assert 1.0 <= time.monotonic() - began < 4 + objects.RETRIES * 2, "a second each, and pauses"


def test_the_longest_waits_of_a_whole_batch_fit_into_the_time_limit_of_its_task_and_into_its_lease() -> None:
    batch = documents.BATCH * objects.LONGEST_SECONDS
    assert SLICE_SECONDS + batch < QUEUES["documents"].soft_time_limit
    assert batch < documents.LEASE.total_seconds()


@pytest.mark.parametrize("call", CALLS, ids=["put", "get"])
def test_a_bucket_that_is_not_there_makes_no_paper_missing(
    call: Callable[[ObjectStore], object], bucket: Bucket
) -> None:
    store = open_store(f"s3://no-such-bucket?endpoint={bucket.endpoint}")
    with pytest.raises(Transient, match="has no bucket no-such-bucket: make it, or mend PARTNERSHOP_OBJECTS_URL"):
        call(store)


def test_an_object_that_was_deleted_behind_our_back_is_missing(bucket: Bucket) -> None:
    store = open_store(bucket.url)
    store.put(SHA, PDF)
    bucket.remove(objects.location_of(store.base, SHA))
    with pytest.raises(Missing):
        store.get(SHA)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://bucket/prefix", "must be s3://BUCKET/PREFIX"),
        ("s3:///prefix", "must be s3://BUCKET/PREFIX"),
        ("s3://key:hidden@bucket/prefix", "must hold no credentials"),
        ("s3://bucket?endpoint=minio:9000", "must be an http"),
        ("s3://bucket?endpoint=http://key:hidden@minio:9000", "without credentials"),
        ("s3://bucket?bucket=other", "unknown option bucket; known: endpoint, region"),
    ],
)
def test_a_wrong_address_is_refused_with_what_to_change_and_without_what_it_hides(url: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        Address.parse(url)
    assert "hidden" not in str(refused.value)


def test_credentials_come_from_the_environment_or_from_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own, amazon = Address.parse("s3://bucket?endpoint=http://minio:9000"), Address.parse("s3://bucket")
    (tmp_path / "secret").write_text("from-a-file\n", encoding="utf-8")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(Refused, match="set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        Credentials.from_environment(amazon)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY_FILE", str(tmp_path / "secret"))
    found = Credentials.from_environment(own)
    assert (found.access_key_id, found.secret_access_key) == ("a-key", "from-a-file")
    assert "from-a-file" not in repr(found)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY_FILE"):
        monkeypatch.delenv(name)
    assert Credentials.from_environment(amazon) == Credentials(), "a machine at Amazon may have a role"
    with pytest.raises(Refused):
        Credentials.from_environment(own)


def test_nothing_of_it_is_loaded_where_bytes_lie_in_the_database() -> None:
    code = "import sys, tasks.documents; raise SystemExit(any(name.startswith('obstore') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
