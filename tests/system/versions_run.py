"""`make versions`: tests with the oldest and with the newest versions that the package allows, each in a new venv."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from tests.harness.dependency_bounds import ROOT, declared, lowest, tools

TESTS = (
    "tests/unit",
    "tests/integration/mockserver/adapters/sql/test_sqlite.py",
    "tests/integration/mockserver/adapters/sql/test_migrations.py",
)
"""The tests that take a few minutes and use every dependency."""


def try_versions(python: str, constraints: Sequence[str]) -> bool:
    """Install what is declared, within constraints, and return whether the tests pass."""
    with tempfile.TemporaryDirectory() as folder:
        limits = Path(folder) / "limits.txt"
        limits.write_text("\n".join(constraints))
        subprocess.run([python, "-m", "venv", f"{folder}/venv"], check=True)  # noqa: S603  (ours)
        venv_python = f"{folder}/venv/bin/python"
        wanted = [str(requirement) for requirement in (*declared(), *tools())]
        subprocess.run([venv_python, "-m", "pip", "install", "--quiet", "--constraint", limits, *wanted], check=True)  # noqa: S603  (ours)
        run = [venv_python, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *TESTS]
        return subprocess.run(run, cwd=ROOT, check=False).returncode == 0  # noqa: S603  (ours)


@click.command()
@click.option("--python", default=sys.executable, show_default=True, help="Python to try them with.")
@click.argument("which", type=click.Choice(["oldest", "newest"]), nargs=-1)
def main(python: str, which: tuple[str, ...]) -> None:
    """Run the tests with the oldest and with the newest versions that are allowed, or with one of the two."""
    limits = {"oldest": lowest(declared()), "newest": []}
    for name in which or limits:
        click.echo(f"the {name} versions: {', '.join(limits[name]) or 'as pip finds them'}")
        if not try_versions(python, limits[name]):
            sys.exit(f"the tests fail with the {name} versions")


if __name__ == "__main__":
    main()
