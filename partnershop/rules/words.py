"""Small words of sentences that operators read."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: (1, "item") -> "1 item", (2, "item") -> "2 items"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
