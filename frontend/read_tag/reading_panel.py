"""A reading: the code to search for, its characters, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st

from frontend.client.answers import BrandFormat, Character, Reading
from frontend.confidence import SURE, character_level, line_level, percent
from frontend.read_tag.copy_button import copy_button
from frontend.read_tag.texts import ReadTagTexts


def show_no_text(reading: Reading, texts: ReadTagTexts) -> None:
    """Draw that a line holds no text, as far as the reader can tell."""
    st.warning(texts.line_without_text_sentence, icon=":material/search_off:")
    st.html(
        f'<div class="quiet" lang="{texts.language}">'
        f"{escape(texts.no_text_sure.format(percent=percent(reading.confidence)))}</div>"
    )


def show_sureness(reading: Reading, texts: ReadTagTexts, sure: float = SURE) -> None:
    """Draw the confidence of a line.

    Args:
        reading: The reading.
        texts: The language.
        sure: Confidence from which a line counts as sure.
    """
    st.html(f'<div lang="{texts.language}">{_sureness(reading, texts, sure)}</div>')


def show_characters(reading: Reading, texts: ReadTagTexts) -> None:
    """Draw the characters of a line, each tinted by its confidence."""
    unsure = any(character_level(c.confidence) != "sure" for c in reading.characters)
    hint = f'<div class="quiet">{escape(texts.character_hint)}</div>' if unsure else ""
    if reading.picture_text is not None:
        hint += f'<div class="quiet">{escape(texts.picture_note.format(text=reading.picture_text))}</div>'
    st.html(
        f'<div lang="{texts.language}" data-reading="{escape(reading.id, quote=True)}">'
        f'<div class="characters" role="img" aria-label="{escape(reading.text, quote=True)}">'
        f"{_words(reading.characters, texts)}</div>{hint}</div>"
    )


def show_correction(text: str, reading: Reading, texts: ReadTagTexts) -> None:
    """Draw the line that the shopper has put in the reading's place, and the reading."""
    tiles = "".join(
        f'<span class="character confirmed"><b>{escape(sign)}</b></span>' if sign.strip() else " " for sign in text
    )
    instead = texts.corrected_note.format(text=reading.text) if reading.text else texts.corrected_note_empty
    st.html(
        f'<div lang="{texts.language}" data-reading="{escape(reading.id, quote=True)}">'
        f'<div class="characters" role="img" aria-label="{escape(text, quote=True)}">'
        f'<span class="word">{tiles}</span></div><div class="quiet">{escape(instead)}</div></div>'
    )


def first_code(reading: Reading, texts: ReadTagTexts) -> str:
    """The likeliest code while the rest of the photo is being read, as HTML."""
    return (
        f'<div class="code-label" lang="{texts.language}">{escape(texts.code_label)}</div>'
        f'<div class="code" data-code="{escape(reading.code, quote=True)}">{escape(reading.code)}</div>'
        f'<div class="quiet" role="status" lang="{texts.language}">{escape(texts.reading_rest)}</div>'
    )


def show_code(code: str, texts: ReadTagTexts, *, label: str) -> None:
    """Draw the code to search for, with a button that copies it."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="code-row"):
        st.html(
            f'<div class="code-label" lang="{texts.language}">{escape(label)}</div>'
            f'<div class="code" data-code="{escape(code, quote=True)}">{escape(code)}</div>'
        )
        copy_button(code, label=texts.copy, done=texts.copied, failed=texts.copy_failed, key=f"copy-{texts.language}")


def show_formats(formats: Iterable[BrandFormat], texts: ReadTagTexts) -> None:
    """Draw the brands whose formats fit."""
    brands = dict.fromkeys(found.brand for found in formats)
    if not brands:
        st.html(f'<div class="brands" lang="{texts.language}">{escape(texts.formats_none)}</div>')
        return
    pills = "".join(f"<span>{escape(brand)}</span>" for brand in brands)
    st.html(f'<div class="brands" lang="{texts.language}">{escape(texts.formats_label)} {pills}</div>')


def _sureness(reading: Reading, texts: ReadTagTexts, sure: float) -> str:
    level = line_level(reading.confidence, sure)
    return (
        f'<div class="sureness {level}"><strong>{escape(texts.line_levels[level])}</strong>'
        f'<span class="number">{percent(reading.confidence)}</span>'
        f'<span class="bar"><i style="width:{reading.confidence * 100:.0f}%"></i></span></div>'
    )


def _words(characters: tuple[Character, ...], texts: ReadTagTexts) -> str:
    """The characters in groups, so that a narrow window breaks the line between words if it can."""
    words = [""]
    for character in characters:
        if character.text.strip():
            words[-1] += _character(character, texts)
        else:
            words.append("")
    return "".join(f'<span class="word">{word}</span>' for word in words if word)


def _character(character: Character, texts: ReadTagTexts) -> str:
    level = character_level(character.confidence)
    number = percent(character.confidence)
    title = escape(f"{character.text}: {number}, {texts.character_levels[level]}", quote=True)
    # A number under every character would be noise: the sure ones show theirs on hovering.
    below = "" if level == "sure" else number
    return (
        f'<span class="character {level}" title="{title}"><b>{escape(character.text)}</b><small>{below}</small></span>'
    )
