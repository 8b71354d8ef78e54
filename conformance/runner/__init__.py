"""A run of the suite: sessions, workers, selection, progress, reports."""
