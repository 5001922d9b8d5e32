"""What every object store must do, the real one and the stand-in alike."""

import hashlib
from collections.abc import Callable

import pytest
from object_server import Bucket, bucket, object_server

from partnershop.gateways.fakes import FakeObjects
from partnershop.gateways.objects import Missing, ObjectStore, base_of, location_of, open_store

__all__ = ["bucket", "object_server"]

PDF = b"%PDF-1.7 a page " + bytes(range(256)) * 40
SHA = hashlib.sha256(PDF).hexdigest()
OTHER_SHA = hashlib.sha256(b"never put").hexdigest()

Make = Callable[[], ObjectStore]


@pytest.fixture(params=["s3", "fake"])
def make(request: pytest.FixtureRequest) -> Make:
    """Opens the same store, as often as one likes."""
    if request.param == "s3":
        url = request.getfixturevalue("bucket").url
        return lambda: open_store(url)
    fake = FakeObjects()
    return lambda: fake


def test_what_was_put_is_got_also_by_another_process_as_it_were(make: Make) -> None:
    make().put(SHA, PDF)
    assert make().get(SHA) == PDF


def test_putting_twice_is_putting_once(make: Make) -> None:
    store = make()
    store.put(SHA, PDF)
    store.put(SHA, PDF)
    assert store.get(SHA) == PDF


def test_putting_again_mends_what_somebody_changed(make: Make) -> None:
    store = make()
    store.put(SHA, b"%PDF-1.7 torn")
    store.put(SHA, PDF)
    assert store.get(SHA) == PDF


def test_what_was_never_put_is_missing_and_it_is_said_which(make: Make) -> None:
    store = make()
    store.put(SHA, PDF)
    with pytest.raises(Missing, match=f"^{location_of(store.base, OTHER_SHA)} is not there$"):
        store.get(OTHER_SHA)


def test_an_empty_object_is_an_object(make: Make) -> None:
    empty = hashlib.sha256(b"").hexdigest()
    make().put(empty, b"")
    assert make().get(empty) == b""


def test_a_location_says_bucket_prefix_and_hash_and_leads_back_to_its_store(bucket: Bucket) -> None:
    store = open_store(bucket.url)
    location = location_of(store.base, SHA)
    assert location == f"s3://{bucket.name}/papers/{SHA[:2]}/{SHA[2:4]}/{SHA}.pdf"
    assert base_of(location) == store.base == f"s3://{bucket.name}/papers"
    store.put(SHA, PDF)
    assert bucket.keys() == [f"papers/{SHA[:2]}/{SHA[2:4]}/{SHA}.pdf"]
    elsewhere = open_store(f"s3://another?endpoint={bucket.endpoint}", base_of(location))
    assert elsewhere.get(SHA) == PDF
