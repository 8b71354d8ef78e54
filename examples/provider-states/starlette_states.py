"""Provider states for the conformance suite, for Starlette: paste it, and write the methods of `store`.

`Route("/states", provider_states(store), methods=["POST"])` belongs into the application that is tested, never into
production. A method takes the parameters of a state, after its setup the values as well, and returns the values; the
tables of `docs/provider-states.md` list them. It raises NotImplementedError where the state cannot be set up: 501.
"""

from starlette.responses import JSONResponse

ALL = ["audiences:read", "audiences:write", "prospects:read", "prospecting:read", "prospecting:write"]


def table(store):  # a teardown has to accept that what it removes or ends is gone already
    return {  # state: setup, teardown, defaults of the parameters
        "an API key": (store.add_key, store.remove_key, {"permissions": ALL, "status": "active"}),
        "the API key is revoked": (store.revoke_key, None, {}),
        "an audience that is ready": (store.add_audience, store.remove_audience, {"prospects": 3}),
        "an audience being populated": (store.add_populated, store.remove_audience, {"jobStatus": "running"}),
        "the prospecting has ended": (store.end_job, None, {}),
        "the rate limit is exhausted": (store.limit, store.end_limit, {}),
        "the server fails internally": (store.fail, store.end_failures, {"times": 1}),
        "the credits are exhausted": (store.take_credits, store.return_credits, {}),
        "a prospecting request": (store.start_request, None, {"source": "linkedin_search"}),
    }


def provider_states(store):
    async def endpoint(request):
        document = await request.json()
        if document["state"] not in table(store):
            return JSONResponse({"reason": "there is no such state"}, 501)
        set_up, tear_down, defaults = table(store)[document["state"]]
        change = tear_down if document.get("action") == "teardown" else set_up
        try:
            return JSONResponse((change and change({**defaults, **document.get("params", {})})) or {})
        except NotImplementedError as error:
            return JSONResponse({"reason": str(error) or "not implemented"}, 501)

    return endpoint
