"""The use cases, one transaction each: plain functions over a unit of work, run by `UseCaseRunner`."""
