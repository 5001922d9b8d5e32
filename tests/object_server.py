"""A server that speaks S3 on the loopback address, for tests of whatever keeps bytes in an object store."""

import secrets
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from partnershop.config import config
from partnershop.machine.ports import LOOPBACK

_ID, _SECRET = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"
KEYS = {_ID: "a-key", _SECRET: "a-secret"}
# Straight to the loopback address, also where the environment names an HTTP proxy.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Bucket:
    """A bucket of the running server. `url` is what PARTNERSHOP_OBJECTS_URL is to say."""

    endpoint: str
    name: str
    prefix: str = "papers"

    @property
    def url(self) -> str:
        return f"s3://{self.name}/{self.prefix}?endpoint={self.endpoint}&region=eu-south-1"

    def make(self) -> None:
        request = urllib.request.Request(f"{self.endpoint}/{self.name}", data=b"", method="PUT")
        with _OPENER.open(request, timeout=20):
            pass

    def overwrite(self, location: str, content: bytes) -> None:
        """Behind our back."""
        obstore.put(self._everything(), self._key(location), content)

    def remove(self, location: str) -> None:
        """Behind our back."""
        obstore.delete(self._everything(), self._key(location))

    def keys(self) -> list[str]:
        """The names of all objects."""
        return [str(entry["path"]) for page in obstore.list(self._everything()) for entry in page]

    def _everything(self) -> S3Store:
        return S3Store(
            self.name, endpoint=self.endpoint, client_options={"allow_http": True}, access_key_id=KEYS[_ID],
            secret_access_key=KEYS[_SECRET],
        )  # fmt: skip

    def _key(self, location: str) -> str:
        return location.removeprefix(f"s3://{self.name}/")


@pytest.fixture(scope="session")
def object_server() -> Iterator[str]:
    """The running server's address."""
    server = ThreadedMotoServer(LOOPBACK, 0, verbose=False)
    server.start()
    yield f"http://{LOOPBACK}:{server.get_host_and_port()[1]}"
    server.stop()


@pytest.fixture
def bucket(object_server: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket of the test's own, and the keys to it."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_PROXY", LOOPBACK)
    made = Bucket(object_server, f"bucket-{secrets.token_hex(6)}")
    made.make()
    return made


@pytest.fixture
def outside(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """The environment says that bytes go into this bucket."""
    monkeypatch.setenv("PARTNERSHOP_OBJECTS_URL", bucket.url)
    config.cache_clear()
    yield bucket
    config.cache_clear()
