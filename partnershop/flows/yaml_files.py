"""Reading the YAML files of operators: several errors at once, each with the path of the member and what to change."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from partnershop.errors import Refused

_MOST_ERRORS = 25
_MOST_SHOWN = 40
_MOST_BITS = 1_000


class NotYaml(Refused):
    """A file that holds no YAML document; the text goes on after the file's name: "is empty"."""


class _Loader(yaml.SafeLoader):
    """PyYAML's safe loader, which by itself takes the last of two equal keys without a word."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """A mapping as written, before anchors are merged into it."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f'the key "{key.value}" is there twice', problem_mark=key.start_mark
                    )
                seen.add(key.value)
        return node


def read(text: str) -> object:
    """The value of one YAML document (anchors and merge keys included). Raises `NotYaml` with the line of an error."""
    try:
        # A subclass of the safe loader: it makes plain values only.
        value: object = yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise NotYaml(f"is not YAML that can be read{place}: {problem.problem or problem.context}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise NotYaml(f"is not YAML that can be read: {problem}") from None
    if value is None:
        raise NotYaml("is empty")
    return value


class Findings:
    """What is wrong with a file, collected while it is read, and the readers of its members that collect it."""

    def __init__(self, what: str) -> None:
        """`what` is the kind of file, for the first words of the refusal: "the catalogue"."""
        self._what = what
        self._said: list[str] = []

    def note(self, path: str, sentence: str) -> None:
        """Remember one error about the member at `path`."""
        self._said.append(f"{path}: {sentence}" if path else sentence)

    @property
    def any(self) -> bool:
        """Whether anything is wrong so far."""
        return bool(self._said)

    def refuse(self) -> None:
        """Raise `Refused` with all errors, a line each, if there are any."""
        if not self._said:
            return
        shown = self._said[:_MOST_ERRORS]
        if len(self._said) > _MOST_ERRORS:
            shown.append(f"and {len(self._said) - _MOST_ERRORS} more")
        raise Refused(f"{self._what} is not taken, nothing was changed:\n" + "\n".join(f"  {line}" for line in shown))

    def mapping(self, value: object, path: str, members: Sequence[str] | None = None) -> dict[str, Any]:
        """A mapping with text keys, and of the named `members` only if those are given; empty where it is none."""
        if value is None:
            self.note(path, "is missing: add it")
            return {}
        if not isinstance(value, Mapping):
            self.note(path, f"must be a mapping, such as `key: value` (it is {shown(value)})")
            return {}
        result = {}
        for key, member in value.items():
            if not isinstance(key, str):
                self.note(
                    path, f'the key {shown(key)} must be text: put it in quotes, "…", as it is written in the file'
                )
            elif members is not None and key not in members:
                self.note(join(path, key), f"is not known here; known are {', '.join(members)}")
            else:
                result[key] = member
        return result

    def text(self, members: Mapping[str, Any], key: str, path: str, *, optional: bool = False) -> str:
        """A member that is text of one line; "" where it is not, or is left out and `optional`."""
        value = members.get(key)
        at = join(path, key)
        if value is None:
            if not optional:
                self.note(at, "is missing: add it")
        elif not isinstance(value, str):
            self.note(at, f'must be text: put it in quotes, "…" (it is read as {shown(value)})')
        elif not value.strip() or not value.isprintable():
            self.note(at, "must be one line of visible text")
        else:
            return value.strip()
        return ""

    def checked(self, members: Mapping[str, Any], key: str, path: str, check: Callable[[str], str]) -> str:
        """A text member that `check` takes or changes; a ValueError of its says what to change."""
        value = self.text(members, key, path)
        if value:
            try:
                return check(value)
            except ValueError as problem:
                self.note(join(path, key), str(problem))
        return value

    def choice(self, members: Mapping[str, Any], key: str, path: str, choices: Sequence[str]) -> str:
        """A text member that must be one of these."""

        def check(value: str) -> str:
            if value not in choices:
                raise ValueError(f"must be {' or '.join(choices)} (it is {shown(value)})")
            return value

        return self.checked(members, key, path, check)

    def flag(self, members: Mapping[str, Any], key: str, path: str, default: bool) -> bool:
        """A member that is true or false."""
        value = members.get(key, default)
        if not isinstance(value, bool):
            self.note(join(path, key), f"must be true or false, without quotes (it is {shown(value)})")
        return value is True


def join(path: str, key: str) -> str:
    """The path of a member of the mapping at `path`."""
    return f"{path}.{key}" if path else key


def shown(value: object) -> str:
    """A value in a sentence: scalars as they are read, cut to a readable length."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        return "a very long number"  # which Python refuses to write out
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
