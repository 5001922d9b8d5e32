"""Bodies of our own making that a broken or hostile sender may post, by what they try."""

import json
import zlib
from collections.abc import Iterator
from typing import Any

from knocking import SINGLE, changed, order, payment

Event = dict[str, Any]

# What each text member is replaced by, all of them at once: an order whose every word is an attempt.
INJECTIONS = {
    "SQL quote": "'; DROP TABLE orders; --",
    "SQL union": "x' UNION SELECT secret FROM webhook_secret --",
    "SQL dollar": "$$; DELETE FROM event; $$",
    "SQL parameter": "%s %(shop)s :shop $1 {0} {shop}",
    "LIKE": "%_\\%",
    "HTML script": "<script>alert(1)</script>",
    "HTML picture": '"><img src=http://127.0.0.1:1/x onerror=alert(1)>',
    "HTML file": '<img src="file:///etc/passwd"><link rel=attachment href="file:///etc/passwd">',
    "XML entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "XML end": "]]></ram:Name><ram:Name>another &amp; &#0; &lt;",
    "XInclude": '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>',
    "CSS": "</style><style>@import url(http://127.0.0.1:1/x)</style>",
    "Jinja": "{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "Tornado": "{% import os %}{{ os.system('id') }}",
    "format": "{0.__class__.__init__.__globals__}%(x)s%n%x${jndi:ldap://127.0.0.1/x}",
    "LDAP": "*)(uid=*))(|(uid=*",
    "shell": "$(touch /tmp/x) `id` ; rm -rf / | cat && false",
    "path": "../../../../etc/passwd",
    "path, absolute": "/etc/passwd",
    "path, Windows": "..\\..\\C:\\con.txt:stream",
    "mail header": "Chiara?= Bcc: all@example.com",
    "spreadsheet": "=HYPERLINK(\"http://127.0.0.1:1\",\"x\")",
    "JavaScript": "</script>';alert(String.fromCharCode(88))//",
    "prototype": "__proto__",
    "YAML": "!!python/object/apply:os.system ['id']",
    "regular expression": "(a+)+$" + "a" * 60 + "!",
    "null, as a word": "null",
}
# Accepted or not, they must come out as they went in, or not at all.
UNICODE = {
    "right to left": "\u202egpj.exe\u202c",
    "isolates": "\u2066\u2067\u2068x\u2069\u2069\u2069",
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe",
    "combining": "Z" + "\u0301\u0327\u0323\u0310" * 25 + "e",
    "not normalised": "cafe\u0301 / caf\u00e9 / \ufb01 / \u2126",
    "wide": "\uff33\uff25\uff2c\uff25\uff23\uff34 \uff11",
    "beyond the first plane": "\U0001f9d9\u200d\u2642\ufe0f\U0001f1ee\U0001f1f9\U00020000",
    "tags": "x\U000e0041\U000e007f",
    "private": "\ue000\U000f0000",
    "line separators": "a\u2028b\u2029c\u0085d".replace("\u0085", ""),
    "no character": "x\ufdd0\U0001fffe",
    "object replacement": "\ufffc\ufffd",
    "Arabic digits": "\u0661\u0662\u0663",
    "Hebrew and Latin": "שלום Chiara",
    "Thai": "เชียงใหม่",
    "soft hyphen": "Drucke\u00adrei",
    "tab and line feed": "a\tb\nc\rd",
}
_TEXTS = ("name", "company", "street", "postcode", "city")


def full_of(text: str, number: str) -> Event:
    """An order whose every free text is this text; its number is a plain one, its other keys are the text, too."""
    given = order(f"evt-{number}", number)
    data = given["data"]
    data["payment_method"] = "invoice"
    data["customer"] |= dict.fromkeys(_TEXTS, text) | {"number": text[:100]}
    data["items"][0] |= {"item": text[:100], "description": text}
    data["items"][0]["options"][text[:100]] = text
    data["charges"][0] |= {"description": text, "charge": text[:100]}
    return given | {"note": text, text: text}


