"""Logs: one JSON object a line, ids only. No names, addresses or amounts of people ever go in."""

import logging
import os
import sys

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger()


def configure() -> None:
    """Set structlog up for this process: UTC time, level, bound ids; JSON, or readable lines on a terminal.

    `PARTNERSHOP_LOG_LEVEL` (default INFO) says from which level on.
    """
    named = logging.getLevelName(os.environ.get("PARTNERSHOP_LOG_LEVEL", "INFO").upper())
    level = named if isinstance(named, int) else logging.INFO
    logging.basicConfig(
        level=level, stream=sys.stderr, force=True, format="%(asctime)s %(levelname)s %(processName)s %(message)s"
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
