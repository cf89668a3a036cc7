"""What a drawing may be: the digit and its probability, the three likeliest, and a bar for each."""

from __future__ import annotations

from html import escape

import streamlit as st

from frontend.client.digits import DIGITS, NOTHING, DigitReading
from frontend.confidence import percent
from frontend.digits.texts import DigitTexts

_CHIPS = 3


def show_reading(reading: DigitReading, texts: DigitTexts) -> None:
    """Draw a reading."""
    likely = texts.likely.format(probability=percent(reading.confidence))
    sign = escape(reading.text) if reading.text else f"<span class='no-digit'>{escape(texts.no_digit)}</span>"
    st.html(
        f'<p class="digit" lang="{texts.language}" role="status"><b>{sign}</b> <span>{escape(likely)}</span></p>'
        f"{_chips(reading, texts)}{_bars(reading, texts)}"
    )


def _chips(reading: DigitReading, texts: DigitTexts) -> str:
    ordered = sorted(reading.probabilities.items(), key=lambda item: -item[1])[:_CHIPS]
    chips = "".join(
        f"<li><b>{escape(text or texts.no_digit_short)}</b> {escape(percent(probability))}</li>"
        for text, probability in ordered
    )
    return f'<ol class="digit-chips" lang="{texts.language}">{chips}</ol>'


def _bars(reading: DigitReading, texts: DigitTexts) -> str:
    probabilities = reading.probabilities
    highest = max(probabilities, key=probabilities.__getitem__)
    rows = []
    for text in (*DIGITS, NOTHING):
        probability, is_highest = probabilities[text], text == highest
        mark = f' <span class="best">{escape(texts.best)}</span>' if is_highest else ""
        rows.append(
            f'<tr class="{"highest" if is_highest else ""}"><th scope="row">{escape(text or texts.no_digit_short)}</th>'
            f'<td><div class="bar" style="width: {100 * probability:.1f}%"></div></td>'
            f"<td>{escape(percent(probability))}{mark}</td></tr>"
        )
    caption = f"<caption>{escape(texts.bars)}</caption>"
    return f'<table class="digit-bars" lang="{texts.language}">{caption}<tbody>{"".join(rows)}</tbody></table>'


def show_nothing(texts: DigitTexts) -> None:
    """Say that nothing is drawn."""
    st.html(f'<p class="digit quiet" lang="{texts.language}" role="status">{escape(texts.empty)}</p>')
