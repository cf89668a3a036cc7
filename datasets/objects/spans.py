"""Spans of work for OpenTelemetry. They cost next to nothing unless a program has installed the SDK.

A span carries numbers and fixed words alone: no text of a label, no picture, no address. So an exception leaves the
name of its class and not its message, which may quote what a request held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.util.types import Attributes

_TRACER = trace.get_tracer("tags")


@contextmanager
def span(
    name: str, attributes: Attributes = None, *, kind: SpanKind = SpanKind.INTERNAL, links: Sequence[SpanContext] = ()
) -> Iterator[Span]:
    """Make a span of the work in the block, within the span that the caller is in.

    Args:
        name: One of few.
        attributes: Numbers and fixed words.
        kind: What it is for the others.
        links: Spans that it follows from, of other traces.
    """
    with _TRACER.start_as_current_span(
        name,
        kind=kind,
        attributes=attributes,
        links=[Link(context) for context in links],
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        try:
            yield made
        except BaseException as error:
            made.set_attribute("error.type", type(error).__name__)
            made.set_status(Status(StatusCode.ERROR))
            raise


def recorded_span() -> SpanContext | None:
    """The span that the caller is in, to be linked to later; None unless it is recorded."""
    context = trace.get_current_span().get_span_context()
    return context if context.is_valid and context.trace_flags.sampled else None
