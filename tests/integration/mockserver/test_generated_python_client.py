"""A client in Python, generated from the typed contract of a running server."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served

PACKAGE = "generated_audiences_client"
GROUP = "a00000000000000000000001"
READY, POPULATED, JOB = "b00000000000000000000001", "b00000000000000000000002", "c00000000000000000000001"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


@pytest.fixture(scope="module")
def generated(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Generate the client from what the server serves; yield what the generator printed."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "typed.json").write_bytes(httpx.get(f"{url}/_mock/audiences.typed.json").raise_for_status().content)
    (folder / "config.yaml").write_text(json.dumps({"post_hooks": []}))
    options = ["--path=typed.json", "--meta=none", f"--output-path={PACKAGE}", "--config=config.yaml"]
    program = Path(sys.executable).with_name("openapi-python-client")
    process = subprocess.run(  # noqa: S603  (ours)
        [program, "generate", *options], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert process.returncode == 0, process.stdout + process.stderr
    sys.path.insert(0, str(folder))
    yield process.stdout + process.stderr
    sys.path.remove(str(folder))


@pytest.fixture
def client(generated: str, url: str) -> Iterator[Any]:
    assert generated
    httpx.post(f"{url}/_mock/sandboxes/default/reset").raise_for_status()
    made = importlib.import_module(PACKAGE).AuthenticatedClient(base_url=url, token="sk_test_all_permissions")
    with made as client:
        yield client


def called(name: str, client: Any, **arguments: Any) -> Any:
    """Call an operation of the generated client, such as `audiences.get_audience`, in the group of the sandbox."""
    module = importlib.import_module(f"{PACKAGE}.api.{name}")
    return module.sync(client=client, account_group_id=GROUP, **arguments)


def models() -> Any:
    return importlib.import_module(f"{PACKAGE}.models")


def test_the_generator_has_no_warning(generated: str) -> None:
    assert "warning" not in generated.lower()
    assert "Unable to" not in generated


def test_an_audience_has_typed_members(client: Any) -> None:
    shown = called("audiences.get_audience", client, audience_id=READY).data

    assert (shown.name, shown.prospect_count, shown.folder_id) == ("Heads of sales", 40, None)
    assert shown.type_ is models().AudienceType.ON_DEMAND
    assert isinstance(shown.created_at, datetime)


def test_an_update_takes_a_model(client: Any) -> None:
    body = models().UpdateAudienceBodyType0(name="Renamed")

    updated = called("audiences.update_audience", client, audience_id=READY, body=body)

    assert updated.data.name == "Renamed"


def test_a_deletion_and_its_refusals_have_models(client: Any) -> None:
    code = models().ErrorCode

    deleted, again, guarded = (
        called("audiences.delete_audience", client, audience_id=audience) for audience in (READY, READY, POPULATED)
    )

    assert deleted.data.deleted is True
    assert (deleted.error, again.data) == (None, None)
    assert (again.error.code, guarded.error.code) == (code.NOT_FOUND, code.AUDIENCE_NOT_READY)
    assert guarded.error.details.rule == "guard"


def test_a_job_has_a_status_of_the_list(client: Any) -> None:
    running = models().JobStatus.RUNNING

    listed = called("prospecting.list_prospecting_jobs", client, status=running).data.items
    job = called("prospecting.get_prospecting_job", client, job_id=JOB).data
    cancelled = called("prospecting.cancel_prospecting_job", client, job_id=JOB).data

    assert [each.job_id for each in listed] == [JOB]
    assert (job.status, job.error, job.stages.import_.status) == (running, None, running)
    assert cancelled.status is models().JobStatus.CANCELLED


def test_the_navigation_has_models_to_its_leaves(client: Any) -> None:
    shown = called("audiences.get_audience_navigation", client).data

    (folder,) = [folder for folder in shown.folders if folder.audiences]
    assert folder.audience_type is models().FolderType.MONITORING
    assert [audience.prospect_count for audience in folder.audiences] == [12]
