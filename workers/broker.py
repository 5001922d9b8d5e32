"""Celery's Redis transport with a guard in front of it: a message is believed (workers/trust.py) or dropped."""

from collections.abc import Callable
from functools import partial
from queue import Empty
from typing import Any

from celery.signals import worker_init
from kombu import transport as _transport
from kombu.transport import redis as _redis
from kombu.utils.json import loads
from redis import RedisError

from partnershop.logging import log
from workers.trust import NotBelieved, believed

_EVENTS = "celeryev"
# Of what is used here their types know nothing.
transport: Any = _transport
redis: Any = _redis


class Channel(redis.Channel):  # type: ignore[misc]
    """Drops what is not even JSON. kombu would end the program over it."""

    def _brpop_read(self, **options: Any) -> Any:
        return self._guarded(partial(super()._brpop_read, **options))

    def _receive_one(self, c: Any) -> Any:
        return self._guarded(partial(super()._receive_one, c))

    def _guarded(self, read: Callable[[], Any]) -> Any:
        self.connection.reached = False
        try:
            return read()
        except (RedisError, OSError, Empty):
            raise
        except Exception as problem:
            if self.connection.reached:
                raise  # it was read, and what went wrong then is not the message's fault
            _dropped("", f"it is not JSON ({type(problem).__name__})")
            return True


class QoS(redis.QoS):  # type: ignore[misc]
    """Puts back only what lies among the unacknowledged messages as kombu has put it there."""

    def restore_by_tag(self, tag: Any, client: Any = None, leftmost: bool = False) -> None:
        """Put a message back; remove what is none."""
        with self.channel.conn_or_acquire(client) as connection:
            kept = connection.hget(self.unacked_key, tag)
            if kept is not None and not _is_kept(kept):
                self._remove_from_indices(tag, connection.pipeline()).execute()
                _dropped("", "it lies among the unacknowledged ones and is none")
                return
        super().restore_by_tag(tag, client, leftmost)


Channel.QoS = QoS


class Transport(redis.Transport):  # type: ignore[misc]
    """The transport of all our programs."""

    Channel = Channel
    hears_events = True
    """Whether what workers tell is listened to: by Flower, not by a worker, which needs nobody's news."""

    reached = False
    """Whether the message in hand was JSON."""

    def _deliver(self, message: Any, queue: str) -> None:
        self.reached = True
        if queue.startswith(_EVENTS) and not Transport.hears_events:
            return
        try:
            read = believed(message, queue)
        except NotBelieved as problem:
            _dropped(queue, str(problem))
            return
        super()._deliver(read, queue)


def _is_kept(kept: bytes) -> bool:
    """Whether these are a message, its exchange and its routing key."""
    try:
        message, exchange, routing_key = loads(kept.decode("utf-8"))
        believed(message, routing_key)
    except Exception:  # noqa: BLE001  (whatever it is, it was not put there by us)
        return False
    return isinstance(exchange, str) and isinstance(routing_key, str)


def _dropped(queue: str, why: str) -> None:
    log.warning("a message that is none of ours was dropped", queue=queue[:100], why=why)


@worker_init.connect
def _hear_nothing(**_: Any) -> None:
    Transport.hears_events = False


def use() -> None:
    """From now on every redis:// or rediss:// connection of this process is one of ours."""
    for scheme in ("redis", "rediss"):
        transport.TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
        transport._transport_cache.pop(scheme, None)
