"""The bodies are documented with examples that they would accept."""

from fastapi.testclient import TestClient

from backend import schemas


def test_every_body_has_an_example_that_is_valid(client: TestClient) -> None:
    description = client.get("/openapi.json").json()["components"]["schemas"]
    for name in ("PredictionBody", "LabelBody", "DeletedBody", "ProductsBody", "ModelBody", "ShadowBody", "HealthBody"):
        examples = description[name]["examples"]
        assert examples
        for example in examples:
            getattr(schemas, name).model_validate(example)
