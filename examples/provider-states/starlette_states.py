"""Provider states for the conformance suite, for Starlette: paste it, and write the methods of `store`.

`Route("/states", provider_states(store), methods=["POST"])` belongs into the application that is tested, never into
production. A method that raises NotImplementedError is a state that cannot be established: 501. A method that removes
or ends something has to accept that it is gone already. The interface is `openapi/provider-states.yaml`.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse

ALL = ["audiences:read", "audiences:write", "prospects:read", "prospecting:read", "prospecting:write"]


def set_up(store, state, params):
    match state:
        case "an API key":
            group = params.get("accountGroupId") or store.add_account_group()
            revoked = params.get("status", "active") == "revoked"
            return {"apiKey": store.add_key(group, params.get("permissions", ALL), revoked), "accountGroupId": group}
        case "the API key is revoked":
            return store.revoke_key(params["apiKey"])
        case "an audience that is ready":
            group = store.account_group_of(params["apiKey"])
            return {"accountGroupId": group, "audienceId": store.add_audience(group, params.get("prospects", 3))}
        case "an audience being populated":
            group = store.account_group_of(params["apiKey"])
            audience, job = store.add_populated_audience(group, params.get("jobStatus", "running"))
            return {"accountGroupId": group, "audienceId": audience, "jobId": job}  # the job never ends by itself
        case "the prospecting has ended":
            return store.end_job(params["jobId"], params["outcome"])
        case "the rate limit is exhausted":
            return store.limit(params["apiKey"], True)
        case "the server fails internally":
            return store.fail(params["apiKey"], params.get("times", 1))
        case "the credits are exhausted":
            return store.take_credits(params["apiKey"], True)
        case "a prospecting request":
            return {"body": store.start_request(params.get("source", "linkedin_search"))}
    raise NotImplementedError(f"there is no state '{state}'")


def tear_down(store, state, params):  # the parameters of the setup, together with its values
    match state:
        case "an API key":
            store.remove_key(params["apiKey"])  # with the last key, its account group and all that is in it
        case "an audience that is ready" | "an audience being populated":
            store.remove_audience(params["audienceId"])  # and its job
        case "the rate limit is exhausted":
            store.limit(params["apiKey"], False)
        case "the server fails internally":
            store.fail(params["apiKey"], 0)
        case "the credits are exhausted":
            store.take_credits(params["apiKey"], False)


def provider_states(store):
    async def endpoint(request: Request):
        document = await request.json()
        change = tear_down if document.get("action") == "teardown" else set_up
        try:
            return JSONResponse(change(store, document["state"], document.get("params", {})) or {})
        except NotImplementedError as error:
            return JSONResponse({"reason": str(error) or "not implemented"}, 501)

    return endpoint
