"""From operations to use cases: one method per operationId of the contract."""
