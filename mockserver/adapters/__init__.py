"""The implementations of the ports (stores, clock, identifiers), and the HTTP server."""
