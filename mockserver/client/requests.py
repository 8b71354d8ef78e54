"""The requests to the control plane, those of a sandbox with its identifier in front."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Unpack

from mockserver.client.arguments import (
    AudienceFilter,
    ExchangeFilter,
    JobEnd,
    JobPaceChange,
    KeyChange,
    NewFault,
    NewJob,
    NewKey,
    NewSandbox,
    PresetNarrowing,
    Verification,
)
from mockserver.client.calls import Call, as_is, body, items, nothing, sandbox_path
from mockserver.client.documents import (
    AudienceList,
    Clock,
    ClockAdvanced,
    Exchange,
    ExchangeSummary,
    Fault,
    Finding,
    Job,
    JobPace,
    Key,
    KeyLimit,
    Limits,
    Preset,
    SandboxDocument,
    SandboxSummary,
    Snapshot,
)


def health() -> Call[dict[str, Any]]:
    """Ask whether the server is up."""
    return Call("GET", "/_mock/health", as_is)


def list_sandboxes() -> Call[list[SandboxSummary]]:
    """List the sandboxes."""
    return Call("GET", "/_mock/sandboxes", items("sandboxes"))


def create_sandbox(**members: Unpack[NewSandbox]) -> Call[SandboxDocument]:
    """Make a sandbox."""
    return Call("POST", "/_mock/sandboxes", as_is, body(members))


def describe(sandbox: str) -> Call[SandboxDocument]:
    """Describe the sandbox as it is now."""
    return Call("GET", sandbox_path(sandbox), as_is)


def delete(sandbox: str) -> Call[None]:
    """Delete the sandbox, with everything in it."""
    return Call("DELETE", sandbox_path(sandbox), nothing)


def reset(sandbox: str) -> Call[SandboxDocument]:
    """Return the sandbox to its seed."""
    return Call("POST", sandbox_path(sandbox, "reset"), as_is)


def export_seed(sandbox: str, *, keys: bool = False) -> Call[dict[str, Any]]:
    """Export the sandbox as a seed document, with the tokens of its keys or without."""
    return Call("GET", sandbox_path(sandbox, "seed"), as_is, query={"keys": keys})


def import_seed(sandbox: str, seed: Mapping[str, Any]) -> Call[SandboxDocument]:
    """Replace the content of the sandbox by a seed document."""
    return Call("PUT", sandbox_path(sandbox, "seed"), as_is, seed)


def list_snapshots(sandbox: str) -> Call[list[Snapshot]]:
    """List the snapshots."""
    return Call("GET", sandbox_path(sandbox, "snapshots"), items("snapshots"))


def take_snapshot(sandbox: str, name: str) -> Call[Snapshot]:
    """Take a snapshot, in place of an earlier one of this name."""
    return Call("PUT", sandbox_path(sandbox, "snapshots", name), as_is)


def restore_snapshot(sandbox: str, name: str) -> Call[SandboxDocument]:
    """Return the sandbox to a snapshot; its journal stays."""
    return Call("POST", sandbox_path(sandbox, "snapshots", name, "restore"), as_is)


def delete_snapshot(sandbox: str, name: str) -> Call[None]:
    """Drop a snapshot."""
    return Call("DELETE", sandbox_path(sandbox, "snapshots", name), nothing)


def list_audiences(sandbox: str, **narrowing: Unpack[AudienceFilter]) -> Call[AudienceList]:
    """List audiences, those that are being populated included."""
    return Call("GET", sandbox_path(sandbox, "audiences"), as_is, query=narrowing)


def change_state(
    sandbox: str, state: str, /, action: Literal["setup", "teardown"] = "setup", **params: object
) -> Call[dict[str, Any]]:
    """Set up or tear down a provider state, and return its values."""
    document = {"state": state, "params": params, "action": action}
    return Call("POST", "/_mock/provider-states", lambda values: values or {}, document, {"sandbox": sandbox})


def read_clock(sandbox: str) -> Call[Clock]:
    """Read the clock."""
    return Call("GET", sandbox_path(sandbox, "clock"), as_is)


def stop_clock(sandbox: str) -> Call[Clock]:
    """Stop the clock: from now on it moves only on request."""
    return Call("PUT", sandbox_path(sandbox, "clock"), as_is, {"mode": "manual"})


def set_clock(sandbox: str, at: str | datetime) -> Call[Clock]:
    """Stop the clock at a later instant: a text in ISO 8601, or a datetime, with a time zone."""
    instant = at.isoformat() if isinstance(at, datetime) else at
    return Call("PUT", sandbox_path(sandbox, "clock"), as_is, {"mode": "manual", "at": instant})


def run_clock(sandbox: str) -> Call[Clock]:
    """Let the clock run."""
    return Call("PUT", sandbox_path(sandbox, "clock"), as_is, {"mode": "real"})


def advance_clock(sandbox: str, seconds: float = 0, *, milliseconds: int = 0) -> Call[ClockAdvanced]:
    """Move the clock forward, and return what that caused."""
    document = {"seconds": seconds, "milliseconds": milliseconds}
    return Call("POST", sandbox_path(sandbox, "clock", "advance"), as_is, document)


def list_jobs(sandbox: str) -> Call[list[Job]]:
    """List the jobs."""
    return Call("GET", sandbox_path(sandbox, "jobs"), items("jobs"))


def get_job(sandbox: str, job: str) -> Call[Job]:
    """Read a job, which does not move it."""
    return Call("GET", sandbox_path(sandbox, "jobs", job), as_is)


def start_job(sandbox: str, **members: Unpack[NewJob]) -> Call[Job]:
    """Start a job on an audience that exists."""
    return Call("POST", sandbox_path(sandbox, "jobs"), as_is, body(members))


def move_job(sandbox: str, job: str, **change: Unpack[JobPaceChange]) -> Call[Job]:
    """Change the course of an active job."""
    return Call("PATCH", sandbox_path(sandbox, "jobs", job), as_is, body(change))


def end_job(sandbox: str, job: str, **end: Unpack[JobEnd]) -> Call[Job]:
    """End an active job: completed, unless an outcome is given."""
    return Call("POST", sandbox_path(sandbox, "jobs", job, "end"), as_is, body(end))


def get_pace(sandbox: str) -> Call[JobPace]:
    """Read the course of the next jobs."""
    return Call("GET", sandbox_path(sandbox, "job-pace"), as_is)


def set_pace(sandbox: str, **change: Unpack[JobPaceChange]) -> Call[JobPace]:
    """Set the course of the next jobs."""
    return Call("PUT", sandbox_path(sandbox, "job-pace"), as_is, body(change))


def list_keys(sandbox: str) -> Call[list[Key]]:
    """List the keys."""
    return Call("GET", sandbox_path(sandbox, "keys"), items("keys"))


def create_key(sandbox: str, **members: Unpack[NewKey]) -> Call[Key]:
    """Make a key."""
    return Call("POST", sandbox_path(sandbox, "keys"), as_is, body(members))


def update_key(sandbox: str, key: str, **change: Unpack[KeyChange]) -> Call[Key]:
    """Change a key."""
    return Call("PATCH", sandbox_path(sandbox, "keys", key), as_is, body(change))


def revoke_key(sandbox: str, key: str) -> Call[Key]:
    """Revoke a key."""
    return update_key(sandbox, key, revoked=True)


def delete_key(sandbox: str, key: str) -> Call[None]:
    """Delete a key."""
    return Call("DELETE", sandbox_path(sandbox, "keys", key), nothing)


def get_limits(sandbox: str) -> Call[Limits]:
    """Read the limits, and how much of each is left."""
    return Call("GET", sandbox_path(sandbox, "limits"), as_is)


def set_limit(sandbox: str, rate: str) -> Call[Limits]:
    """Limit each key to a rate such as `2/m`."""
    return Call("PUT", sandbox_path(sandbox, "limits"), as_is, {"rate": rate})


def clear_limit(sandbox: str) -> Call[None]:
    """Remove the limit."""
    return Call("DELETE", sandbox_path(sandbox, "limits"), nothing)


def set_key_limit(sandbox: str, key: str, rate: str) -> Call[KeyLimit]:
    """Limit a single key to a rate such as `2/m`."""
    return Call("PUT", sandbox_path(sandbox, "keys", key, "limit"), as_is, {"rate": rate})


def clear_key_limit(sandbox: str, key: str) -> Call[None]:
    """Remove the limit of a single key."""
    return Call("DELETE", sandbox_path(sandbox, "keys", key, "limit"), nothing)


def list_faults(sandbox: str) -> Call[list[Fault]]:
    """List the faults, with their counts."""
    return Call("GET", sandbox_path(sandbox, "faults"), items("faults"))


def add_fault(sandbox: str, **members: Unpack[NewFault]) -> Call[list[Fault]]:
    """Add a fault, or those of a preset."""
    return Call("POST", sandbox_path(sandbox, "faults"), items("faults"), body(members))


def lost_reply(sandbox: str, operation: str | None = None, **narrowing: Unpack[PresetNarrowing]) -> Call[list[Fault]]:
    """Lose the reply to the next accepted request: it takes effect, and its connection is reset."""
    return _preset(sandbox, "lost-reply", operation, narrowing)


def flaky(sandbox: str, operation: str | None = None, **narrowing: Unpack[PresetNarrowing]) -> Call[list[Fault]]:
    """Let one in ten requests each fail with 500, be reset before its effect, and after it."""
    return _preset(sandbox, "flaky", operation, narrowing)


def slow(sandbox: str, operation: str | None = None, **narrowing: Unpack[PresetNarrowing]) -> Call[list[Fault]]:
    """Delay each request by two seconds."""
    return _preset(sandbox, "slow", operation, narrowing)


def maintenance(sandbox: str, operation: str | None = None, **narrowing: Unpack[PresetNarrowing]) -> Call[list[Fault]]:
    """Let each request fail with 500."""
    return _preset(sandbox, "maintenance", operation, narrowing)


def _preset(sandbox: str, preset: Preset, operation: str | None, narrowing: PresetNarrowing) -> Call[list[Fault]]:
    named = {} if operation is None else {"operation": operation}
    document = {"preset": preset, **named, **body(narrowing)}
    return Call("POST", sandbox_path(sandbox, "faults"), items("faults"), document)


def delete_fault(sandbox: str, fault: str) -> Call[None]:
    """Remove a fault."""
    return Call("DELETE", sandbox_path(sandbox, "faults", fault), nothing)


def clear_faults(sandbox: str) -> Call[None]:
    """Remove all faults."""
    return Call("DELETE", sandbox_path(sandbox, "faults"), nothing)


def list_exchanges(sandbox: str, **narrowing: Unpack[ExchangeFilter]) -> Call[list[ExchangeSummary]]:
    """List the exchanges of the journal in short, oldest first."""
    query = {"order": "oldest", "limit": 1000, **narrowing}
    return Call("GET", sandbox_path(sandbox, "journal"), items("exchanges"), query=query)


def get_exchange(sandbox: str, number: int) -> Call[Exchange]:
    """Read an exchange with its decision trace, headers and bodies."""
    return Call("GET", sandbox_path(sandbox, "journal", number), as_is)


def clear_journal(sandbox: str) -> Call[None]:
    """Drop all exchanges."""
    return Call("DELETE", sandbox_path(sandbox, "journal"), nothing)


def list_findings(sandbox: str, *, since: int = 0) -> Call[list[Finding]]:
    """List the mistakes of the client, as the journal shows them."""
    return Call("GET", sandbox_path(sandbox, "findings"), items("findings"), query={"since": since})


def verify(sandbox: str, **narrowing: Unpack[Verification]) -> Call[None]:
    """Assert that the journal shows no mistake of the client; ClientFindings if it shows some."""
    return Call("POST", sandbox_path(sandbox, "verify"), nothing, body(narrowing))
