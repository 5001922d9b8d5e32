"""Whom we talk to: a Protocol, the real one and a simulator for each; every call ends in one of three outcomes."""
