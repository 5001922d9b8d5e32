"""Messages that none of our programs sends: what somebody might put into the broker who can write to it."""

import base64
import json
import pickle
import zlib
from typing import Any

TASK = "corrections.reverse_items"
QUEUE = "corrections"
SUCCEEDS = "embedded, and the task succeeds"
ARGUMENTS: dict[str, object] = {"shop": "aurora", "order": "A-1", "case": 999_999}
NOTHING: dict[str, Any] = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
LINK: dict[str, Any] = {
    "task": "inbox.apply_events", "args": [], "kwargs": {}, "options": {"queue": "inbox"}, "subtask_type": None,
    "immutable": True,
}  # fmt: skip
# Made here and sent as bytes: whoever reads it as what it claims to be creates the file.
PICKLED = b"cposix\nsystem\n(S'touch %s'\ntR."


def envelope(
    task: object = TASK,
    args: object = (),
    kwargs: object = None,
    embed: object = None,
    *,
    body: bytes | None = None,
    headers: dict[str, Any] | None = None,
    without: tuple[str, ...] = (),
    **outer: Any,
) -> bytes:
    """A message as Celery writes it to Redis, with these parts of it changed (`outer`: dashes as underscores)."""
    given = ARGUMENTS if kwargs is None else kwargs
    content = json.dumps([args, given, embed or NOTHING]).encode() if body is None else body
    said = {
        "lang": "py", "task": task, "id": "forged", "root_id": "forged", "parent_id": None, "group": None,
        "eta": None, "expires": None, "retries": 0, "timelimit": [None, None], "argsrepr": "()", "kwargsrepr": "{}",
        "origin": "nobody@nowhere", "ignore_result": True, **(headers or {}),
    }  # fmt: skip
    message: dict[str, Any] = {
        "body": base64.b64encode(content).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {name: value for name, value in said.items() if name not in without},
        "properties": {
            "correlation_id": "forged", "reply_to": "nobody", "delivery_mode": 2, "priority": 0,
            "delivery_info": {"exchange": "", "routing_key": QUEUE}, "body_encoding": "base64",
            "delivery_tag": "forged",
        },
    }  # fmt: skip
    message |= {name.replace("_", "-"): value for name, value in outer.items()}
    return json.dumps({name: value for name, value in message.items() if name not in without}).encode()


def queue_for(name: str) -> str:
    """Where the message of this name is put."""
    return "inbox" if name.startswith(SUCCEEDS) else QUEUE


def forged(witness: str) -> dict[str, bytes]:
    """Every forged message by what is wrong with it. `witness` is a file that stays away unless code of theirs runs."""
    evil = PICKLED % witness.encode()
    yaml = f"!!python/object/apply:os.system ['touch {witness}']".encode()
    return {
        **_names(),
        **_arguments(),
        **_headers(),
        **_parts(),
        "content type: pickle": envelope(body=evil, content_type="application/x-python-serialize"),
        "content type: pickle as application/pickle": envelope(body=evil, content_type="application/pickle"),
        "content type: pickle, with an encoding of its own": envelope(
            body=evil, content_type="application/x-python-serialize", content_encoding="binary"
        ),
        "content type: pickle that says it is JSON": envelope(body=evil),
        "content type: a pickled list of arguments": envelope(
            body=pickle.dumps([[], {}, NOTHING]), content_type="application/x-python-serialize"
        ),
        "content type: yaml": envelope(body=yaml, content_type="application/x-yaml"),
        "content type: msgpack": envelope(body=b"\x93\x90\x80\x80", content_type="application/x-msgpack"),
        "content type: made up": envelope(content_type="application/x-nothing"),
        "content type: none": envelope(content_type=None),
        "content type: a number": envelope(content_type=7),
        "content type: an object": envelope(content_type={"a": 1}),
        "content encoding: made up": envelope(content_encoding="klingon"),
        "content encoding: a number": envelope(content_encoding=7),
        "content encoding: none": envelope(content_encoding=None),
        "compression: zlib, and it is not": envelope(headers={"compression": "application/x-gzip"}),
        "compression: made up": envelope(headers={"compression": "application/x-nothing"}),
        "compression: a bomb": envelope(
            body=zlib.compress(b" " * 30_000_000), headers={"compression": "application/x-gzip"}
        ),
    }


