"""Injected faults: connection resets, delays, and corrupted responses."""
