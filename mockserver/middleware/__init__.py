"""Layers before the application, each in pure ASGI and a file of its own."""
