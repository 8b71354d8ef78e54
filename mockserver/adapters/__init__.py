"""What stands behind the ports: stores, clocks, identifiers; and the HTTP protocol."""
