"""The client of the control plane against a server."""

from collections.abc import Iterator

import httpx
import pytest

from mockserver.client import ClientFindings, ControlPlane, ControlPlaneError, Sandbox, journal_text
from mockserver.config import Settings
from tests.harness.in_thread import served

NEW = {"name": "Founders", "type": "on_demand"}
TOKEN = "the-token-of-an-admin"


@pytest.fixture(scope="module")
def control_plane() -> Iterator[ControlPlane]:
    with served(Settings()) as (url, _), ControlPlane(f"{url}/") as control_plane:
        yield control_plane


@pytest.fixture
def sandbox(control_plane: ControlPlane) -> Iterator[Sandbox]:
    with control_plane.create_sandbox(name="of a test") as sandbox:
        yield sandbox


def created(sandbox: Sandbox) -> str:
    """Create an audience by the vendor's API, and return its identifier."""
    return str(sandbox.api.post("/audiences", json=NEW).raise_for_status().json()["data"]["id"])


def blind_client(sandbox: Sandbox) -> None:
    """Delete an audience, whose reply is lost, and delete it again without reading it in between."""
    path = f"/audiences/{created(sandbox)}"
    sandbox.faults.lost_reply("deleteAudience")
    with pytest.raises(httpx.TransportError):
        sandbox.api.delete(path)
    sandbox.api.delete(path)


def test_a_sandbox_is_deleted_at_the_end_of_its_block(control_plane: ControlPlane) -> None:
    with control_plane.create_sandbox(name="short") as sandbox:
        assert sandbox.id in [each["id"] for each in control_plane.sandboxes()]
        assert sandbox.name == "short"

    assert sandbox.id not in [each["id"] for each in control_plane.sandboxes()]


def test_the_sandboxes_of_a_control_plane_belong_to_its_run(control_plane: ControlPlane) -> None:
    with (
        ControlPlane(control_plane.url, run="of a test") as of_a_run,
        of_a_run.create_sandbox() as sandbox,
        of_a_run.create_sandbox(run="of its own") as other,
        control_plane.create_sandbox() as without,
    ):
        assert [each.describe()["run"] for each in (sandbox, other, without)] == ["of a test", "of its own", ""]


def test_a_sandbox_may_be_deleted_twice(sandbox: Sandbox) -> None:
    assert sandbox.api.get("/audiences").is_success

    sandbox.delete()
    sandbox.delete()

    assert sandbox.api.is_closed


def test_the_api_is_authorised_and_stands_below_the_account_group(sandbox: Sandbox) -> None:
    assert sandbox.api.get("/audiences").json()["data"]["items"] == []
    assert str(sandbox.api.base_url) == f"{sandbox.url}/v1/accounts/{sandbox.account_group}/"


def test_a_seed_fills_a_sandbox(control_plane: ControlPlane) -> None:
    seed = {"keys": [{"name": "mine"}], "accountGroups": [{"name": "Mine", "audiences": [{"name": "Founders"}]}]}

    with control_plane.create_sandbox(seed=seed) as sandbox:
        assert [audience["name"] for audience in sandbox.audiences()["audiences"]] == ["Founders"]
        assert sandbox.seed()["accountGroups"][0]["name"] == "Mine"
        with control_plane.create_sandbox(from_=sandbox.id) as copy:
            assert [audience["name"] for audience in copy.audiences(text="found")["audiences"]] == ["Founders"]
            assert copy.key != sandbox.key


def test_an_existing_sandbox_is_found_by_its_identifier(control_plane: ControlPlane) -> None:
    assert control_plane.sandbox("default").key == "sk_test_all_permissions"


def test_a_stopped_clock_moves_on_request(sandbox: Sandbox) -> None:
    stopped = sandbox.clock.stop()
    advanced = sandbox.clock.advance(30)

    assert stopped["mode"] == "manual"
    assert (sandbox.clock.read()["now"], advanced["changes"]) == (advanced["now"], [])
    assert sandbox.clock.set("2190-01-01T00:00:00Z")["now"] == "2190-01-01T00:00:00.000Z"
    assert sandbox.clock.run()["mode"] == "real"