def _names() -> dict[str, bytes]:
    others = ["os.system", "tasks.corrections.reverse_items", "reverse_items", "x" * 100_000, "", "\0", "../etc", "ü€"]
    none: list[object] = [None, 7, [], {"a": 1}, True]
    own = [
        "backend_cleanup", "chord_unlock", "chain", "chord", "group", "map", "starmap", "chunks", "accumulate",
    ]  # fmt: skip
    calls: dict[str, tuple[object, object]] = {
        "celery.map": ([LINK, [["aurora"], ["bruma"]]], {}),
        "celery.starmap": ([LINK, [["aurora"], ["bruma"]]], {}),
        "celery.chunks": ([LINK, [["aurora"]], 1], {}),
        "celery.chord_unlock": (["group", LINK], {"interval": 0, "result": [[["a", None], None]]}),
        "celery.group": ([[LINK], [["a", None], []], "group", None], {}),
    }
    return {
        **{f"name: {name[:30]!a}": envelope(name) for name in others},
        **{f"name: celery.{name}": envelope(f"celery.{name}", *calls.get(f"celery.{name}", ([], {}))) for name in own},
        **{f"name: {other!a}": envelope(other) for other in none},
        "name: missing": envelope(without=("task",)),
        "name: of another queue": envelope("documents.render_papers", kwargs={}),
    }


def _arguments() -> dict[str, bytes]:
    cases: list[object] = ["x", -1, 0, 2**31, 2**63, 10**40, 1.5, None, [], {}, "1; DROP TABLE orders", True]
    texts: list[object] = ["\0", "x" * 1_000_000, "\ud800", 7, None, [[]], {"a": 1}]
    return {
        **{f"case: {str(case)[:20]!a}": envelope(kwargs=ARGUMENTS | {"case": case}) for case in cases},
        **{f"shop: {str(text)[:20]!a}": envelope(kwargs=ARGUMENTS | {"shop": text}) for text in texts},
        "arguments: none": envelope(kwargs={}),
        "arguments: too many": envelope(args=[1, 2, 3, 4, 5]),
        "arguments: unknown": envelope(kwargs=ARGUMENTS | {"self": 1, "sudo": True}),
        "arguments: names of the logs": envelope(
            kwargs=ARGUMENTS | {"event": "a lie", "level": "critical", "task": "another", "task_id": "another"}
        ),
        "arguments: a list for an object": envelope(kwargs=[1, 2]),
        "arguments: a text for an object": envelope(kwargs="shop"),
        "arguments: an object for a list": envelope(args={"a": 1}),
        "arguments: a number for a list": envelope(args=7),
        "arguments: deep": envelope(body=b"[" * 100_000 + b"]" * 100_000),
        "arguments: no date": envelope(body=b'[[], {"shop": {"__type__": "datetime", "__value__": 7}}, {}]'),
        "arguments: a type that is none": envelope(body=b'[[], {"shop": {"__type__": "os", "__value__": "x"}}, {}]'),
        "arguments: huge": envelope(kwargs=ARGUMENTS | {"note": "x" * 20_000_000}),
        "arguments: 100,000 of them": envelope(args=list(range(100_000))),
        "body: nothing": envelope(body=b""),
        "body: null": envelope(body=b"null"),
        "body: a number": envelope(body=b"7"),
        "body: an object": envelope(body=b"{}"),
        "body: two of three": envelope(body=b"[[], {}]"),
        "body: four of three": envelope(body=b"[[], {}, {}, {}]"),
        "body: not JSON": envelope(body=b"{"),
        "body: NaN": envelope(body=b'[[], {"case": NaN}, {}]'),
        "body: not UTF-8": envelope(body=b"\xff\xfe"),
        "body: of protocol 1": envelope(
            body=json.dumps({"task": TASK, "id": "old", "args": [], "kwargs": ARGUMENTS}).encode(),
            without=("task", "id"),
        ),
        "body: of protocol 1, all wrong": envelope(
            body=json.dumps({"task": TASK, "id": [], "args": 7, "kwargs": 7, "eta": 7}).encode(), without=("task", "id")
        ),
        "body: of protocol 1, with arguments outside": envelope(
            body=json.dumps({"args": [], "kwargs": {}}).encode(), headers={"args": [], "kwargs": {}}
        ),
    }


