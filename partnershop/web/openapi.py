"""What /openapi.json says: every answer of the door with its schema, both media types, the headers of the signature."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from partnershop.contract import SHOP_TYPES, TYPE_PREFIX
from partnershop.contract.signature import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER
from partnershop.web.body import BATCH, EITHER, SINGLE
from partnershop.web.door import MAX_BATCH
from partnershop.web.problems import MEDIA_TYPE

TITLE = "Partnershop: the door"
VERSION = "1"
_REF = "#/components/schemas/"

EXAMPLE: dict[str, Any] = {
    "specversion": "1.0",
    "id": "evt-1",
    "source": "/shops/aurora",
    "type": "partnershop.order.placed",
    "time": "2026-03-02T09:14:00Z",
    "subject": "A-1001",
    "datacontenttype": "application/json",
    "data": {
        "order": "A-1001",
        "currency": "EUR",
        "placed_at": "2026-03-02T09:14:00Z",
        "payment_method": "card",
        "internal": False,
        "customer": {
            "number": "K-17",
            "name": "Chiara Conti",
            "company": None,
            "street": "Via Larga 1",
            "postcode": "20122",
            "city": "Milano",
            "country": "IT",
            "email": "chiara@customers.example",
            "vat_id": None,
            "tax_code": None,
            "language": "it",
        },
        "items": [
            {
                "item": "1",
                "product": "flyer",
                "options": {
                    "format": "a6",
                    "paper": "gloss-135",
                    "colours": "4-4",
                    "finishing": "none",
                    "quantity": "1000",
                },
                "description": "Volantini A6",
                "quantity": 1,
                "unit_price": "49.90",
                "vat_rate": "22",
            }
        ],
        "charges": [{"charge": "shipping", "description": "Spedizione", "amount": "7.90", "vat_rate": "22"}],
    },
}
_PAYMENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "evt-2",
    "source": "/shops/aurora",
    "type": "partnershop.payment.received",
    "time": "2026-03-02T09:15:00Z",
    "subject": "A-1001",
    "data": {
        "order": "A-1001",
        "payment": "P-1",
        "amount": "70.52",
        "currency": "EUR",
        "method": "card",
        "received_at": "2026-03-02T09:15:00Z",
    },
}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"{_REF}{name}"}


def _answer(words: str, media_type: str, schema: str, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": words, "content": {media_type: {"schema": _reference(schema)}}}
    return answer | ({"headers": headers} if headers else {})


def _header(name: str, words: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}


_WAIT = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
_ONE: dict[str, Any] = {"schema": _reference("Event"), "example": EXAMPLE}
_MANY: dict[str, Any] = {"schema": _reference("Batch"), "example": [EXAMPLE, _PAYMENT]}

EVENTS_ROUTE: dict[str, Any] = {
    "operation_id": "post_events",
    "summary": "Send one event or a batch of events",
    "description": (
        "CloudEvents 1.0 in structured or batch mode, signed as Standard Webhooks say: HMAC-SHA256 over"
        " `id.timestamp.body` with the shop's secret. (source, id) identifies an event for ever; sending it again"
        " is safe."
    ),
    "status_code": 202,
    "response_model": None,
    "responses": {
        202: _answer("At least one event is stored durably or known already.", "application/json", "Receipt"),
        400: _answer("Not JSON, an empty batch, or not what the media type says.", MEDIA_TYPE, "Problem"),
        401: _answer("The signature is missing, wrong or too old; nothing is stored.", MEDIA_TYPE, "Problem"),
        404: _answer("No such shop.", MEDIA_TYPE, "Problem"),
        408: _answer("The body did not arrive in time.", MEDIA_TYPE, "Problem"),
        409: _answer("A known id with another body; it is quarantined.", MEDIA_TYPE, "ProblemWithReceipt"),
        413: _answer("The body or the batch is over the limit.", MEDIA_TYPE, "Problem"),
        415: _answer("Another media type.", MEDIA_TYPE, "Problem"),
        422: _answer("No event is valid; each is quarantined.", MEDIA_TYPE, "ProblemWithReceipt"),
        429: _answer("Too fast.", MEDIA_TYPE, "Problem", _WAIT),
        503: _answer(
            "The database cannot store it, or too much waits; nothing is taken.", MEDIA_TYPE, "Problem", _WAIT
        ),
    },
    "openapi_extra": {
        "security": [{"standard_webhooks": []}],
        "parameters": [
            _header(ID_HEADER, "A name for this message, ASCII."),
            _header(TIMESTAMP_HEADER, "Whole seconds since 1970 (UTC), at most five minutes from now."),
            _header(SIGNATURE_HEADER, "`v1,<base64 HMAC-SHA256>`; several, separated by blanks, during rotation."),
        ],
        "requestBody": {
            "required": True,
            "content": {
                SINGLE: _ONE,
                BATCH: _MANY,
                EITHER: {"schema": {"oneOf": [_reference("Event"), _reference("Batch")]}, "example": EXAMPLE},
            },
        },
    },
}
HEALTH_ROUTE: dict[str, Any] = {
    "operation_id": "health",
    "summary": "Whether the door can store events",
    "response_model": None,
    "responses": {
        200: _answer("The database answers.", "application/json", "Health"),
        503: _answer("The database does not answer.", MEDIA_TYPE, "Problem", _WAIT),
    },
}


def complete(app: FastAPI) -> None:
    """Let `app.openapi()` carry the schemas that the routes refer to."""

    def description() -> dict[str, Any]:
        if app.openapi_schema is None:
            described = get_openapi(title=app.title, version=app.version, routes=app.routes)
            components = described.setdefault("components", {})
            components["schemas"] = _schemas()
            components["securitySchemes"] = {
                "standard_webhooks": {
                    "type": "apiKey",
                    "in": "header",
                    "name": SIGNATURE_HEADER,
                    "description": "Standard Webhooks 1.0, symmetric, with the shop's `whsec_` secret.",
                }
            }
            app.openapi_schema = described
        return app.openapi_schema

    app.openapi = description  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _schemas() -> dict[str, Any]:
    members, definitions = models_json_schema(
        [(model, "validation") for model in SHOP_TYPES.values()], ref_template=_REF + "{model}"
    )
    data = {name: members[(model, "validation")] for name, model in SHOP_TYPES.items()}
    counts = {
        "accepted": {"type": "integer", "minimum": 0},
        "duplicates": {"type": "integer", "minimum": 0},
        "quarantined": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "errors"],
                "properties": {
                    "id": {"type": ["string", "null"]},
                    "errors": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                },
            },
        },
    }
    receipt = {"type": "object", "required": list(counts), "properties": counts}
    problem = {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
        },
    }
    return {
        **definitions.get("$defs", {}),
        "Event": {"oneOf": [_event(name, schema) for name, schema in data.items()]},
        "Batch": {"type": "array", "items": _reference("Event"), "minItems": 1, "maxItems": MAX_BATCH},
        "Receipt": receipt,
        "Problem": problem,
        "ProblemWithReceipt": {"allOf": [_reference("Problem"), _reference("Receipt")]},
        "Health": {"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}},
    }


def _event(name: str, data: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "title": name,
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "minLength": 1, "maxLength": 100},
            "source": {"type": "string", "description": "/shops/{shop}, the shop of the path"},
            "type": {"const": f"{TYPE_PREFIX}{name}"},
            "time": {"type": ["string", "null"], "format": "date-time"},
            "subject": text | {"type": ["string", "null"], "description": "The order number, data.order."},
            "datacontenttype": {"type": ["string", "null"], "description": "application/json"},
            "data": data,
        },
    }
