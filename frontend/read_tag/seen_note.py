"""What this visit has seen, on its way into the browser's history."""

from __future__ import annotations

from dataclasses import replace

from frontend.history.history import show_history
from frontend.language import LANGUAGE_NAMES
from frontend.price_words import price_words
from frontend.read_tag.price_panel import order_offers
from frontend.read_tag.texts import ReadTagTexts
from frontend.read_tag.visit import Visit


def note_seen(texts: ReadTagTexts, visit: Visit, *, shown: bool) -> None:
    """Add the code that was seen last, with its price if that is known; where nothing may be kept, take it out again.

    Args:
        texts: The language.
        visit: The visit.
        shown: Whether the history is drawn.
    """
    if visit.seen is not None:
        job = visit.prices.get(visit.seen.code)
        # A price that has come once stays: the visit forgets it with its photo.
        if job is not None and job.done() and job.exception() is None:
            prices = (offer for offer in order_offers(job.result().products) if offer.is_match)
            first = next(((offer.price, offer.currency) for offer in prices if offer.price is not None), None)
            words = None if first is None else {each: price_words(*first, each) for each in LANGUAGE_NAMES}
            visit.seen = replace(visit.seen, price=words)
    add = visit.seen if visit.keep else None
    forget = None if visit.keep or visit.seen is None else visit.seen.of
    show_history(texts.language, visit.type_code, add=add, forget=forget, shown=shown)
