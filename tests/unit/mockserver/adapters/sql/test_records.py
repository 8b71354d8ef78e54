"""Records as JSON."""

from mockserver.adapters.sql.records import SANDBOX, text
from mockserver.domain.fault import Fault, FaultKind, Resend
from mockserver.domain.sandbox import Sandbox


def test_a_fault_that_awaits_a_request_survives_the_store() -> None:
    fault = Fault("f", FaultKind.RESET_AFTER, resend_window=250, awaited=(Resend("digest", 17),))
    sandbox = Sandbox("s", "", "secret", 0, faults=(fault,))

    assert SANDBOX.decode(text(sandbox)) == sandbox
