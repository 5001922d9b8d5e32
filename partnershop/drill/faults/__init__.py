"""The faults by family; what each does to the place, and how often it is drawn."""

from partnershop.drill.fault import Fault
from partnershop.drill.faults import broker, database, deploy, disk_full, doubled, frozen, killed, others, poison, times

FAULTS: tuple[Fault, ...] = (
    *killed.FAULTS,
    *frozen.FAULTS,
    *broker.FAULTS,
    *database.FAULTS,
    *disk_full.FAULTS,
    *others.FAULTS,
    *times.FAULTS,
    *doubled.FAULTS,
    *poison.FAULTS,
    *deploy.FAULTS,
)
"""Every kind of trouble of the drill."""
