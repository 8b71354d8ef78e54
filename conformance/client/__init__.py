"""The client of the target: it records and validates every exchange of a run."""
