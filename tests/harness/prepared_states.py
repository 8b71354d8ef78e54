"""A states file: the keys and audiences of an implementation of the single endpoint, prepared by hand."""

from pathlib import Path

from tests.mutants.single.endpoint import Key, Single


def prepared(target: Single, folder: Path, *, ready: int, populated: int = 0) -> Path:
    """Prepare two keys, each with so many ready audiences, the first with populated ones; return the states file."""
    entries = []
    for number in (1, 2):
        target.keys[f"prepared-key-{number}"] = Key(f"g{number}", frozenset({"audiences:write"}))
        owner = f'apiKey = "prepared-key-{number}"\naccountGroupId = "g{number}"\n'
        for one in range(ready):
            audience = f"prepared-{number}-{one}"
            target.audiences[audience] = f"g{number}"
            entries.append(f'[[state."an audience that is ready"]]\n{owner}audienceId = "{audience}"\n')
        for one in range(populated if number == 1 else 0):
            audience, job = f"populated-{number}-{one}", f"job-{number}-{one}"
            target.audiences[audience], target.jobs[job] = f"g{number}", (audience, "running")
            ids = f'audienceId = "{audience}"\njobId = "{job}"\n'
            entries.append(f'[[state."an audience being populated"]]\n{owner}{ids}')
    file = folder / "states.toml"
    file.write_text("\n".join(entries))
    return file
