"""The contracts of stores: test classes that every adapter has to pass."""
