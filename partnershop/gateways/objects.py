"""Where rendered bytes lie outside the database: an S3-compatible store, each object named by the SHA-256 of its bytes.

Putting the same bytes twice is putting them once, so a worker that is killed between the store and its row leaves at
most an object that the next try finds again. Nothing here deletes: a store is emptied by whoever owns it.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qsl, urlsplit

from partnershop.errors import Defect, Refused, Transient
from partnershop.secret import secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore.store import ClientConfig, RetryConfig, S3Config, S3Store

CONNECT_SECONDS = 3
REQUEST_SECONDS = 10
RETRIES = 2
RETRY_SECONDS = 12
LONGEST_SECONDS = RETRY_SECONDS + REQUEST_SECONDS + 2
"""No call takes longer: after `RETRY_SECONDS` no new try begins, and the last one ends after `REQUEST_SECONDS`."""

_OPTIONS = ("endpoint", "region")
_KEY_SUFFIX = ".pdf"


class Place(StrEnum):
    """Where rendered bytes may lie."""

    DATABASE = "database"
    OBJECTS = "objects"


class Missing(Defect):
    """The store answers, but has no such object."""


class ObjectStore(Protocol):
    """Keeps bytes by their SHA-256 (hexadecimal). Both calls are bounded, see `LONGEST_SECONDS`."""

    @property
    def base(self) -> str:
        """What all its locations begin with, such as "s3://bucket/prefix"; never with credentials."""
        ...

    def put(self, sha256: str, content: bytes) -> None:
        """Keep `content` under its SHA-256, in place of what is there. Raises `Transient` when that is not certain."""
        ...

    def get(self, sha256: str) -> bytes:
        """What is kept, not checked. Raises `Missing`, and `Transient` when the store gives no answer."""
        ...


def location_of(base: str, sha256: str) -> str:
    """The full address of an object: two levels of folders, so that people can look into a store."""
    return f"{base}/{_key(sha256)}"


def base_of(location: str) -> str:
    """The base of the store that a location lies in."""
    return location.rsplit("/", 3)[0]


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}{_KEY_SUFFIX}"


@dataclass(frozen=True)
class Address:
    """What PARTNERSHOP_OBJECTS_URL says: s3://BUCKET/PREFIX?endpoint=URL&region=NAME, all but the bucket as needed.

    Without an endpoint it is Amazon's S3. Credentials are not part of it.
    """

    bucket: str
    prefix: str
    endpoint: str
    region: str

    @classmethod
    def parse(cls, url: str) -> "Address":
        """Read it. Raises `Refused`, saying what to change and never the whole URL, which may hold a password."""
        parts = urlsplit(url)
        if parts.scheme != "s3" or not parts.hostname:
            raise Refused("PARTNERSHOP_OBJECTS_URL must be s3://BUCKET/PREFIX?endpoint=URL&region=NAME")
        if "@" in parts.netloc:
            raise Refused(
                "PARTNERSHOP_OBJECTS_URL must hold no credentials: "
                "put them into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        options = dict(parse_qsl(parts.query))
        if unknown := sorted(options.keys() - set(_OPTIONS)):
            raise Refused(f"PARTNERSHOP_OBJECTS_URL has an unknown option {unknown[0]}; known: {', '.join(_OPTIONS)}")
        endpoint = options.get("endpoint", "")
        if endpoint and (urlsplit(endpoint).scheme not in {"http", "https"} or "@" in endpoint):
            raise Refused("the endpoint in PARTNERSHOP_OBJECTS_URL must be an http(s):// URL without credentials")
        return cls(parts.netloc, parts.path.strip("/"), endpoint.rstrip("/"), options.get("region", ""))

    @property
    def base(self) -> str:
        """The address without its options: an endpoint may move with all that lies there."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def at(self, base: str) -> "Address":
        """Another bucket or prefix behind the same endpoint."""
        parts = urlsplit(base)
        return replace(self, bucket=parts.netloc, prefix=parts.path.strip("/"))


