"""The record of an exchange, its redaction, and the findings about the client."""
