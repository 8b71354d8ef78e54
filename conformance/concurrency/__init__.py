"""The histories of concurrent clients, and the search for an order that explains a history."""
