"""The control plane, `/_mock`: what only a test may do."""
