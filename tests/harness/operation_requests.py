"""A valid request of every operation."""

from typing import Any

import httpx

from openapi import contract
from tests.harness.sandbox_client import BODY, World

METHODS = ("get", "post", "patch", "delete")


def valid_requests(world: World) -> dict[str, tuple[str, str, Any]]:
    """Return an acceptable request of each operation: method, path, body."""
    audience, folder = world.ready(), world.folder()
    job = world.started()
    return {
        "deleteAudience": ("DELETE", f"/audiences/{audience}", None),
        "getAudience": ("GET", f"/audiences/{audience}", None),
        "updateAudience": ("PATCH", f"/audiences/{audience}", {"name": "New"}),
        "listAudiences": ("GET", "/audiences", None),
        "createAudience": ("POST", "/audiences", {"name": "New", "type": "on_demand"}),
        "getAudienceNavigation": ("GET", "/audiences/navigation", None),
        "listAudienceProspects": ("GET", f"/audiences/{audience}/prospects", None),
        "createAudienceFolder": ("POST", "/audiences/folders", {"name": "New", "audienceType": "on_demand"}),
        "renameAudienceFolder": ("PATCH", f"/audiences/folders/{folder}", {"name": "New"}),
        "moveAudienceToFolder": ("POST", f"/audiences/{audience}/move-to-folder", {"folderId": folder}),
        "removeAudienceFromFolder": ("POST", f"/audiences/{audience}/remove-from-folder", None),
        "startProspectingJob": ("POST", "/prospecting", BODY),
        "getProspectingJob": ("GET", f"/prospecting/{job}", None),
        "listProspectingJobs": ("GET", "/prospecting", None),
        "cancelProspectingJob": ("POST", f"/prospecting/{job}/cancel", None),
        "listAccounts": ("GET", "", None),
    }


def send_valid_request(world: World, operation: str, key: str | None = None) -> httpx.Response:
    method, path, body = valid_requests(world)[operation]
    if operation == "listAccounts":
        headers = {"Authorization": f"Bearer {key or world.key}"}
        return world.client.request(method, "/v1/accounts", headers=headers)
    return world.call(method, path, body, key=key)


OPERATIONS = {
    item[method]["operationId"]: (method, path, item[method])
    for path, item in contract()["paths"].items()
    for method in METHODS
    if method in item
}
REQUIRED = {name: operation["x-required-permission"] for name, (_, _, operation) in OPERATIONS.items()}
PERMISSIONS = {permission for permission in REQUIRED.values() if permission}
