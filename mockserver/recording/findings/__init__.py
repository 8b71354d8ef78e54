"""The findings: mistakes of clients that the documentation warns against, as a function of a journal's exchanges."""
