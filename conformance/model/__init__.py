"""The model of the documentation: a pure function of a state, a request and a response, for any implementation."""
