"""The shoe's price, or the reason why there is none, and links to searches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import wait
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.client.answers import PriceAnswer, Product, Reading
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError, is_lasting
from frontend.client.shopper import ShopperClient
from frontend.clock import local
from frontend.job import POLL_SECONDS, outcome
from frontend.markdown import escaped
from frontend.price_words import WON, price_words
from frontend.read_tag.texts import ReadTagTexts
from frontend.read_tag.visit import Visit

MAX_OFFERS = 6
OPEN_OFFERS = 2
NAVER = "Naver Shopping"
_AWAITED = '<i class="price-awaited" hidden></i>'  # see read_tag.css
PASSING = ("unavailable", "quota")  # reasons that may be gone in a moment


def price_room(code: str, visit: Visit, client: ShopperClient) -> DeltaGenerator:
    """The place of a code's price.

    One that has been awaited is, and stays, as high as any answer: what stands below must not move under a finger.
    """
    room = st.container(key="price")
    job = visit.find_price(client, code)
    wait([job], timeout=POLL_SECONDS)
    if not job.done():
        visit.awaited.add(code)
    if code in visit.awaited:
        room.html(_AWAITED)
    return room


@st.fragment
def show_price(
    code: str,
    reading: Reading | None,
    texts: ReadTagTexts,
    visit: Visit,
    client: ShopperClient,
    *,
    refused: bool = False,
) -> None:
    """Draw the offers for a code. A fragment: trying again redraws nothing but the price.

    Args:
        code: The code.
        reading: The line that the code stands on; None where it is known from elsewhere.
        texts: The language.
        visit: The visit, which keeps the answer.
        client: The way to the backend.
        refused: Whether the page is drawn for a code that has been refused.
    """
    job = visit.find_price(client, code)
    if not job.done():
        visit.awaited.add(code)
        st.html(_AWAITED)  # once more, because trying again runs this alone
    place = st.empty()
    try:
        answer = outcome(job, lambda: place.html(_waiting(texts)))
    except BackendError as error:
        if reading is not None and visit.is_refused(reading) and not refused:
            st.rerun()  # the page shows the code as one that is searched for
        with place.container():
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
            if not is_lasting(error):
                _offer_retry(code, texts, visit)
            elif reading is not None and isinstance(error, BackendRefusedError) and error.suggestions:
                _offer_suggestions(reading, error.suggestions, texts, visit)
        return
    chosen = None if visit.keep or reading is None else visit.chosen.get(reading.id)
    if reading is not None and chosen is not None and answer.code != code:
        # The backend has brought what the shopper typed into the characters of tags: that is the code to copy.
        visit.choose(reading, printed_line(chosen[0], code, answer.code), answer.code)
        visit.prices[answer.code] = job
        st.rerun()
    with place.container():
        _show_answer(answer, texts)
        if answer.missing or (answer.reason is not None and answer.reason.kind in PASSING):
            _offer_retry(code, texts, visit)


def printed_line(line: str, typed: str, printed: str) -> str:
    """The line with the code in the characters of tags; one that is in them already stays."""
    return line if line.isascii() else line.replace(typed, printed)


def _offer_retry(code: str, texts: ReadTagTexts, visit: Visit) -> None:
    def retry() -> None:
        visit.prices.pop(code, None)

    st.button(texts.retry, icon=":material/refresh:", key="retry-price", on_click=retry)


def _offer_suggestions(reading: Reading, lines: tuple[str, ...], texts: ReadTagTexts, visit: Visit) -> None:
    st.caption(texts.candidates_label_private)
    with st.container(horizontal=True, gap="small"):
        for number, line in enumerate(lines):
            if st.button(f"**{escaped(line)}**", key=f"search-suggestion-{number}"):
                visit.choose(reading, line, line)
                st.rerun()


def _show_answer(answer: PriceAnswer, texts: ReadTagTexts) -> None:
    if answer.products:
        offers = order_offers(answer.products)[:MAX_OFFERS]
        labels = lowest_labels(offers, answer.products, texts)
        cards = [
            _offer(offer, texts, label, is_first=not place)
            for place, (offer, label) in enumerate(zip(offers, labels, strict=True))
        ]
        rest = "".join(cards[OPEN_OFFERS:])
        if rest:  # folded, so that what is below stays near
            more = escape(texts.price_more.format(count=len(cards) - OPEN_OFFERS))
            rest = f'<details class="more"><summary>{more}</summary><div class="offers">{rest}</div></details>'
        st.html(f'<div class="offers" lang="{texts.language}">{"".join(cards[:OPEN_OFFERS])}{rest}</div>')
        if answer.missing:
            names = ", ".join(texts.search_names.get(missing.provider, missing.provider) for missing in answer.missing)
            st.caption(escaped(texts.price_missing.format(names=names)))
    else:
        kind = "not_found" if answer.reason is None else answer.reason.kind
        st.info(texts.price_reasons.get(kind, texts.price_reason_other), icon=":material/sell:")
    if any(product.provider == NAVER for product in answer.products) or _failed(answer) == NAVER:
        st.caption(texts.price_naver_ends)
    links = [link for link in answer.searches if _is_web(link.url)]
    if links:
        st.caption(texts.search_label)
        with st.container(horizontal=True, gap="small"):
            for link in links:
                st.link_button(texts.search_names.get(link.name, link.name), link.url)


def _failed(answer: PriceAnswer) -> str:
    """The source whose failure is the reason that there is no price; "" if there is none."""
    return "" if answer.reason is None else answer.reason.provider


def order_offers(products: tuple[Product, ...]) -> list[Product]:
    """Sure matches first, then known prices; of these each currency together, won first, and the cheapest first."""

    def key(product: Product) -> tuple[bool, bool, bool, str, float]:
        currency = _currency(product)
        return not product.is_match, product.price is None, currency != WON, currency, product.price or 0

    return sorted(products, key=key)


def lowest_labels(offers: list[Product], products: tuple[Product, ...], texts: ReadTagTexts) -> list[str]:
    """The words for each offer that is the lowest of several prices in its currency; "" for the others.

    Args:
        offers: Those shown, in their order.
        products: All of the answer; only sure matches are compared, and never two currencies.
        texts: The language.
    """
    counts = Counter(_currency(product) for product in products if product.is_match and product.price is not None)
    labels = []
    for offer in offers:
        # The first of a currency is the lowest of it; one price alone is not the lowest of any.
        count = counts.pop(_currency(offer), 0) if offer.is_match and offer.price is not None else 0
        labels.append("")
        if count > 1:
            name = texts.currency_names.get(_currency(offer), _currency(offer))
            is_only = all(_currency(other) == _currency(offer) for other in offers if other.price is not None)
            words = texts.price_lowest if is_only else texts.price_lowest_in
            labels[-1] = words.format(count=count, currency=name)
    return labels


def _currency(product: Product) -> str:
    return product.currency.upper() or WON


def moment(at: datetime, texts: ReadTagTexts, timezone: str | None, now: datetime) -> str:
    """A time on the shopper's clock, with the year if it is not that of `now`.

    Args:
        at: The time.
        texts: The language.
        timezone: The browser's.
        now: The present time, with its zone.
    """
    at, now = local(at, timezone), local(now, timezone)
    return f"{day(at, texts, now)} {at:%H:%M}" if texts.language == "ko" else f"{day(at, texts, now)}, {at:%H:%M}"


def day(at: datetime, texts: ReadTagTexts, now: datetime) -> str:
    """A day, with the year if it is not that of `now`."""
    this_year = at.year == now.year
    if texts.language == "ko":
        return f"{'' if this_year else f'{at.year}년 '}{at.month}월 {at.day}일"
    return f"{at.day} {at:%b}{'' if this_year else f' {at.year}'}"


def _waiting(texts: ReadTagTexts) -> str:
    return (
        f'<div class="offer" lang="{texts.language}"><div class="picture">…</div>'
        f'<div class="quiet" role="status">{escape(texts.price_wait)}</div></div>'
    )


def _offer(product: Product, texts: ReadTagTexts, lowest: str, *, is_first: bool) -> str:
    picture = (
        f'<img src="{escape(product.image, quote=True)}" alt="" loading="lazy" referrerpolicy="no-referrer">'
        if _is_web(product.image)
        else ""
    )
    if product.price is None:
        price = f'<span class="quiet">{escape(texts.price_none_named)}</span>'
    else:
        words = f"<small>{escape(lowest)}</small>" if lowest else ""
        price = (
            f'<div class="amount">{words}{escape(price_words(product.price, product.currency, texts.language))}</div>'
        )
    other = "" if product.is_match else f'<span class="other">{escape(texts.price_other)}</span>'
    is_large = is_first and product.is_match and product.price is not None
    return (
        f'<div class="offer{"" if is_large else " small"}"><div class="picture">{picture}</div>'
        f'<div><div class="name">{escape(product.name)}</div>{price}{other}'
        f'<div class="where">{"".join(_where(product, texts))}</div></div></div>'
    )


def _where(product: Product, texts: ReadTagTexts) -> Iterator[str]:
    """Shop, size, time and link of an offer, as HTML."""
    now = datetime.now(UTC)
    if product.source == "tag":
        if product.fetched_at is not None:
            seen_on = day(product.fetched_at.astimezone(UTC), texts, now)
            yield f"<span>{escape(texts.price_on_tag.format(day=seen_on))}</span>"
        return
    if product.mall:
        yield f"<span>{escape(product.mall)}</span>"
    if product.size:
        yield f"<span>{escape(texts.price_size.format(size=product.size))}</span>"
    if product.fetched_at is not None:
        time = moment(product.fetched_at, texts, st.context.timezone, now)
        yield f"<span>{escape(texts.price_at.format(time=time))}</span>"
    if _is_web(product.url):
        yield (
            f'<a href="{escape(product.url, quote=True)}" target="_blank" rel="noopener noreferrer">'
            f"{escape(texts.price_open)}</a>"
        )


def _is_web(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")
