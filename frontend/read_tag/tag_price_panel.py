"""The price on the tag: remembered as seen, if the shopper wants that."""

from __future__ import annotations

import re
from typing import Final

import streamlit as st

from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError
from frontend.client.shopper import ShopperClient
from frontend.client.tag_answers import TagAnswer
from frontend.job import outcome
from frontend.price_words import plain_number, printed_price_words
from frontend.read_tag.selection import Selection, line_of
from frontend.read_tag.texts import ReadTagTexts
from frontend.read_tag.visit import Visit

_AMOUNT: Final = re.compile(r"\d[\d,]*(?:\.\d{1,2})?")


def show_tag_price(
    tag: TagAnswer, selection: Selection, texts: ReadTagTexts, visit: Visit, client: ShopperClient
) -> None:
    """Draw the switch that lets the page remember the price on a tag beside the kept label of its code; off at first.

    Args:
        tag: The photo, as read.
        selection: What is shown: the line with a tag's code.
        texts: The language.
        visit: The visit, which keeps what the shopper wants.
        client: The way to the backend.
    """
    price = None if selection.card is None else selection.card.price
    if price is None or selection.line is None:
        return
    prediction_id = tag.lines[selection.line].id
    line = line_of(price)
    kept = None if line is None else visit.kept.get(tag.lines[line].id)
    if kept is not None and kept.status == "corrected":
        amounts = _AMOUNT.findall(kept.text)
        price = price.model_copy(update={"value": amounts[0] if len(amounts) == 1 else ""})
    number = plain_number(price.value)
    if visit.kept[prediction_id].status == "unreadable" or number is None:
        return
    currency = price.unit or "KRW"
    shared = visit.tag_prices.get(prediction_id)
    key = f"tag-price-{prediction_id}"

    def send() -> None:
        wanted = (number, currency) if st.session_state[key] else None
        visit.share_price(client, prediction_id, wanted)
        visit.prices.clear()  # it is among the prices that are shown, or no longer

    def switch() -> None:
        # A switch that is gone may be told of again, with a later click.
        known = visit.tag_prices.get(prediction_id)
        if prediction_id in visit.kept and st.session_state[key] != (known is not None and known.is_shared):
            send()

    st.toggle(
        texts.share_price.format(price=printed_price_words(price.value, price.unit, texts.language)),
        value=shared is not None and shared.is_shared,
        key=key,
        on_change=switch,
    )
    if shared is None:
        return
    place = st.empty()
    try:
        outcome(shared.job, lambda: place.caption(texts.saving))
    except BackendError as error:
        with place.container():
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
            st.button(texts.retry, icon=":material/refresh:", key="retry-tag-price", on_click=send)
        return
    place.caption(texts.price_shared if shared.is_shared else texts.price_not_shared)
