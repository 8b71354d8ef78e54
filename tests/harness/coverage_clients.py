"""Tests of two clients that delete audiences, for the pytest plugin: a thorough one, and one that meets little."""

_HEAD = """
import httpx
import pytest

GROUP, READY, POPULATED = "a0000000000000000000000a", "b0000000000000000000000a", "b0000000000000000000000b"
READY_PATH, POPULATED_PATH = f"/audiences/{READY}", f"/audiences/{POPULATED}"
AUDIENCES = [
    {"id": READY, "name": "Founders"},
    {"id": POPULATED, "name": "Authors", "job": {"pace": "manual"}},
]
SEED = {"keys": [{}], "accountGroups": [{"id": GROUP, "name": "Mine", "audiences": AUDIENCES}]}
pytestmark = pytest.mark.audience_sandbox(seed=SEED, clock="manual")

def lose(sandbox):
    sandbox.faults.lost_reply("deleteAudience")
    with pytest.raises(httpx.TransportError):
        sandbox.api.delete(READY_PATH)
"""

THOROUGH = f"""
{_HEAD}
def test_the_guard_is_waited_out(audience_sandbox):
    assert audience_sandbox.api.delete(POPULATED_PATH).status_code == 409
    (job,) = audience_sandbox.jobs.list()
    audience_sandbox.jobs.end(job["id"])
    assert audience_sandbox.api.delete(POPULATED_PATH).status_code == 200

def test_a_lost_reply_is_handled(audience_sandbox):
    lose(audience_sandbox)
    assert audience_sandbox.api.get(READY_PATH).status_code == 404

def test_a_server_error_is_handled(audience_sandbox):
    audience_sandbox.faults.add(kind="response", operation="deleteAudience", status=500, times=1)
    assert audience_sandbox.api.delete(READY_PATH).status_code == 500
    assert audience_sandbox.api.get(READY_PATH).status_code == 200
    assert audience_sandbox.api.delete(READY_PATH).status_code == 200

def test_a_permission_is_lacking(audience_sandbox):
    key = audience_sandbox.keys.create(permissions=["audiences:read"], accountGroupIds=[GROUP])["key"]
    with audience_sandbox.api_for(key) as api:
        assert api.delete(READY_PATH).status_code == 403

def test_a_key_is_revoked(audience_sandbox):
    audience_sandbox.keys.revoke(audience_sandbox.key)
    assert audience_sandbox.api.delete(READY_PATH).status_code == 401

def test_a_limit_is_kept(audience_sandbox):
    audience_sandbox.limits.set("1/m")
    assert audience_sandbox.api.delete("/audiences/b00000000000000000000000").status_code == 404
    limited = audience_sandbox.api.delete(READY_PATH)
    assert limited.status_code == 429
    audience_sandbox.clock.advance(int(limited.headers["Retry-After"]))
    assert audience_sandbox.api.delete(READY_PATH).status_code == 200

def test_an_identifier_is_malformed(audience_sandbox):
    assert audience_sandbox.api.delete("/audiences/nonsense").status_code == 400
"""

MEAGRE = f"""
{_HEAD}
def test_a_lost_reply_is_ignored(audience_sandbox):
    lose(audience_sandbox)
    assert audience_sandbox.api.delete(READY_PATH).status_code == 404
"""
