"""Secrets, from the environment or from files: where NAME is a secret, NAME_FILE names a file that holds its value."""

import os
from pathlib import Path

from partnershop.errors import Refused

SECRETS = (
    "DATABASE_URL",
    "BROKER_URL",
    "PARTNERSHOP_SMTP_URL",
    "PARTNERSHOP_OBJECTS_URL",
    "PARTNERSHOP_METRICS_TOKEN",
    "PARTNERSHOP_FLOWER_PASSWORD",
    "UNITEDPRINT_PASSWORD",
    "UNITEDPRINT_DATA_SOURCE_PASSWORD",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
)
"""Every secret that the product reads; URLs are among them because they hold passwords."""


def secret(name: str, default: str = "") -> str:
    """The value of a secret: of the variable `name`, or what the file says that the variable `name`_FILE names.

    White space around a file's content does not count. Empty is as good as not set: then it is `default`. Raises
    `Refused`, naming variable and file but never the content, when both variables are set, and when the file cannot be
    read or holds more than a line.
    """
    given, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if given and path:
        raise Refused(f"{name} and {name}_FILE are both set: unset one of them")
    if path:
        given = _content(f"{name}_FILE", Path(path))
    return given or default


def environment() -> dict[str, str]:
    """What is set in the environment of this process, with the secrets that lie in files. Raises as `secret` does."""
    known = {name: value for name in SECRETS if (value := secret(name))}
    return {name: value for name, value in os.environ.items() if name not in SECRETS} | known


def replace_secrets(**values: str) -> None:
    """Set secrets for this process and those that it starts, in place of what variable or file said before."""
    for name, value in values.items():
        os.environ.pop(f"{name}_FILE", None)
        os.environ[name] = value


def _content(variable: str, path: Path) -> str:
    try:
        content = path.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise Refused(f"{variable} names {path}, which cannot be read: {problem.strerror}") from None
    except UnicodeDecodeError:
        raise Refused(f"{variable} names {path}, which is not UTF-8 text") from None
    if not content.isprintable():
        raise Refused(f"{variable} names {path}, which must hold one line of plain text")
    return content
