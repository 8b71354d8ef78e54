"""The conformance suite: whether a server fulfils the contract, and which documented sentences it violates."""
