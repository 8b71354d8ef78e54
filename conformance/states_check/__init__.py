"""The check of a states URL: each provider state is tried, and looked at from a client's side."""
