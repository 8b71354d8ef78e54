"""The environment variables and the terminal of the process, read in this module only."""

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click


class Lines(click.types.StringParamType):
    """A text that an option takes several times; a variable has one of them on each line."""

    def split_envvar_value(self, rv: str) -> Sequence[str]:
        """Split the value of a variable."""
        return [line for line in rv.splitlines() if line.strip()]


LINES = Lines()


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings from the environment.

    Attributes:
        api_key: The variable AUDIENCE_API_KEY; None if it is unset or empty.
        live: Whether a person watches the output in a terminal, so that progress may overwrite itself.
        colour: Whether the output may be in colour.
    """

    api_key: str | None
    live: bool
    colour: bool


def read() -> Environment:
    """Return the current environment."""
    variables = os.environ  # noqa: TID251  (only this module reads it)
    is_terminal = sys.stdout.isatty() and not variables.get("CI") and variables.get("TERM") != "dumb"
    is_rich = is_terminal and not variables.get("NO_COLOR")
    return Environment(variables.get("AUDIENCE_API_KEY") or None, live=is_rich, colour=is_rich)


def name_variables(command: click.Command) -> None:
    """Name a variable for each option of a command after the option, and show it in the command's help.

    The option `--api-key` has none: AUDIENCE_API_KEY counts only where no other source of states is given.
    """
    for option in command.params:
        if isinstance(option, click.Option) and option.name != "api_key":
            names = [name.removeprefix("--") for name in option.opts if name.startswith("--")]
            name = names[0] if names else str(option.name)
            option.envvar = f"AUDIENCE_CONFORMANCE_{name.replace('-', '_').upper()}"
            option.show_envvar = True


def isolate_pytest() -> None:
    """Remove the variables for other pytest runs, and keep Hypothesis from writing to the working directory."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)  # noqa: TID251  (only this module writes it)
    storage = Path(tempfile.gettempdir()) / "audience-conformance"
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(storage))  # noqa: TID251  (only this module writes it)
