"""Injected faults: resets, delays, and spoiled bodies."""
