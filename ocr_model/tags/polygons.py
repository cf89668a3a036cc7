"""Convex polygons on a photo, corners clockwise as y grows downwards, in pixels."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_model.tags.tag import Point

Polygon = Sequence[Point]


def area(polygon: Polygon) -> float:
    """The area, in square pixels."""
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in _edges(polygon))) / 2


def contains(polygon: Polygon, point: Point) -> bool:
    """Whether a point lies inside or on an edge."""
    return all(_depth(point, start, end) >= 0.0 for start, end in _edges(polygon))


def common_part(one: Polygon, other: Polygon) -> list[Point]:
    """The polygon that two share, empty where they share nothing (Sutherland and Hodgman 1974)."""
    shared = list(one)
    for start, end in _edges(other):
        cut: list[Point] = []
        for here, there in _edges(shared):
            depth, next_depth = _depth(here, start, end), _depth(there, start, end)
            if depth >= 0.0:
                cut.append(here)
            if (depth >= 0.0) != (next_depth >= 0.0):
                share = depth / (depth - next_depth)
                cut.append((here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])))
        shared = cut
    return shared


def _edges(polygon: Polygon) -> list[tuple[Point, Point]]:
    return list(zip(polygon, [*polygon[1:], *polygon[:1]], strict=True))


def _depth(point: Point, start: Point, end: Point) -> float:
    """How far a point lies inside of an edge, times the edge's length."""
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])
