"""The requests about what crops look like, one method per request."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from frontend.client.connection import Connection
from frontend.client.explorer_answers import Found
from frontend.client.feature_answers import Alikes, Colour, CropMap, Listed, ListName, Lists, Method, Named

Outline = Sequence[tuple[float, float]]

_MOST_INCLUDED = 240  # crops that a map shows in any case
_MOST_CORNERS = 1000  # of all outlines together


class FeaturesClient:
    """Requests of the team over one connection.

    Every method raises `BackendError` when there is no answer.

    Args:
        connection: To the backend.
        token: The team's; None asks without one.
    """

    def __init__(self, connection: Connection, token: str | None) -> None:
        self._connection = connection if token is None else connection.with_token(token)

    def alike(self, sample: str, most: int, own: str = "") -> Alikes:
        """The crops that look most like one, with thumbnails.

        Args:
            sample: Names the crop.
            most: Crops in the answer.
            own: Name of feature vectors that were brought in; "" for the model's.
        """
        path = f"/v1/team/samples/{quote(sample, safe='')}/alike"
        return self._connection.ask(Alikes, "GET", path, params={"most": str(most), "features": own})

    def lists(self, search: str = "") -> Lists:
        """The ready-made searches, among what a search finds."""
        return self._connection.ask(Lists, "GET", "/v1/team/lists", params={"where": search})

    def listed(self, name: ListName, search: str = "") -> Listed:
        """The crops of a ready-made search, among what a search finds."""
        return self._connection.ask(Listed, "GET", f"/v1/team/lists/{name}", params={"where": search})

    def named(self, samples: Sequence[str]) -> tuple[Found, ...]:
        """The labels of some crops with thumbnails, crop by crop.

        Args:
            samples: Names of 1 to 60 crops.
        """
        fields = {"samples": " ".join(samples), "thumbnails": "true"}
        return self._connection.ask(Named, "POST", "/v1/team/samples/named", fields=fields).items

    def map(self, method: Method | None, colour: Colour, include: Sequence[str], *, in_space: bool = False) -> CropMap:
        """The map of all crops.

        Args:
            method: Which one; None: the best there is.
            colour: What the points are coloured by.
            include: Crops that are points in any case; of many, the first.
            in_space: Whether it has three dimensions.
        """
        fields = {
            "colour": colour,
            "include": " ".join(include[:_MOST_INCLUDED]),
            "dimensions": "3" if in_space else "2",
        }
        if method is not None:
            fields["method"] = method
        return self._connection.ask(CropMap, "POST", "/v1/team/map", fields=fields)

    def inside(self, method: Method | None, outlines: Sequence[Outline]) -> Listed:
        """All crops of the map on a plane that lie inside an outline, drawn or not; of many, the latest 2000.

        Args:
            method: Which map; None: the best there is.
            outlines: The corners of each, in order.
        """
        longest = max(1, _MOST_CORNERS // max(1, len(outlines)))
        thinned = [outline[:: -(-len(outline) // longest)] for outline in outlines]
        written = ";".join(" ".join(f"{x:.5g},{y:.5g}" for x, y in outline) for outline in thinned)
        fields = {"outlines": written} | ({} if method is None else {"method": method})
        return self._connection.ask(Listed, "POST", "/v1/team/map/inside", fields=fields)
