"""The fake backend's answers about what crops look like: those with neighbouring numbers look alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import FastAPI, Form

from backend.team.explorer import found_body
from ocr_model.domains.tags import TAGS
from tests.frontend.fake_explorer import FakeExplorer, thumbnail

OUTLIERS = range(7, 77)
INSIDE = range(100, 130)


def add_feature_routes(app: FastAPI, explorer: Callable[[], FakeExplorer]) -> None:
    """Answer for lists, neighbours and the map."""

    def bodies(digests: list[str]) -> list[dict[str, Any]]:
        by_digest = {sample.digest: sample for sample in explorer().samples}
        found = [by_digest[digest] for digest in digests if digest in by_digest]
        return [found_body(sample, TAGS, None, thumbnail()).model_dump(mode="json") for sample in found]

    @app.get("/v1/team/samples/{digest}/alike")
    def alike(digest: str, most: int = 12, features: str = "") -> Any:
        number, step_of = int(digest, 16), 2 if features == "clip" else 1  # other vectors, other neighbours
        labels = bodies([f"{number + step * step_of:064x}" for step in range(1, most + 1)])
        items = [{"label": label, "cosine": 0.99 - place / 100} for place, label in enumerate(labels)]
        own = ["clip"] if explorer().has_own_vectors else []
        return {"items": items, "is_known": explorer().is_compared, "own": own}

    @app.get("/v1/team/lists")
    def lists(where: str = "") -> Any:
        explorer().listed_among.append(where)
        names = ("near-duplicates", "outliers", "thin-regions", "doubtful-labels")
        founds = (0, 900, 20, 3)
        items = [{"name": name, "found": found} for name, found in zip(names, founds, strict=True)]
        return {"items": items if explorer().is_compared else [], "crops": 140, "kept": 150}

    @app.get("/v1/team/lists/{name}")
    def listed(name: str, where: str = "") -> Any:
        explorer().listed_among.append(where)
        numbers = OUTLIERS if name == "outliers" else range(0)
        return {"samples": [f"{number:064x}" for number in numbers], "found": 900 if numbers else 0}

    @app.post("/v1/team/samples/named")
    def named(samples: Annotated[str, Form()]) -> Any:
        return {"items": bodies(samples.split())}

    @app.post("/v1/team/map")
    def draw(
        colour: Annotated[str, Form()],
        include: Annotated[str, Form()] = "",
        dimensions: Annotated[int, Form()] = 2,
    ) -> Any:
        explorer().included = include.split()
        samples = explorer().samples if explorer().is_compared else []
        values: dict[str, Callable[[Any], str | float]] = {
            "status": lambda one: one.label.status,
            "brand": lambda one: "nike" if one.label.text else "",
            "confidence": lambda one: one.label.read_confidence,
            "model": lambda one: "trba 4",
            "tag": lambda one: "blurry",
        }
        return {
            "method": "pca" if samples else None,
            "methods": ["pca"] if samples else [],
            "has_umap": False,
            "crops": 100_000 if samples else 0,
            "samples": [one.digest for one in samples],
            "x": [one.stamp % 15 for one in samples],
            "y": [one.stamp // 15 for one in samples],
            "z": [one.stamp % 4 for one in samples] if dimensions == 3 else [],
            "texts": [one.label.text for one in samples],
            "values": [values[colour](one) for one in samples],
            "density": {"x": [0, 15], "y": [0, 10], "counts": [[0, 4], [9, 1]]}
            if samples and dimensions == 2
            else None,
        }

    @app.post("/v1/team/map/inside")
    def inside(outlines: Annotated[str, Form()]) -> Any:
        explorer().outlines.append(outlines)
        return {"samples": [f"{number:064x}" for number in INSIDE], "found": 4321}