def _headers() -> dict[str, bytes]:
    wrong: list[object] = ["x", 7, -1, 10**40, 1.5, True, [], ["x", "y"], {"a": 1}]
    read_by_celery = ("id", "eta", "expires", "retries", "timelimit", "stamped_headers")
    others = (
        "root_id", "parent_id", "group", "group_index", "shadow", "argsrepr", "kwargsrepr", "origin", "ignore_result",
        "replaced_task_nesting", "stamps", "lang", "meth", "utc", "compression",
    )  # fmt: skip
    odd = [(name, wrong) for name in read_by_celery] + [(name, [7, ["x"]]) for name in others]
    embeds: list[tuple[str, object]] = [
        ("link", {**NOTHING, "callbacks": [LINK]}),
        ("link to nothing", {**NOTHING, "callbacks": [{"task": "os.system", "args": ["id"], "options": {}}]}),
        ("link that is none", {**NOTHING, "callbacks": ["x", 7, None]}),
        ("error link", {**NOTHING, "errbacks": [LINK]}),
        ("error link that is none", {**NOTHING, "errbacks": [7]}),
        ("chain", {**NOTHING, "chain": [LINK, LINK]}),
        ("chain that is none", {**NOTHING, "chain": 7}),
        ("chord", {**NOTHING, "chord": LINK}),
        ("chord that is none", {**NOTHING, "chord": 7}),
        ("text", "x"),
        ("number", 7),
        ("list", [1]),
    ]
    return {
        **{
            f"header {name}: {str(value)[:20]!a}": envelope(headers={name: value})
            for name, values in odd
            for value in values
        },
        **{f"embedded: {name}": envelope(embed=embed) for name, embed in embeds},
        **{
            f"{SUCCEEDS}: {name}": envelope("inbox.apply_events", kwargs={}, embed=embed)
            for name, embed in embeds
        },
        "header eta: in the year 9999": envelope(headers={"eta": "9999-12-31T23:59:59+00:00"}),
        "header eta: in the year 1": envelope(headers={"eta": "0001-01-01T00:00:00+00:00"}),
        "header eta: with a day of offset": envelope(headers={"eta": "9999-12-31T23:59:59-23:59"}),
        "header expires: long ago": envelope(headers={"expires": "2001-01-01T00:00:00+00:00"}),
        "header timelimit: at once": envelope(headers={"timelimit": [0.001, 0.0005]}),
        "header timelimit: one of two": envelope(headers={"timelimit": [5]}),
        "header id: missing": envelope(without=("id",)),
        "headers: 10,000 of them": envelope(headers={f"x-{number}": "x" * 100 for number in range(10_000)}),
    }


def _parts() -> dict[str, bytes]:
    info = {"exchange": "", "routing_key": QUEUE}
    properties: list[tuple[str, object]] = [
        ("none", None),
        ("empty", {}),
        ("a list", []),
        ("a text", "x"),
        ("no tag", {"delivery_info": info, "body_encoding": "base64"}),
        ("a tag that is none", {"delivery_tag": {"a": 1}, "delivery_info": info, "body_encoding": "base64"}),
        ("a list as tag", {"delivery_tag": [], "delivery_info": info, "body_encoding": "base64"}),
        ("no delivery", {"delivery_tag": "f", "body_encoding": "base64"}),
        ("a text as delivery", {"delivery_tag": "f", "delivery_info": "x", "body_encoding": "base64"}),
        ("a made up coding", {"delivery_tag": "f", "delivery_info": info, "body_encoding": "rot13"}),
        ("a number as coding", {"delivery_tag": "f", "delivery_info": info, "body_encoding": 7}),
        ("a text as priority", {"delivery_tag": "f", "body_encoding": "base64", "priority": "x"}),
    ]
    return {
        **{f"properties: {name}": envelope(properties=value) for name, value in properties},
        "message: not JSON": b"{",
        "message: nothing": b"",
        "message: not UTF-8": b"\xff\xfe\x00",
        "message: pickle": PICKLED % b"/nowhere",
        "message: a number": b"7",
        "message: null": b"null",
        "message: a list": b"[]",
        "message: an empty object": b"{}",
        "message: deep": b"[" * 200_000,
        "message: a date": b'{"__type__": "datetime", "__value__": "x"}',
        "message: headers are a list": envelope(headers_=None, without=("headers",)).replace(b"headers-", b"headers"),
        "message: headers missing": envelope(without=("headers",)),
        "message: headers are a text": json.dumps(json.loads(envelope()) | {"headers": "x"}).encode(),
        "message: body missing": envelope(without=("body",)),
        "message: body is no base64": json.dumps(json.loads(envelope()) | {"body": "%%%"}).encode(),
        "message: body is a number": json.dumps(json.loads(envelope()) | {"body": 7}).encode(),
        "message: body is an object": json.dumps(json.loads(envelope()) | {"body": {"a": 1}}).encode(),
    }
