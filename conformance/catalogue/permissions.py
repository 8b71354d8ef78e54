"""The permissions of the API, each with whether an operation's own page prints it."""

from conformance.catalogue.operation_spec import Permission

AUDIENCES_READ = Permission("audiences:read", printed=False)
AUDIENCES_WRITE = Permission("audiences:write", printed=True)
PROSPECTS_READ = Permission("prospects:read", printed=False)
PROSPECTING_READ = Permission("prospecting:read", printed=True)
PROSPECTING_WRITE = Permission("prospecting:write", printed=True)

PERMISSIONS = (AUDIENCES_READ, AUDIENCES_WRITE, PROSPECTS_READ, PROSPECTING_READ, PROSPECTING_WRITE)
ALL_PERMISSIONS = frozenset(permission.wire for permission in PERMISSIONS)
"""The permissions of an unrestricted key; whether fewer suffice is a requirement of its own."""
