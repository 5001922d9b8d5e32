"""Who knocks: the intake of events, and /health."""
