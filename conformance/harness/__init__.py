"""The tools that checks are written with."""
