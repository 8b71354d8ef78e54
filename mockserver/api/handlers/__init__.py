"""The handlers of the vendor's API: one method per operationId of the contract."""
