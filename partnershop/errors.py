"""The three families of errors. `workers/task.py` decides by them what becomes of a task, so tasks hold no `try`."""


class PartnershopError(Exception):
    """Anything this product raises on purpose. Its text is written for the person who will read it."""


class Refused(PartnershopError):
    """The business says no. Never retried; said to whom it concerns."""


class Transient(PartnershopError):
    """Something outside did not answer as it should this time. Retried with backoff, a bounded number of times."""


class Defect(PartnershopError):
    """Something that must not happen. Loud: logged with its traceback and parked where an operator sees it."""
