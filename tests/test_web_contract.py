"""The API keeps what its OpenAPI document says, whatever it is asked (schemathesis).

``SEARCHKIT_CONTRACT_EXAMPLES`` is how many requests are made up for each endpoint.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator

import pytest
from corpus import Place
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from serving import listening

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the test tool's own imports
    import schemathesis
    from schemathesis import GenerationMode
    from schemathesis.core.failures import FailureGroup
    from schemathesis.specs.openapi.checks import positive_data_acceptance

from searchkit.web.openapi import OPERATIONS, document

EXAMPLES = int(os.environ.get("SEARCHKIT_CONTRACT_EXAMPLES", "12"))


CONFIG = schemathesis.Config()
# What is too long for a header is refused there, before it is looked at.
CONFIG.projects.default.checks.negative_data_rejection.expected_statuses = ["400", "404", "431"]

schema = schemathesis.openapi.from_dict(json.loads(document()), config=CONFIG)


@pytest.fixture(scope="module")
def address(small_index: Place) -> Iterator[str]:
    with listening(small_index) as port:
        yield f"http://localhost:{port}"


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("path", [one.path for one in OPERATIONS])
def test_the_api_keeps_what_its_description_says(
    address: str, path: str, mode: GenerationMode
) -> None:
    operation = schema[path]["GET"]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        derandomize=EXAMPLES < 100,
        suppress_health_check=list(HealthCheck),
    )
    def check(case: schemathesis.Case) -> None:
        # No schema can say which texts are dates, forces or queries: 400 may be right.
        case.call_and_validate(base_url=address, excluded_checks=[positive_data_acceptance])

    try:
        check()
    except Unsatisfiable:
        # Where there is no parameter, none can be wrong.
        assert mode is GenerationMode.NEGATIVE
        assert not operation.query


def test_more_than_the_description_allows_is_found_out(address: str) -> None:
    case = schema["/api/search"]["GET"].Case(query={"limit": "ten"})
    case.call_and_validate(base_url=address, excluded_checks=[positive_data_acceptance])
    broken = json.loads(document())
    del broken["paths"]["/api/search"]["get"]["responses"]["400"]
    case = schemathesis.openapi.from_dict(broken)["/api/search"]["GET"].Case(query={"limit": "ten"})
    with pytest.raises(FailureGroup):
        case.call_and_validate(base_url=address, excluded_checks=[positive_data_acceptance])
