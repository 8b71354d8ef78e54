"""The coverage of clients: the documented responses and situations that they have met."""
