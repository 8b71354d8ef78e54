"""Races among clients, and their histories held against the model."""