def bodies() -> dict[str, bytes]:
    """Every body, by its group and what it is. Which media type they are sent as is `media_type_of`'s."""
    groups = {
        "depth": _depth, "number": _numbers, "name twice": _twice, "constant": _constants, "encoding": _encodings,
        "syntax": _syntax, "size": _sizes, "type": _types, "name": _names, "date": _dates, "amount": _amounts,
        "envelope": _envelopes, "batch": _batches,
    }  # fmt: skip
    found = {f"{group}: {name}": body for group, make in groups.items() for name, body in make()}
    found |= {f"injection: {name}": _json(full_of(text, f"J-{name}")) for name, text in INJECTIONS.items()}
    found |= {f"as order number: {name}": _json(order(f"n-{name}", text[:100])) for name, text in INJECTIONS.items()}
    found |= {f"as id: {name}": _json(payment(text[:100])) for name, text in INJECTIONS.items()}
    return found | {f"Unicode: {name}": _json(full_of(text, f"U-{name}")) for name, text in UNICODE.items()}


def media_type_of(body: bytes) -> str:
    """What it says it is: one event where it is an object, else "application/json"."""
    return SINGLE if body.lstrip()[:1] == b"{" else "application/json"


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def _with(member: str, raw: bytes, event: Event | None = None) -> bytes:
    """An event with a member whose value is written so."""
    return _json((event or payment(f"evt-{zlib.crc32(raw)}")) | {member: "@"}).replace(b'"@"', raw)


def _depth() -> Iterator[tuple[str, bytes]]:
    for levels in (31, 32, 33, 34, 1_000, 100_000):
        yield f"{levels} arrays", b"[" * levels + b"]" * levels
        yield f"{levels} objects", b'{"a":' * levels + b"1" + b"}" * levels
    for levels in (28, 31, 32, 500):
        yield f"an event with {levels} in it", _with("deep", b"[" * levels + b"]" * levels)
    yield "never closed", b"[" * 500_000
    yield "wide", _json(payment("wide") | {"wide": [[] for _ in range(20_000)]})


def _numbers() -> Iterator[tuple[str, bytes]]:
    texts = (
        "-0", "0e0", "1e400", "-1e400", "1e-400", "1E+2", "1.0", "9" * 400, "9" * 401, "0." + "1" * 398, "1e999999999",
        "0.1e-324", "12345678901234567890.1234567890", "01", "+1", ".5", "5.", "0x10", "1_000", "--1", "1e", "\u0661",
    )  # fmt: skip
    for text in texts:
        yield f"{text[:20]!a} as a weight", _with("weight", text.encode())
    for text in ("1e2", "1.0", "1.5", "-1", "0", "true", "1e400", "10000000000", "9" * 50):
        yield f"{text[:20]} as a quantity", _json(changed("data.items.0.quantity", "@")).replace(b'"@"', text.encode())


def _twice() -> Iterator[tuple[str, bytes]]:
    yield "id", b'{"id": "a", "id": "b"}'
    yield "id, written in two ways", b'{"id": "a", "\\u0069d": "b"}'
    yield "amount", _json(payment()).replace(b'"amount":', b'"amount": "1.00", "amount":')
    yield "in an unknown member", _with("x", b'{"a": 1, "a": 1}')
    yield "an empty name", _with("x", b'{"": 1, "": 2}')
    yield "in a batch", b"[" + _json(payment()) + b', {"a": 1, "a": 2}]'


def _constants() -> Iterator[tuple[str, bytes]]:
    for text in ("NaN", "Infinity", "-Infinity", "nan", "undefined", "None", "True", "nul"):
        yield text, _with("x", text.encode())
        yield f"{text} alone", text.encode()


def _encodings() -> Iterator[tuple[str, bytes]]:
    good = json.dumps(payment(note="ü€😀"), ensure_ascii=False)
    for name in ("utf-16", "utf-16-le", "utf-32", "utf-8-sig"):
        yield name, good.encode(name)
    yield "latin-1", good.replace("€😀", "").encode("latin-1")
    raw = {
        "overlong": b"\xc0\xaf", "a half pair in UTF-8": b"\xed\xa0\x80", "beyond Unicode": b"\xf4\x90\x80\x80",
        "cut off": b"\xe2\x82", "NUL": b"\x00", "a control character": b"\x01", "a line feed": b"\n",
    }  # fmt: skip
    for name, given in raw.items():
        yield f"{name} in a text", _with("x", b'"' + given + b'"')
    escapes = ("\\ud800", "\\udc00", "\\ud800\\ud800", "\\udfff\\ud800", "\\u0000", "\\u0001", "\\u007f", "\\uffff")
    for escape in (*escapes, "\\x41", "\\u12", "\\U0001F600", "\\ud83d\\ude00"):
        yield f"{escape} in a text", _with("x", f'"a{escape}b"'.encode())
        yield f"{escape} in a customer's name", _json(changed("data.customer.name", "@")).replace(
            b'"@"', f'"a{escape}b"'.encode()
        )
    yield "an escape in a name", _with("x", b'{"\\ud800": 1, "\\u0000": 2}')
    yield "an escape in the id", _json(payment("@")).replace(b'"@"', b'"a\\u0000b"')