@dataclass(frozen=True, repr=False)
class Credentials:
    """A pair of keys; empty where the machine itself has a role at Amazon."""

    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls, address: Address) -> "Credentials":
        """AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or what their …_FILE name. Raises `Refused` when one lacks."""
        found = cls(secret("AWS_ACCESS_KEY_ID"), secret("AWS_SECRET_ACCESS_KEY"))
        needed = address.endpoint or found.access_key_id or found.secret_access_key
        if needed and not (found.access_key_id and found.secret_access_key):
            raise Refused("set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for the object store, or their …_FILE")
        return found


class S3Objects:
    """A bucket of an S3-compatible store.

    It must be opened in the process that uses it: the threads beneath do not survive a fork. The credentials need to
    read, write and list: who may not list is told of a missing object that it is forbidden.
    """

    def __init__(self, address: Address, credentials: Credentials, *, request_seconds: int = REQUEST_SECONDS) -> None:
        """Nothing is asked of the store yet. `request_seconds` bounds each try."""
        self._base = address.base
        self._bucket = address.bucket
        self._store = _open(address, credentials, request_seconds)

    @property
    def base(self) -> str:
        """Such as "s3://bucket/prefix"."""
        return self._base

    def put(self, sha256: str, content: bytes) -> None:
        """Keep `content`. The store checks what it got against the signed hash of the request."""
        import obstore  # noqa: PLC0415  (Rust with threads of its own: only for those who keep bytes there)

        with self._telling():
            try:
                # One request: it is there whole or not at all.
                obstore.put(
                    self._store, _key(sha256), content, use_multipart=False,
                    attributes={"Content-Type": "application/pdf"},
                )  # fmt: skip
            except FileNotFoundError:
                raise self._no_bucket() from None

    def get(self, sha256: str) -> bytes:
        """What is kept under this hash."""
        import obstore  # noqa: PLC0415

        with self._telling():
            try:
                return bytes(obstore.get(self._store, _key(sha256)).bytes())
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise self._no_bucket() from None
                raise Missing(f"{location_of(self._base, sha256)} is not there") from None

    def _no_bucket(self) -> Transient:
        return Transient(f"the object store has no bucket {self._bucket}: make it, or mend PARTNERSHOP_OBJECTS_URL")

    @contextmanager
    def _telling(self) -> "Iterator[None]":
        from obstore import exceptions  # noqa: PLC0415

        try:
            yield
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            raise Transient(
                f"the object store refuses us at {self._base}: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "
                "what they may do there"
            ) from None
        except exceptions.BaseError as error:
            raise Transient(f"the object store at {self._base} cannot be used now: {_first_line(error)}") from None


def open_store(url: str, base: str | None = None) -> ObjectStore:
    """The store that an address names, or what lies at `base` behind the same endpoint. Raises `Refused`."""
    address = Address.parse(url)
    return S3Objects(address.at(base) if base else address, Credentials.from_environment(address))


def _open(address: Address, credentials: Credentials, request_seconds: int) -> "S3Store":
    from obstore.store import S3Store  # noqa: PLC0415

    config: S3Config = {}
    if credentials.access_key_id:
        config["access_key_id"] = credentials.access_key_id
        config["secret_access_key"] = credentials.secret_access_key
    if address.endpoint:
        config["endpoint"] = address.endpoint
    if address.region:
        config["region"] = address.region
    client: ClientConfig = {
        "allow_http": address.endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
        "timeout": timedelta(seconds=request_seconds),
    }
    retry: RetryConfig = {
        "max_retries": RETRIES,
        "retry_timeout": timedelta(seconds=RETRY_SECONDS),
        "backoff": {
            "init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=2), "base": 2,
        },
    }  # fmt: skip
    return S3Store(
        address.bucket, prefix=address.prefix or None, config=config, client_options=client, retry_config=retry
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
