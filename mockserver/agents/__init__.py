"""Tools for coding agents, by the Model Context Protocol: sandboxes, clocks, faults, jobs, the journal and findings.

They need the packages of the extra `mcp`, and nothing of the server but the client of its control plane.
"""
