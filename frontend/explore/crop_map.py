"""The figure of the map, for Plotly: points in colours, and the shade of what is not drawn as points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from frontend.client.feature_answers import Colour, CropMap
from frontend.explore.feature_texts import FeatureTexts

# Okabe and Ito's colours, which people who see few colours tell apart; those that have no contrast on white or on black
# are left out.
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#b15928", "#8c6bb1")
_OTHERS: Final = "#9aa5b1"
_HEIGHT: Final = 440  # pixels
_MARK: Final = "#e8384f"


@dataclass(frozen=True)
class MapFigure:
    """A figure, and which crop each of its points is."""

    figure: dict[str, Any]
    samples: Sequence[Sequence[str]]  # by curve and point

    def at(self, curve: int, point: int) -> str | None:
        """The crop of a point; None if there is no such point."""
        samples = self.samples[curve] if 0 <= curve < len(self.samples) else ()
        return samples[point] if 0 <= point < len(samples) else None

    def chosen(self, points: Sequence[Any]) -> tuple[str, ...]:
        """The crops of selected points, each once.

        Args:
            points: As Streamlit tells them.
        """
        found = dict[str, None]()
        for point in points:
            curve, number = point.get("curve_number"), point.get("point_index", point.get("point_number"))
            sample = self.at(curve, number) if isinstance(curve, int) and isinstance(number, int) else None
            if sample is not None:
                found[sample] = None
        return tuple(found)


def draw_map(crops: CropMap, colour: Colour, shown: Collection[str], words: FeatureTexts) -> MapFigure:
    """The figure of a map.

    Args:
        crops: The map.
        colour: What its points are coloured by.
        shown: Names of crops that are marked.
        words: The language.
    """
    traces: list[dict[str, Any]] = []
    samples: list[Sequence[str]] = []
    if crops.density is not None:
        traces.append(_shade(crops))
        samples.append(())
    for name, places, marker in _groups(crops, colour, words):
        traces.append(_trace(crops, places, name, marker))
        samples.append([crops.samples[place] for place in places])
    marked = [place for place, sample in enumerate(crops.samples) if sample in shown]
    if marked:
        ring = {"size": 11, "color": "rgba(0,0,0,0)", "line": {"color": _MARK, "width": 2}}
        traces.append(_trace(crops, marked, words.shown, ring) | {"hoverinfo": "skip"})
        samples.append([crops.samples[place] for place in marked])
    hidden: dict[str, Any] = {"visible": False, "showgrid": False, "zeroline": False}
    layout: dict[str, Any] = {
        "height": _HEIGHT,
        "margin": {"l": 0, "r": 0, "t": 8, "b": 0},
        "legend": {"orientation": "h", "itemsizing": "constant", "y": -0.02},
        "uirevision": f"{crops.method}",  # keeps what was zoomed into
        "showlegend": colour != "confidence" or bool(marked),
    }
    if crops.z:
        # Without axes there is room to stand closer than Plotly does; closer still, a phone would cut off both sides.
        eye = {"eye": {"x": 1.1, "y": 1.1, "z": 0.8}}
        layout["scene"] = {"xaxis": hidden, "yaxis": hidden, "zaxis": hidden, "dragmode": "turntable", "camera": eye}
        layout["uirevision"] += " in space"
    else:
        layout |= {"xaxis": hidden, "yaxis": hidden, "dragmode": "lasso"}
    return MapFigure({"data": traces, "layout": layout}, samples)


def _groups(crops: CropMap, colour: Colour, words: FeatureTexts) -> Sequence[tuple[str, Sequence[int], dict[str, Any]]]:
    """Name, points and marker of each colour."""
    if colour == "confidence":
        marker = {
            "color": [float(value) for value in crops.values],
            "colorscale": "Viridis",
            "cmin": 0,
            "cmax": 1,
            "size": 6,
            "opacity": 0.85,
            "colorbar": {"thickness": 10, "tickformat": ".0%", "len": 0.8},
        }
        return [(words.colours[colour], range(len(crops.samples)), marker)]
    counts = Counter(str(value) for value in crops.values if value != "")
    leading = [name for name, _ in counts.most_common(len(_COLOURS))]
    places: dict[str, list[int]] = {name: [] for name in leading}
    rest: list[int] = []
    without: list[int] = []
    for place, value in enumerate(crops.values):
        (without if value == "" else places.get(str(value), rest)).append(place)
    groups: list[tuple[str, Sequence[int], dict[str, Any]]] = []
    if without:
        groups.append((words.without, without, {"size": 5, "color": _OTHERS, "opacity": 0.5}))
    for name, paint in zip(leading, _COLOURS, strict=False):
        groups.append((_named(name, colour, words), places[name], {"size": 6, "color": paint, "opacity": 0.8}))
    if rest:
        groups.append((words.others, rest, {"size": 5, "color": _OTHERS, "opacity": 0.8, "symbol": "diamond"}))
    return groups


def _named(name: str, colour: Colour, words: FeatureTexts) -> str:
    if colour == "status":
        return next((text for status, text in words.statuses.items() if status == name), name)
    return name.title() if colour == "brand" else name


def _trace(crops: CropMap, places: Sequence[int], name: str, marker: dict[str, Any]) -> dict[str, Any]:
    in_space: dict[str, Any] = {}
    if crops.z:  # there, a point's size is that of a sphere of this diameter, and a ring is an empty circle
        smaller = {"size": max(3, marker["size"] - 2)}
        if "line" in marker:
            smaller |= {"symbol": "circle-open", "color": marker["line"]["color"]}
        in_space = {
            "type": "scatter3d",
            "z": [crops.z[place] for place in places],
            "marker": {name: value for name, value in marker.items() if name != "line"} | smaller,
        }
    return {
        "type": "scattergl",
        "mode": "markers",
        "name": name,
        "x": [crops.x[place] for place in places],
        "y": [crops.y[place] for place in places],
        "text": [crops.texts[place] for place in places],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": marker,
        **in_space,
    }


def _shade(crops: CropMap) -> dict[str, Any]:
    density = crops.density
    if density is None:
        raise ValueError("every crop of this map is a point")
    columns, rows = len(density.counts[0]), len(density.counts)
    width, height = (density.x[1] - density.x[0]) / columns, (density.y[1] - density.y[0]) / rows
    return {
        "type": "heatmap",
        # A cell without crops has no colour; others are shaded by the root, so that thin regions show, too.
        "z": [[count**0.5 if count else None for count in row] for row in density.counts],
        "x0": density.x[0] + width / 2,
        "dx": width,
        "y0": density.y[0] + height / 2,
        "dy": height,
        "colorscale": [[0, "rgba(110,130,155,0.18)"], [1, "rgba(110,130,155,0.75)"]],
        "showscale": False,
        "hoverinfo": "skip",
    }
