"""The control plane, its contract, and the documents that it serves."""

import asyncio
import re
from typing import Any

import pytest
from openapi_schema_validator import OAS30ReadValidator
from openapi_spec_validator import OpenAPIV30SpecValidator

from mockserver.api.long_responses import LongResponses
from mockserver.control.application import handlers
from mockserver.domain.permission import ALL_PERMISSIONS
from mockserver.seeds import schema
from mockserver.service.coverages import Coverages
from mockserver.service.journal_tail import JournalTails
from openapi import contract, control_contract, provider_states, typed_contract
from tests.harness.control_plane import CONTRACT, OPERATIONS, ControlPlane, journals_of

PUBLIC = {
    *("getHealth", "getControlContract", "getContract", "getTypedContract", "getProviderStatesContract"),
    *("getConsole", "getConsoleAsset", "getConsolePanel", "getDocs", "getDocsAsset"),
    *("getGuidePage", "getGuideRecipe"),
}


class TestContract:
    def test_the_contract_of_the_control_plane_is_valid_openapi(self) -> None:
        OpenAPIV30SpecValidator(CONTRACT).validate()

    def test_operations_and_handlers_correspond(self, control: ControlPlane) -> None:
        journals = journals_of(control.sandboxes, control.store)
        by_operation = handlers(
            control.sandboxes,
            control.store,
            journals,
            JournalTails(journals, asyncio.sleep),
            Coverages(control.store),
            LongResponses(),
        )

        assert set(by_operation) == set(OPERATIONS)

    @pytest.mark.parametrize("operation", sorted(OPERATIONS))
    def test_every_operation_documents_its_errors(self, operation: str) -> None:
        method, path, described = OPERATIONS[operation]
        expected = {"401", "403", "500"} if operation not in PUBLIC else {"403", "500"}
        expected |= {"404"} if "{" in path else set()
        expected |= {"413", "415"} if method != "GET" else set()
        expected |= {"400"} if "requestBody" in described else set()

        assert described["summary"]
        assert expected <= set(described["responses"])

    def test_the_operations_without_secrets_need_no_token_by_the_contract(self) -> None:
        assert {one for one, (*_, described) in OPERATIONS.items() if described.get("security") == []} == PUBLIC
        assert {one for one, (*_, described) in OPERATIONS.items() if "401" not in described["responses"]} == PUBLIC

    def test_every_example_fits_its_schema(self) -> None:
        def resolved(node: Any) -> Any:
            while "$ref" in node:
                target = CONTRACT
                for step in node["$ref"].split("/")[1:]:
                    target = target[step]
                node = target
            return node

        def parts(described: dict[str, Any]) -> list[dict[str, Any]]:
            answers = [resolved(answer) for answer in described["responses"].values()]
            taken = [described["requestBody"]] if "requestBody" in described else []
            return [media for part in [*answers, *taken] for media in part.get("content", {}).values()]

        checked = 0
        for media in [media for *_, described in OPERATIONS.values() for media in parts(described)]:
            examples = [media["example"]] if "example" in media else []
            examples += [resolved(example)["value"] for example in media.get("examples", {}).values()]
            whole = {**media["schema"], "components": CONTRACT["components"]}
            for example in examples:
                OAS30ReadValidator(whole).validate(example)
                checked += 1
        assert checked > 150

    def test_the_permissions_of_contract_server_and_seeds_are_equal(self) -> None:
        listed = CONTRACT["components"]["schemas"]["Permissions"]["items"]["enum"]

        assert set(listed) == ALL_PERMISSIONS
        assert listed == schema()["$defs"]["key"]["properties"]["permissions"]["items"]["enum"]

    def test_the_served_contract_has_no_extensions(self, control: ControlPlane) -> None:
        assert "x-" not in re.findall(r'"(x-)', control.send("GET", "/_mock/openapi.json").text)


class TestDocuments:
    def test_health_counts_the_sandboxes(self, control: ControlPlane) -> None:
        before = control.call("GET", "/_mock/health")
        control.call("POST", "/_mock/sandboxes")

        assert (before["status"], before["sandboxes"]) == ("ok", 1)
        assert control.call("GET", "/_mock/health")["sandboxes"] == 2

    def test_the_contracts_are_served_unchanged(self, control: ControlPlane) -> None:
        assert control.call("GET", "/_mock/openapi.json") == control_contract()
        assert control.call("GET", "/_mock/audiences.json") == contract()
        assert control.call("GET", "/_mock/audiences.typed.json") == typed_contract()
        assert control.call("GET", "/_mock/provider-states.json") == provider_states()

    def test_the_docs_page_loads_only_files_of_this_server(self, control: ControlPlane) -> None:
        page = control.send("GET", "/_mock/docs")
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        served = [control.send("GET", f"/_mock/{path}") for path in loaded]
        start = served[-1].text

        assert page.headers["content-type"] == "text/html"
        assert page.headers["content-security-policy"].startswith("default-src 'none'; ")
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "://" not in page.headers["content-security-policy"]
        assert [answer.status_code for answer in served] == [200] * 6
        assert {"text/css", "text/javascript", "image/png"} == {answer.headers["content-type"] for answer in served}
        assert "://" not in page.text + start
        assert {"openapi.json", "audiences.json"} <= set(re.findall(r"'([\w.]+)'", start))
        assert "validatorUrl: null" in start

    @pytest.mark.parametrize(
        "asset",
        ["index.html", "swagger-ui.js.map", "..%2F__init__.py", "%2e%2e%2f__init__.py", "%2Fetc%2Fpasswd", "..%5Cx.py"],
    )
    def test_files_other_than_the_assets_are_not_served(self, control: ControlPlane, asset: str) -> None:
        assert control.refused(404, "GET", f"/_mock/docs/{asset}")
