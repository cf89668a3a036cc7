"""The right side, lower part: the shoe's price, or the reason why there is none, and links to searches."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

import streamlit as st

from frontend.client.answers import PriceAnswer, Product
from frontend.client.failure_texts import failure_sentence
from frontend.client.failures import BackendError, BackendRefusedError
from frontend.client.shopper import ShopperClient
from frontend.clock import local
from frontend.job import outcome
from frontend.read_tag.texts import ReadTagTexts
from frontend.read_tag.visit import Visit

MAX_OFFERS = 4
PASSING = ("unavailable", "quota")  # reasons that may be gone in a moment


@st.fragment
def show_price(code: str, texts: ReadTagTexts, visit: Visit, client: ShopperClient) -> None:
    """Draw the offers for a code. A fragment: trying again redraws nothing but the price."""
    st.header(texts.price_title, anchor=False)
    place = st.empty()
    job = visit.find_price(client, code)
    try:
        answer = outcome(job, lambda: place.html(_waiting(texts)))
    except BackendError as error:
        with place.container():
            st.error(failure_sentence(error, texts), icon=":material/cloud_off:")
            if _is_worth_a_retry(error):
                _offer_retry(texts, visit)
        return
    with place.container():
        _show_answer(answer, texts)
        if answer.reason is not None and answer.reason.kind in PASSING:
            _offer_retry(texts, visit)


def _offer_retry(texts: ReadTagTexts, visit: Visit) -> None:
    def retry() -> None:
        visit.price = None

    st.button(texts.retry, icon=":material/refresh:", key="retry-price", on_click=retry)


def _is_worth_a_retry(error: BackendError) -> bool:
    return not isinstance(error, BackendRefusedError) or error.status not in (400, 422)


def _show_answer(answer: PriceAnswer, texts: ReadTagTexts) -> None:
    if answer.products:
        offers = order_offers(answer.products)[:MAX_OFFERS]
        lowest = names_the_lowest(answer.products)
        cards = "".join(_offer(offer, texts, lead=lowest and index == 0) for index, offer in enumerate(offers))
        st.html(f'<div class="offers" lang="{texts.language}">{cards}</div>')
    elif answer.reason is not None:
        st.info(texts.price_reasons.get(answer.reason.kind, texts.price_reason_other), icon=":material/sell:")
    else:
        st.info(texts.price_reasons["not_found"], icon=":material/sell:")
    links = [link for link in answer.searches if _is_web(link.url)]
    if links:
        st.caption(texts.search_label)
        with st.container(horizontal=True, gap="small"):
            for link in links:
                st.link_button(texts.search_names.get(link.name, link.name), link.url)


def order_offers(products: tuple[Product, ...]) -> list[Product]:
    """Sure matches first, then those in won, then the cheapest; an offer without a price comes last among its kind."""
    return sorted(
        products, key=lambda p: (not p.is_match, p.price is None, p.currency.upper() not in ("KRW", ""), p.price or 0)
    )


def names_the_lowest(products: tuple[Product, ...]) -> bool:
    """Whether the first offer is the cheapest: prices in several currencies are not compared."""
    return len({p.currency.upper() or "KRW" for p in products if p.is_match and p.price is not None}) == 1


def amount(price: int, currency: str, texts: ReadTagTexts) -> str:
    """A price as people write it."""
    if currency.upper() in ("KRW", ""):
        return f"{price:,}원" if texts.language == "ko" else f"₩{price:,}"
    return f"{currency.upper()} {price:,}"


def moment(at: datetime, texts: ReadTagTexts, timezone: str | None, now: datetime) -> str:
    """A time on the shopper's clock, with the year if it is not that of `now`.

    Args:
        at: The time.
        texts: The language.
        timezone: The browser's.
        now: The present time, with its zone.
    """
    at, now = local(at, timezone), local(now, timezone)
    this_year = at.year == now.year
    if texts.language == "ko":
        return f"{'' if this_year else f'{at.year}년 '}{at.month}월 {at.day}일 {at:%H:%M}"
    return f"{at.day} {at:%b}{'' if this_year else f' {at.year}'}, {at:%H:%M}"


def _waiting(texts: ReadTagTexts) -> str:
    return (
        f'<div class="offer" lang="{texts.language}"><div class="picture">…</div>'
        f'<div class="quiet" role="status">{escape(texts.price_wait)}</div></div>'
    )


def _offer(product: Product, texts: ReadTagTexts, *, lead: bool) -> str:
    picture = (
        f'<img src="{escape(product.image, quote=True)}" alt="" loading="lazy" referrerpolicy="no-referrer">'
        if _is_web(product.image)
        else ""
    )
    if product.price is None:
        price = f'<span class="quiet">{escape(texts.price_none_named)}</span>'
    else:
        lowest = f"<small>{escape(texts.price_lowest)}</small>" if lead and product.is_match else ""
        price = f'<div class="amount">{lowest}{escape(amount(product.price, product.currency, texts))}</div>'
    where = []
    if product.mall:
        where.append(f"<span>{escape(product.mall)}</span>")
    if product.fetched_at is not None:
        time = moment(product.fetched_at, texts, st.context.timezone, datetime.now(UTC))
        where.append(f"<span>{escape(texts.price_at.format(time=time))}</span>")
    if _is_web(product.url):
        where.append(
            f'<a href="{escape(product.url, quote=True)}" target="_blank" rel="noopener noreferrer">'
            f"{escape(texts.price_open)}</a>"
        )
    other = "" if product.is_match else f'<span class="other">{escape(texts.price_other)}</span>'
    return (
        f'<div class="offer{"" if lead else " small"}"><div class="picture">{picture}</div>'
        f'<div><div class="name">{escape(product.name)}</div>{price}{other}'
        f'<div class="where">{"".join(where)}</div></div></div>'
    )


def _is_web(url: str) -> bool:
    return urlsplit(url).scheme in ("http", "https")
