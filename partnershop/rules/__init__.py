"""What we decide: pure functions on plain values, standard library only. No clock, no database, no environment."""
