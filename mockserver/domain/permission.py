"""The permissions that a key may hold: the union over the vendor's pages (no page lists them all)."""

from enum import StrEnum


class Permission(StrEnum):
    """A permission, as the vendor spells it."""

    AUDIENCES_READ = "audiences:read"
    AUDIENCES_WRITE = "audiences:write"
    PROSPECTS_READ = "prospects:read"
    PROSPECTING_READ = "prospecting:read"
    PROSPECTING_WRITE = "prospecting:write"
    SIGNALS_READ = "signals:read"
    SIGNALS_WRITE = "signals:write"
    TEMPLATES_READ = "templates:read"
    TEMPLATES_WRITE = "templates:write"
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    CAMPAIGNS_EXECUTE = "campaigns:execute"
    CAMPAIGNS_DELETE = "campaigns:delete"
    MESSAGES_READ = "messages:read"
    MESSAGES_WRITE = "messages:write"


ALL_PERMISSIONS = frozenset(permission.value for permission in Permission)
