"""The fields of a tag, and the switch between the tags of a photo."""

from __future__ import annotations

import streamlit as st

from frontend.client.tag_answers import Field, TagAnswer
from frontend.markdown import escaped
from frontend.price_words import printed_price_words
from frontend.read_tag.selection import Selection, card_of, line_of, line_of_barcode
from frontend.read_tag.texts import ReadTagTexts
from frontend.read_tag.visit import Visit


def show_cards(tag: TagAnswer, texts: ReadTagTexts, visit: Visit) -> None:
    """Draw the switch between several tags, the likeliest first."""
    if len(tag.cards) < 2:
        return

    def name(number: int) -> str:
        card = tag.cards[number]
        known = next((tag.barcodes[bars].code for bars in card.barcodes if tag.barcodes[bars].code), "")
        code = known if card.code is None else card.code.value
        return escaped(code or texts.card_without_code.format(number=number + 1))

    # Named by the choice: a tap on the photo chooses, too, and a widget keeps its own choice as long as its name stays.
    shown = visit.card
    key = f"cards-{visit.round}-{shown}"

    def choose() -> None:
        number = st.session_state[key]
        # A switch that is gone may be told of again, with a later click.
        if number is not None and visit.card == shown:
            visit.choose_card(int(number))

    with st.container(key="cards"):
        st.pills(
            texts.cards_label.format(count=len(tag.cards)),
            range(len(tag.cards)),
            default=min(visit.card, len(tag.cards) - 1),
            required=True,
            format_func=name,
            key=key,
            on_change=choose,
        )


def show_card(tag: TagAnswer, selection: Selection, texts: ReadTagTexts, visit: Visit) -> None:
    """Draw brand, sizes, colour, price and barcode, each a button that selects its line."""
    card = selection.card
    if card is None:
        return
    fields: list[tuple[str, str, int | None]] = []

    def add(name: str, value: str, field: Field) -> None:
        fields.append((name, value, line_of(field)))

    if card.brand is not None:
        add(texts.roles["brand"], card.brand.value, card.brand)
    for size in card.sizes:
        add(texts.roles["size"], f"{size.unit} {size.value}".strip(), size)
    if card.colour is not None:
        add(texts.roles["colour"], card.colour.value, card.colour)
    if card.price is not None:
        add(texts.field_price, printed_price_words(card.price.value, card.price.unit, texts.language), card.price)
    for bars in card.barcodes:
        barcode = tag.barcodes[bars]
        fields.append((texts.roles["barcode"], barcode.text, line_of_barcode(tag, barcode)))
    if not fields:
        return
    with st.container(horizontal=True, gap="xsmall", key="card-fields"):
        for number, (name, value, line) in enumerate(fields):
            st.button(
                f":small[{escaped(name)}] **{escaped(value[:40])}**",
                key=f"field-{number}",
                # The code's line may hold other fields, too.
                type="primary" if line == selection.line and not selection.is_card_code else "secondary",
                disabled=line is None,
                on_click=_select,
                args=(visit, tag, line),
            )


def show_barcode_notes(selection: Selection, code: str, texts: ReadTagTexts) -> None:
    """Draw what does not fit about the barcode: its printed digits, or the code that is known for it.

    Args:
        selection: What is shown.
        code: The code as read, or "".
        texts: The language.
    """
    barcode = selection.barcode
    if barcode is None:
        return
    if barcode.agrees is False:
        st.warning(texts.barcode_differs.format(text=escaped(barcode.text)), icon=":material/barcode:")
    if code and barcode.code and _plain(code) != _plain(barcode.code):
        st.info(texts.barcode_known.format(code=escaped(barcode.code)), icon=":material/barcode:")


def _select(visit: Visit, tag: TagAnswer, line: int | None) -> None:
    if line is not None:
        visit.choose_line(line, card_of(tag, line))


def _plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum())
