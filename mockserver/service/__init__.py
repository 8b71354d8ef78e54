"""The use cases, each one transaction: plain functions over a piece of work, run by `Transactions`."""
