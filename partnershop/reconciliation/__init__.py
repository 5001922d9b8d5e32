"""Reconciliation: finds whatever went wrong or stands still, remembers it as findings, repairs what is safe.

A check looks (one snapshot, set-based), the engine in `running.py` keeps the findings: found again is the same finding,
what no longer holds closes itself. The kinds are in partnershop/rules/reconciliation.py, their words in `sentences`.
"""
