"""The record of an exchange: what is kept, shown and found about a client."""
