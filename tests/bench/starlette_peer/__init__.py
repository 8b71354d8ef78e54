"""A Starlette application with the checks, the state and the responses of our server for the measured operations."""
