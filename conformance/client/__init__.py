"""The only way to the target, its contract, and the record of the exchanges."""
