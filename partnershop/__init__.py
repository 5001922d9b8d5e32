"""Partnershop: the worker pipeline behind a web-to-print shop.

The folders say what kind of thing lives where: `rules` decide, `flows` do, `gateways` talk to others,
`documents` print, `web` answers. See docs/map.md for the flow drawn once.
"""

__version__ = "0.1.0"