def test_a_job_is_moved_and_ended(sandbox: Sandbox) -> None:
    state = sandbox.state("an audience being populated", apiKey=sandbox.key)
    job = state["jobId"]

    assert [each["id"] for each in sandbox.jobs.list()] == [job]
    assert sandbox.jobs.move(job, status="running")["status"] == "running"
    assert sandbox.jobs.end(job, outcome="failed", stage="import", share=0.5)["imported"] > 0
    assert sandbox.jobs.get(job)["status"] == "failed"


def test_the_course_of_the_next_jobs_is_set(sandbox: Sandbox) -> None:
    sandbox.jobs.set_pace(pace="time", duration_ms=2000)

    assert sandbox.jobs.pace()["durationMs"] == 2000


def test_a_job_is_started_on_an_audience(sandbox: Sandbox) -> None:
    started = sandbox.jobs.start(
        account_group_id=sandbox.account_group, audience_id=created(sandbox), pace="manual", status="queued"
    )

    assert started["jobPace"]["pace"] == "manual"


def test_keys_are_made_revoked_and_deleted(sandbox: Sandbox) -> None:
    reader = sandbox.keys.create(permissions=["audiences:read"], account_group_ids=[sandbox.account_group])["key"]
    with sandbox.api_for(reader) as api:
        assert api.post("/audiences", json=NEW).status_code == 403
        assert sandbox.keys.revoke(reader)["revoked"]
        assert api.get("/audiences").status_code == 401
    sandbox.keys.delete(reader)

    assert [key["key"] for key in sandbox.keys.list()] == [sandbox.key]


def test_a_limit_holds_until_it_is_cleared(sandbox: Sandbox) -> None:
    sandbox.limits.set("1/m")
    statuses = [sandbox.api.get("/audiences").status_code for _ in range(2)]
    sandbox.limits.clear()

    assert statuses == [200, 429]
    assert sandbox.api.get("/audiences").status_code == 200
    assert sandbox.limits.set_for_key(sandbox.key, "5/m")["own"]
    assert [limit["rate"] for limit in sandbox.limits.get()["keys"]] == ["5/m"]
    sandbox.limits.clear_for_key(sandbox.key)


def test_a_fault_acts_until_it_is_cleared(sandbox: Sandbox) -> None:
    (fault,) = sandbox.faults.add(kind="response", status=500, operation="listAudiences", from_=2, times=1)
    statuses = [sandbox.api.get("/audiences").status_code for _ in range(3)]

    assert statuses == [200, 500, 200]
    assert sandbox.faults.list()[0]["acted"] == 1
    sandbox.faults.delete(fault["id"])
    assert len(sandbox.faults.flaky(times=3)) == 3
    assert [each["operation"] for each in sandbox.faults.slow("getAudience")] == ["getAudience"]
    assert sandbox.faults.maintenance()[0]["status"] == 500
    sandbox.faults.clear()
    assert sandbox.faults.list() == []


def test_the_journal_is_read_oldest_first_and_narrowed(sandbox: Sandbox) -> None:
    created(sandbox)
    sandbox.api.get("/audiences/000000000000000000000000")

    assert [each["operation"] for each in sandbox.journal()] == ["createAudience", "getAudience"]
    assert [each["number"] for each in sandbox.journal(status=404)] == [2]
    assert sandbox.exchange(2)["trace"][-1] == {"rule": "resource", "verdict": "refused"}
    sandbox.clear_journal()
    assert sandbox.journal() == []


def test_a_client_without_mistakes_is_verified(sandbox: Sandbox) -> None:
    created(sandbox)

    sandbox.verify()

    assert sandbox.findings() == []


