"""Several mutants in one server: each keeps its fault, and the server with the faults of all does not pass."""

import httpx

from tests.mutants.combinations import BY_NAME, CROWD, draw, run_combination
from tests.mutants.server.combined import Combined
from tests.mutants.server.mutated import served


def test_each_mutant_of_a_combination_keeps_its_fault() -> None:
    together = Combined([BY_NAME[name]() for name in ("MissingIsGone", "NoKeyNeededHere_AUD-NAVIGATION")])
    with served(together) as url, httpx.Client(base_url=url) as client:
        key = client.post("/_mock/provider-states", json={"state": "an API key", "params": {}}).json()
        group = f"/v1/accounts/{key['accountGroupId']}"
        bearer = {"Authorization": f"Bearer {key['apiKey']}"}

        assert client.get(f"{group}/audiences/navigation").status_code == 200
        assert client.get(f"{group}/audiences").status_code == 401
        assert client.get(f"{group}/audiences/{'0' * 24}", headers=bearer).status_code == 410


def test_a_use_case_passes_through_the_hooks_of_every_mutant() -> None:
    together = Combined([BY_NAME[name]() for name in ("GuardNever_AUD-DELETE", "GuardNever_AUD-GET")])
    with served(together) as url, httpx.Client(base_url=url) as client:
        key = client.post("/_mock/provider-states", json={"state": "an API key", "params": {}}).json()
        params = {"apiKey": key["apiKey"]}
        made = client.post("/_mock/provider-states", json={"state": "an audience being populated", "params": params})
        audience = f"/v1/accounts/{key['accountGroupId']}/audiences/{made.json()['audienceId']}"
        bearer = {"Authorization": f"Bearer {key['apiKey']}"}

        assert client.get(f"{audience}/prospects", headers=bearer).status_code == 409
        assert [client.request(method, audience, headers=bearer).status_code for method in ("GET", "DELETE")] == [
            200
        ] * 2


def test_the_suite_kills_a_pair_by_what_one_of_the_two_names() -> None:
    (pair,) = draw(sorted(BY_NAME), 2, 1, seed=2)

    assert run_combination(pair, seed=1, repeats=3).is_killed


def test_draws_are_repeated_by_their_seed_and_have_different_members() -> None:
    crowds = draw(sorted(BY_NAME), CROWD, 3, seed=5)

    assert crowds == draw(sorted(BY_NAME), CROWD, 3, seed=5)
    assert [len(set(crowd)) for crowd in crowds] == [CROWD] * 3
