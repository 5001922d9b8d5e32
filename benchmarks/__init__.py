"""Benchmarks: each is a ratio against a baseline measured in turn with it. `python -m benchmarks`."""
