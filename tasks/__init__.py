"""When things are done: a file per stage; a task opens a unit of work and calls a flow."""
