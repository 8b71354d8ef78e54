"""The scripts that repeat a violation, for a shell and for pytest."""
