"""The control plane, `/_mock`: operations for tests, beyond the vendor's API."""
