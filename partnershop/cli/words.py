"""Small helps for sentences."""


def counted(number: int, noun: str) -> str:
    """A number and its noun, with an s unless it is one: "1 event", "2 events"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