def test_a_mistake_of_the_client_is_a_failed_assertion(sandbox: Sandbox) -> None:
    blind_client(sandbox)

    with pytest.raises(ClientFindings, match="CLIENT-RETRY-UNREAD"):
        sandbox.verify()
    sandbox.verify(ignore=["CLIENT-RETRY-UNREAD"])
    assert [finding["rule"] for finding in sandbox.findings()] == ["CLIENT-RETRY-UNREAD"]


def test_the_text_of_a_journal_tells_rules_faults_and_findings(sandbox: Sandbox) -> None:
    blind_client(sandbox)

    text = journal_text(sandbox)

    assert ": 201\n" in text
    assert "sent: " in text
    assert "no response (lost)" in text
    assert "faults: reset-after" in text
    assert ": 404, refused by the rule resource" in text
    assert "refused: resource" in text
    assert "advice: " in text
    assert sandbox.key not in text


def test_the_text_of_a_long_journal_has_its_end(sandbox: Sandbox) -> None:
    for _ in range(31):
        sandbox.api.get("/audiences")

    text = journal_text(sandbox)

    assert "only the last 30 exchanges are shown" in text
    assert "#1 GET" not in text
    assert text.index("#2 GET") < text.index("#31 GET")


def test_the_text_of_an_empty_journal_says_so(sandbox: Sandbox) -> None:
    assert "no request was sent with a key of this sandbox" in journal_text(sandbox)


def test_a_sandbox_returns_to_a_snapshot_and_to_its_seed(sandbox: Sandbox) -> None:
    sandbox.snapshot("before")
    created(sandbox)
    sandbox.restore("before")
    assert sandbox.audiences()["audiences"] == []

    assert [each["name"] for each in sandbox.snapshots()] == ["before"]
    sandbox.delete_snapshot("before")
    created(sandbox)
    sandbox.reset()
    assert sandbox.audiences(ready=True)["audiences"] == []


def test_the_content_of_a_sandbox_is_replaced(sandbox: Sandbox, control_plane: ControlPlane) -> None:
    with control_plane.create_sandbox() as other:
        created(other)
        sandbox.replace(other.seed())

    assert len(sandbox.audiences()["audiences"]) == 1
    assert sandbox.describe()["id"] == sandbox.id


def test_a_refused_request_is_an_error_with_reason_and_hint(control_plane: ControlPlane) -> None:
    with pytest.raises(ControlPlaneError) as caught:
        control_plane.sandbox("elsewhere")

    assert (caught.value.status, caught.value.reason) == (404, "there is no sandbox elsewhere")
    assert caught.value.hint is not None


def test_an_admin_token_is_sent() -> None:
    with served(Settings(admin_token=TOKEN)) as (url, _):
        with ControlPlane(url, TOKEN) as control_plane, control_plane.create_sandbox() as sandbox:
            assert sandbox.api.get("/audiences").is_success
        with ControlPlane(url) as stranger, pytest.raises(ControlPlaneError, match="admin token"):
            stranger.sandboxes()


def test_a_server_that_is_not_there_is_named() -> None:
    with ControlPlane("http://127.0.0.1:1") as control_plane, pytest.raises(ControlPlaneError) as caught:
        control_plane.sandboxes()

    assert caught.value.reason.startswith("http://127.0.0.1:1 does not respond")
    assert caught.value.status is None


@pytest.mark.parametrize("url", ["", "localhost:8080", "ftp://127.0.0.1", "http://", "http://[::1", "http://a:b"])
def test_a_text_that_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ControlPlaneError, match="is not the URL of a server"):
        ControlPlane(url)


def test_a_url_with_the_path_of_the_control_plane_is_an_error_with_a_hint(control_plane: ControlPlane) -> None:
    with ControlPlane(f"{control_plane.url}/_mock") as wrong, pytest.raises(ControlPlaneError):
        wrong.sandboxes()


def test_a_proxy_of_the_environment_is_not_asked_for_this_machine(
    control_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")

    with ControlPlane(control_plane.url) as direct, direct.create_sandbox() as sandbox:
        assert sandbox.api.get("/audiences").is_success
