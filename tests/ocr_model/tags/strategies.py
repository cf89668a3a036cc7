"""Lines of photos for property tests."""

import math

from hypothesis import strategies as st

from ocr_model.tags.tag import TextLine
from tests.ocr_model.tags.printed_tags import TAGS, line_of

_PRINTED = sorted({line.text for tag in TAGS for line in tag.lines})
_numbers = st.builds(
    lambda letters, digits, separator, more: f"{letters}{digits}{separator}{more}",
    st.sampled_from(("", "CW", "M", "ART ", "SIZE ", "RN#")),
    st.integers(0, 10**8),
    st.sampled_from(("", "-", " ", ".", "/")),
    st.integers(0, 999),
)
_texts = st.one_of(st.sampled_from(_PRINTED), st.text(max_size=24), _numbers)


@st.composite
def lines(draw: st.DrawFn) -> TextLine:
    """A line of any text, turned in any way."""
    text = draw(_texts)
    x, y = draw(st.integers(0, 1200)), draw(st.integers(0, 900))
    height = draw(st.integers(6, 60))
    width = max(1, len(text)) * height * 0.6
    angle = draw(st.sampled_from((0.0, 0.1, -0.2, 0.5 * math.pi, math.pi, 1.5 * math.pi)))
    along = (math.cos(angle), math.sin(angle))
    corners = [
        (x + a * width * along[0] - b * height * along[1], y + a * width * along[1] + b * height * along[0])
        for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]
    confidence = draw(st.floats(0.0, 1.0))
    return line_of(text, (corners[0], corners[1], corners[2], corners[3]), confidence)


def photos(most: int = 12) -> st.SearchStrategy[list[TextLine]]:
    """The lines of a photo, no two of which have one text, so that their order is the same on a turned photo."""
    return st.lists(lines(), max_size=most, unique_by=lambda line: line.text)