def _syntax() -> Iterator[tuple[str, bytes]]:
    texts = (
        "", " ", "\n", "\0", "{", "}", "[", "]", '"', "null", "true", "7", '""', "{}", "[]", "[[]]", "[{}]", "[null]",
        "[1,]", '{"a":1,}', "{'a':1}", "{a:1}", '{"a" 1}', '{"a":1} {"b":2}', "[1] x", "/* */ {}", "// x\n{}", "<a/>",
        "id=evt-1", "--\n- a: 1", "[,]", '{"a":}', '"\\"', "\u00a0{}", "\ufeff", "()", "@", "{}{}", "[[],[]]",
    )  # fmt: skip
    for text in texts:
        yield f"{text!a}", text.encode()
    yield "an order without its end", _json(order())[:-1]
    yield "an order and more", _json(order()) + b"x"


def _sizes() -> Iterator[tuple[str, bytes]]:
    for member in ("id", "source", "type", "subject", "time", "specversion", "datacontenttype"):
        yield f"100,000 characters of {member}", _json(order() | {member: "x" * 100_000})
    for length in (100, 101):
        yield f"an id of {length}", _json(payment("x" * length))
        yield f"an id of {length} characters of four bytes", _json(payment("😀" * length))
    for path, length in (("data.customer.name", 300), ("data.items.0.description", 4_000), ("data.items.0.item", 100)):
        yield f"{path} of {length}", _json(changed(path, "x" * length, order(f"long-{path}", f"L-{path}")))
        yield f"{path} of {length + 1}", _json(changed(path, "x" * (length + 1)))
    yield "5,001 items", _json(order(items=order()["data"]["items"] * 5_001))
    yield "201 options", _json(changed("data.items.0.options", {f"o{n}": "x" for n in range(201)}))
    yield "10,000 unknown members", _json(payment("wide-1") | {f"m{n}": n for n in range(10_000)})
    yield "a name of 100,000", _json(payment("wide-2") | {"x" * 100_000: 1})
    yield "2 megabytes of blanks", b" " * 2_000_000 + _json(payment("blanks"))
    yield "over the limit", b" " * 4_200_000
    yield "an e-mail that takes long", _json(changed("data.customer.email", "a@" + "a." * 120 + "a"))


def _paths(value: object, path: tuple[str, ...] = ()) -> Iterator[str]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield ".".join((*path, str(key)))
        yield from _paths(member, (*path, str(key)))


def _types() -> Iterator[tuple[str, bytes]]:
    wrong: list[object] = [None, True, 7, 1.5, "", "x", [], {}, [[]], {"a": {"b": 1}}]
    for number, path in enumerate(_paths(order())):
        for value in (wrong[number % len(wrong)], wrong[(number + 5) % len(wrong)]):
            yield f"{value!a} as {path}", _json(changed(path, value, order(f"t-{path}-{value!a}"[:100], f"T-{number}")))
        yield f"no {path}", _json(changed(path, "-"))


def _names() -> Iterator[tuple[str, bytes]]:
    tricks = (
        "__proto__", "constructor", "prototype", "__class__", "__init__", "__dict__", "$where", "$ne", "toString", "",
        "a.b", "a[0]", "../x", "self", "cls", "model_config", "data.order", "id ", "ID", "\u0456d",
    )  # fmt: skip
    for number, name in enumerate(tricks):
        yield f"{name!a} beside the others", _json(payment(f"name-{number}") | {name: {"polluted": True}})
        yield f"{name!a} in data", _json(payment(f"name-d-{number}", **{name: {"polluted": True}}))
    options = {"__proto__": "x", "constructor": "y"}
    yield "of an option", _json(changed("data.items.0.options", options, order("o1", "O-1")))
    yield "of an option, empty", _json(changed("data.items.0.options", {"": "x"}))
    yield "data twice, as base64", _json(payment() | {"data_base64": "e30="})


