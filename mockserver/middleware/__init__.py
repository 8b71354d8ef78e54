"""ASGI middleware in front of the application, one layer per module."""
