"""Synthetic parts of a version: recipe, number of crops, seed, and whether this machine draws the same crops.

Nothing here is needed to serve: the generator (TRDG, OpenCV) is imported when a part is described or drawn.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as library_version

from datasets.versions.split import Side
from datasets.versions.version import SyntheticPart, VersionError

_REQUEST = re.compile(r"(?P<recipe>.+?):(?P<count>\d{1,9})(?::(?P<seed>\d{1,9}))?\Z", re.ASCII)


class RecipeDiffersError(VersionError):
    """A recipe draws other crops here than when the version was created."""


@dataclass(frozen=True, slots=True)
class SyntheticRequest:
    """A synthetic part as it is requested, before this machine has described it."""

    recipe: str
    count: int
    seed: int
    side: Side


def parse_request(text: str, side: Side) -> SyntheticRequest:
    """Parse `recipe:count` or `recipe:count:seed`.

    Without a seed training takes 0 and evaluation 1: the same seed would draw the same crops on both sides.

    Raises:
        VersionError: the text has another form.
    """
    match = _REQUEST.match(text)
    if match is None or int(match["count"]) < 1:
        raise VersionError(f"a synthetic part is written recipe:count or recipe:count:seed, not {text!r}")
    seed = int(match["seed"]) if match["seed"] else (0 if side == "training" else 1)
    return SyntheticRequest(match["recipe"], int(match["count"]), seed, side)


def describe_parts(requests: Sequence[SyntheticRequest]) -> tuple[SyntheticPart, ...]:
    """Describe the parts as this machine draws them.

    Raises:
        VersionError: unknown recipe, missing fonts or libraries; the same crops twice; a seed that training and
            evaluation share.
    """
    seen: set[tuple[str, int]] = set()
    for request in requests:
        if (request.recipe, request.seed) in seen:
            raise VersionError(f"{request.recipe} with seed {request.seed} would be there twice; give another seed")
        seen.add((request.recipe, request.seed))
    training, evaluation = (
        {request.seed for request in requests if request.side == side} for side in ("training", "evaluation")
    )
    shared = training & evaluation
    if shared:
        raise VersionError(f"training and evaluation share the seed {min(shared)}; recipes of one family would repeat")
    parts = []
    for request in requests:
        digest, ingredients = _describe(request.recipe)
        parts.append(
            SyntheticPart(request.recipe, request.count, request.seed, request.side, digest, dict(ingredients))
        )
    return tuple(parts)


def check_part(part: SyntheticPart) -> None:
    """Make sure that this machine draws the version's crops.

    Raises:
        RecipeDiffersError: it draws other crops; the message names the differences.
        VersionError: the recipe cannot be drawn here at all.
    """
    digest, here = _describe(part.recipe)
    if digest == part.digest:
        return
    there = part.ingredients
    differences = [
        f"{name}: {_short(there.get(name))} in the version, {_short(here.get(name))} here"
        for name in sorted({*there, *here})
        if there.get(name) != here.get(name)
    ]
    raise RecipeDiffersError(
        f"recipe {part.recipe} draws other crops here than the version says: "
        f"{'; '.join(differences) or 'the generator has other ingredients'}. --allow-other-digest draws all the same"
    )


def _describe(name: str) -> tuple[str, dict[str, str]]:
    try:
        from data_gen.fonts import FontsMissingError
        from data_gen.recipe import RecipeError, load_recipe
    except ImportError as error:
        raise VersionError(f"synthetic parts need the generator (`make train-setup`): {error}") from error
    try:
        return load_recipe(name).digest, _ingredients(name)
    except (RecipeError, FontsMissingError) as error:
        raise VersionError(str(error)) from error
    except PackageNotFoundError as error:
        raise VersionError(f"synthetic parts need {error.name} (`make train-setup`)") from error
    except ImportError as error:
        raise VersionError(f"synthetic parts need the generator (`make train-setup`): {error}") from error


def _ingredients(name: str) -> dict[str, str]:
    """The hash or version of each ingredient that `Recipe.digest` covers, by its name."""
    from data_gen.fonts import load_fonts
    from data_gen.recipe import LIBRARIES, load_recipe, sources

    found = {f"{path.parent.name}/{path.name}": _hash(path.read_bytes()) for path in sources()}
    found |= {library: library_version(library) for library in LIBRARIES}
    next_name: str | None = name
    while next_name is not None:
        recipe = load_recipe(next_name)
        found[f"recipe {next_name}"] = _hash(json.dumps(asdict(recipe), sort_keys=True).encode())
        found[f"fonts of {next_name}"] = load_fonts(recipe.fonts).digest
        next_name = recipe.parent
    return found


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _short(value: str | None) -> str:
    return "nothing" if value is None else value[:12]
