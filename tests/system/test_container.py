"""The Dockerfile's steps in a folder of their own, without Docker."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

ROOT = Path(__file__).parents[2]
ADMIN_TOKEN = "AUDIENCE_MOCK_ADMIN_TOKEN"
SECRET = "given-by-the-environment"
HERE = "127.0.0.2"  # this machine, but no address that the server takes for it, as 0.0.0.0 is none
AUDIENCES = "/v1/accounts/a00000000000000000000001/audiences"


class Instruction(NamedTuple):
    name: str
    value: str

    @property
    def words(self) -> list[str]:
        """The value in its JSON form, else as a shell splits it."""
        found: list[str] = json.loads(self.value) if self.value.startswith("[") else shlex.split(self.value)
        return found


class Image(NamedTuple):
    """The image of a Dockerfile: its folder of programs, and its instructions for running it."""

    programs: Path
    said: dict[str, Instruction]

    def environment(self) -> dict[str, str]:
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"  # noqa: TID251  (a child's, not ours)
        return {"PATH": path, ADMIN_TOKEN: SECRET, "HOME": "/nonexistent"}


def instructions() -> list[Instruction]:
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [Instruction(*line.split(" ", 1)) for line in lines]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    root = tmp_path_factory.mktemp("image")
    subprocess.run([sys.executable, "-m", "venv", root / "usr"], check=True)  # noqa: S603  (ours)
    built = Image(root / "usr/bin", {})
    folder = root
    for one in instructions():
        match one.name:
            case "WORKDIR":
                folder = root / one.value.strip("/")
                folder.mkdir(parents=True)
            case "COPY":
                *sources, target = one.words
                for source in sources:
                    copied(ROOT / source, folder / target)
            case "RUN":
                arguments = dict([built.said["ARG"].value.split("=")])
                outside = {**os.environ, **built.environment(), **arguments}  # noqa: TID251  (pip's index is named there)
                subprocess.run(one.value, shell=True, cwd=folder, env=outside, check=True)  # noqa: S602  (ours)
            case _:
                built.said[one.name] = one
    return built


def copied(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


@contextmanager
def running(image: Image, folder: Path, **variables: str) -> Iterator[str]:
    """A server as the image starts it, but on an address and a port that are free here."""
    with socket.create_server((HERE, 0)) as free:
        port = str(free.getsockname()[1])
    environment = {**image.environment(), "AUDIENCE_MOCK_HOST": HERE, **variables}
    command = [port if word == "8080" else word for word in image.said["ENTRYPOINT"].words + image.said["CMD"].words]
    found = shutil.which(command[0], path=str(image.programs))
    process = subprocess.Popen(  # noqa: S603  (ours)
        [str(found), *command[1:]], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert any(line.startswith("Stop with") for line in process.stdout)
        yield f"http://{HERE}:{port}"
    finally:
        process.terminate()
        process.communicate()
    assert process.returncode == 0


def test_the_image_serves_both_planes_and_asks_for_the_token(image: Image, tmp_path: Path) -> None:
    with running(image, tmp_path) as url:
        key = {"Authorization": "Bearer sk_test_all_permissions"}
        asked = [{}, {"Authorization": f"Bearer {SECRET}"}]

        assert httpx.get(url + AUDIENCES, headers=key).status_code == 200
        assert [httpx.get(f"{url}/_mock/sandboxes", headers=one).status_code for one in asked] == [401, 200]
        assert httpx.get(f"{url}/_mock/docs/swagger-ui.css", headers=asked[1]).status_code == 200


def test_its_health_is_told_by_a_program_that_is_in_it(image: Image, tmp_path: Path) -> None:
    _, _, command = image.said["HEALTHCHECK"].value.partition("CMD ")
    program, *words = Instruction("CMD", command).words

    def healthy(url: str) -> bool:
        asked = [word.replace("http://127.0.0.1:8080", url) for word in words]
        return not subprocess.run([image.programs / program, *asked], check=False, capture_output=True).returncode  # noqa: S603  (ours)

    with running(image, tmp_path) as url:
        assert healthy(url)
    assert not healthy(url)


def test_the_package_in_it_was_built_by_the_pinned_setuptools(image: Image) -> None:
    (pinned,) = re.findall(r"^setuptools==(.+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    (wheel,) = image.programs.parent.glob("lib/python*/site-packages/audience_mock-*.dist-info/WHEEL")

    assert f"Generator: setuptools ({pinned})" in wheel.read_text()


def test_the_image_does_not_run_as_root_and_exposes_the_port_that_it_serves_on(image: Image) -> None:
    options = image.said["CMD"].words

    assert int(image.said["USER"].value.split(":")[0]) > 0
    assert options[options.index("--port") + 1] == image.said["EXPOSE"].value
    assert image.said["ENV"].value == "AUDIENCE_MOCK_HOST=0.0.0.0"


def test_databases_can_be_used_in_it(image: Image, tmp_path: Path) -> None:
    with running(image, tmp_path, AUDIENCE_MOCK_STORE="sqlite:///state.db") as url:
        assert httpx.get(f"{url}/_mock/health").status_code == 200

    assert (tmp_path / "state.db").exists()


def test_the_suite_is_not_in_it_and_says_how_to_get_it(image: Image, tmp_path: Path) -> None:
    program = image.programs / "audience-conformance"

    listed = subprocess.run([program, "list"], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603  (ours)

    assert (listed.returncode, listed.stdout) == (4, "")
    assert "pip install 'audience-mock[suite]'" in listed.stderr


def test_every_folder_and_file_that_is_copied_is_sent_to_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    sent = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied_files = {source for one in instructions() if one.name == "COPY" for source in one.words[:-1]}

    assert "*" in lines
    assert sent == copied_files
