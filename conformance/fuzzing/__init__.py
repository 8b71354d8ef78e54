"""Schemathesis as a library: it generates requests from the contract and judges the answers; our client sends."""
