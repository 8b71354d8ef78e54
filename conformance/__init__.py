"""Decides whether a server behaves as the contract says, and shows which documented sentence it breaks."""
