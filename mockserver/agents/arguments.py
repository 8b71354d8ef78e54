"""The arguments that several tools have, with their descriptions for the agent."""

from typing import Annotated

from pydantic import Field

SandboxId = Annotated[str, Field(description="Identifier of the sandbox, from create_sandbox or list_sandboxes.")]
OperationId = Annotated[
    str | None, Field(description="Name of an operation of the API, such as deleteAudience; all if left out.")
]
JobId = Annotated[str, Field(description="Identifier of the job, from list_jobs or from the API.")]
ExchangeNumber = Annotated[int, Field(description="Number of the exchange, from list_exchanges or a finding.", ge=1)]
Since = Annotated[int, Field(description="Judge only what an exchange with this number or a greater one shows.", ge=0)]
Run = Annotated[
    str | None, Field(description="Label that sandboxes share, so that their coverage is counted together.")
]
