"""What a client did that the documentation warns against, as a function of the exchanges of a journal alone."""