def _dates() -> Iterator[tuple[str, bytes]]:
    texts = (
        "1900-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "2199-12-31T23:59:59Z", "2200-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z",
        "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-29T02:30:00+01:00", "2026-03-02T24:00:00Z",
        "2026-03-02T23:59:60Z", "2026-03-02T09:14:00", "2026-03-02", "2026-03-02 09:14:00Z", "20260302T091400Z",
        "2026-03-02T09:14:00.1234567890Z", "2026-03-02T09:14:00.999999999Z", "2026-03-02t09:14:00z", "1e10", "0",
        "2026-03-02T09:14:00+23:59", "2026-03-02T09:14:00+24:00", "2026-W10-1T00:00:00Z", "now",
        "-2026-03-02T09:14:00Z", "2199-12-31T23:59:59-23:59", "1900-01-01T00:00:00+23:59", "２０２６-03-02T09:14:00Z",
    )  # fmt: skip
    for number, text in enumerate(texts):
        yield f"{text!a} as time", _json(payment(f"time-{number}") | {"time": text})
        yield f"{text!a} as placed_at", _json(changed("data.placed_at", text, order(f"placed-{number}", f"D-{number}")))


def _amounts() -> Iterator[tuple[str, bytes]]:
    texts = (
        "0", "0.00", "0.01", "00012.30", "999999999999.99", "9999999999999", "-1", "-0", "+1", "1.", ".1", "1,50",
        "1 000", "1e3", "1E-2", "Infinity", "NaN", "0x10", "1.005", "1.0000", "1_000", " 1", "1 ", "1\n", "\u0661",
        "１", "1'000", "", "twelve", "12.30 EUR", "\u2212" + "1", "1.00\u200b",
    )  # fmt: skip
    for number, text in enumerate(texts):
        yield f"{text!a} paid", _json(payment(f"paid-{number}", amount=text, payment=f"P-{number}"))
        dear = order(f"price-{number}", f"P-{number}")
        yield f"{text!a} a piece", _json(changed("data.items.0.unit_price", text, dear))
        rated = order(f"rate-{number}", f"R-{number}")
        yield f"{text!a} per cent", _json(changed("data.items.0.vat_rate", text, rated))
    dear = order("dear", "DEAR")
    dear["data"]["items"][0] |= {"quantity": 10**9, "unit_price": "99999.9999"}
    yield "a line beyond all measure", _json(dear)
    dear["data"]["items"][0] |= {"quantity": 1, "unit_price": "99999999999.9999"}
    yield "a line that just fits", _json(dear)
    yield "another currency", _json(payment("cur", currency="XXX"))
    yield "no currency", _json(payment("cur", currency="eur"))


def _envelopes() -> Iterator[tuple[str, bytes]]:
    for source in ("/shops/bruma", "/shops/aurora/", "/SHOPS/aurora", "/shops/aurora?x", "/operators/anna", "*", " "):
        yield f"from {source!a}", _json(payment() | {"source": source})
    for kind in ("partnershop.", "partnershop.order", "partnershop.ORDER.PLACED", "order.placed", "celery.map", "*"):
        yield f"of type {kind!a}", _json(payment() | {"type": kind})
    for kind in ("item.redirected", "dispatch.settled", "buyer.corrected", "case.confirmed", "case.dropped"):
        yield f"what only operators say, {kind}", _json(payment() | {"type": f"partnershop.{kind}"})
    for version in ("0.3", "1", 1.0, "1.0 ", None):
        yield f"version {version!a}", _json(payment() | {"specversion": version})
    for media_type in ("text/xml", "application/json; charset=latin-1", "application/json\0", "APPLICATION/JSON"):
        yield f"of {media_type!a}", _json(payment(f"media-{len(media_type)}") | {"datacontenttype": media_type})
    yield "about another order", _json(order() | {"subject": "A-9"})
    yield "without data", _json({key: value for key, value in payment().items() if key != "data"})


def _batches() -> Iterator[tuple[str, bytes]]:
    yield "a batch in a batch", _json([[payment("b1")], payment("b2")])
    yield "of everything", _json([None, True, 7, "x", [], {}, payment("b3"), payment("b3"), payment("b3", amount="2")])
    yield "one good among a thousand bad", _json([{"id": f"bad-{n}"} for n in range(1_000)] + [payment("b4")])
    yield "the same a thousand times", _json([payment("b5")] * 1_000)
    yield "a thousand contents of one id", _json([payment("b6", amount=f"{n}.00") for n in range(1_000)])
