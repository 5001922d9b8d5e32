"""What we do: load, ask a rule, save. A session comes in, and a flow never commits."""
