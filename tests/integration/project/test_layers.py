"""The contracts of import-linter hold, and each of them breaks when it is violated."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
VIOLATIONS = {
    "The server and the suite share the contract and nothing else": (
        "conformance/client/contract.py",
        "import mockserver.domain",
    ),
    "The client of the control plane and the server do not import each other": (
        "mockserver/serving.py",
        "import mockserver.client",
    ),
    "The tools for agents use the client of the control plane only": (
        "mockserver/agents/refusals.py",
        "import mockserver.config",
    ),
    "conformance is layered": ("conformance/results/verdicts.py", "import conformance.client.client"),
    "mockserver is layered": ("mockserver/domain/guard.py", "import mockserver.service"),
    "Rules are pure: no framework, no clock, no chance, no environment": ("mockserver/domain/job.py", "import time"),
    "Only mockserver.api and mockserver.control know Connexion": ("mockserver/config.py", "import connexion"),
    "The engine of the suite knows no operation of the API by name": (
        "conformance/runner/plugin.py",
        "import conformance.catalogue.operations",
    ),
    "No cycles among siblings": ("mockserver/domain/audience.py", "import mockserver.domain.guard"),
}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603  (ours)


def copy_packages(tree: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tree)
    for package in ("openapi", "mockserver", "conformance"):
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))


def test_every_contract_holds(tmp_path: Path) -> None:
    copy_packages(tmp_path)

    result = lint(tmp_path)

    assert result.returncode == 0, result.stdout
    assert f"Contracts: {len(VIOLATIONS)} kept, 0 broken." in result.stdout


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_violated_contract_is_broken(tmp_path: Path, contract: str) -> None:
    copy_packages(tmp_path)
    file, violation = VIOLATIONS[contract]
    with (tmp_path / file).open("a") as source:
        source.write(f"\n{violation}\n")

    result = lint(tmp_path)

    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout


def test_a_new_module_must_have_a_layer(tmp_path: Path) -> None:
    copy_packages(tmp_path)
    (tmp_path / "mockserver" / "novelty.py").write_text('"""A module in no layer."""\n')

    assert "mockserver is layered BROKEN" in lint(tmp_path).stdout
