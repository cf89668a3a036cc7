"""The requests by which the team explores its data, one method per request."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import quote

from frontend.client.connection import Connection
from frontend.client.explorer_answers import (
    MEASURED,
    Change,
    Changed,
    Changes,
    Details,
    Found,
    FoundCount,
    FoundPage,
    Frozen,
    Marked,
    Order,
    ReadingNow,
    SavedSearch,
    SavedSearchList,
    SearchHelp,
    TagCount,
    TagCounts,
    Teaching,
)
from frontend.client.scope import Scope

MOST_AT_ONCE: Final = 60  # labels of a page, and labels changed by one request
_CROPS: Final = 240  # named by one field of a form
_PATIENCE: Final = 120.0  # seconds for what concerns all that a search finds

ExportKind = Literal["zip", "csv", "parquet", "tar", "lmdb.zip"]


class ExplorerClient:
    """Requests of the team over one connection.

    Every method raises `BackendError` when there is no answer, as those of `TeamClient` do.

    Args:
        connection: To the backend.
        token: The team's; None asks without one.
        by: Who makes changes; "" is anybody of the team.
    """

    def __init__(self, connection: Connection, token: str | None, by: str = "") -> None:
        self._connection = connection if token is None else connection.with_token(token)
        self._by = by

    def page(self, search: str, order: Order, after: str | None) -> FoundPage:
        """A page of the labels that a search finds, with thumbnails."""
        params = {"where": search, "order": order, "size": str(MOST_AT_ONCE), "thumbnails": "true"}
        if after is not None:
            params["after"] = after
        return self._connection.ask(FoundPage, "GET", "/v1/team/samples", params=params)

    def count(self, search: str) -> FoundCount:
        """How many labels a search finds."""
        return self._connection.ask(FoundCount, "GET", "/v1/team/samples/count", params={"where": search})

    def unmeasured(self, search: str, order: Order) -> int:
        """How many labels an order leaves out of a search, because their crops are not measured yet."""
        if order not in MEASURED:
            return 0
        is_unmeasured = f"not {MEASURED[order]} >= 0"
        return self.count(f"({search}) and {is_unmeasured}" if search else is_unmeasured).labels

    def details(self, prediction_id: str) -> Details:
        """Everything about a label and its crop."""
        return self._connection.ask(Details, "GET", f"/v1/team/labels/{quote(prediction_id, safe='')}")

    def crop(self, sample: str) -> bytes:
        """The picture of a sample, PNG."""
        return self._connection.fetch(f"/v1/team/samples/{quote(sample, safe='')}.png")

    def reading_now(self, sample: str) -> ReadingNow:
        """How the model that serves now reads a sample."""
        return self._connection.ask(ReadingNow, "GET", f"/v1/team/samples/{quote(sample, safe='')}/reading")

    def change(self, change: Change, labels: Sequence[Found], text: str = "") -> tuple[Changed, ...]:
        """Change labels; says of each what became of it. Asking again is safe.

        Args:
            change: What to do.
            labels: As they were seen; asked for `MOST_AT_ONCE` at a time.
            text: The right line; for `fix` only.
        """
        changed: list[Changed] = []
        for start in range(0, len(labels), MOST_AT_ONCE):
            lines = "\n".join(f"{label.prediction_id} {label.event}" for label in labels[start : start + MOST_AT_ONCE])
            fields = {"change": change, "labels": lines, "text": text, "by": self._by}
            changed += self._connection.ask(Changes, "POST", "/v1/team/labels", fields=fields).items
        return tuple(changed)

    def tags(self) -> tuple[TagCount, ...]:
        """All tags."""
        return self._connection.ask(TagCounts, "GET", "/v1/team/tags").root

    def mark(
        self,
        scope: Scope,
        *,
        give: Sequence[str] = (),
        take: Sequence[str] = (),
        join: Sequence[str] = (),
        leave: Sequence[str] = (),
    ) -> Marked:
        """Give and take tags of crops, and let them join and leave projects, as one change."""
        # The name makes requests one change: one undo takes it back, also if one of them is sent again on a broken
        # connection.
        action = uuid.uuid4().hex
        fields = {"give": "\n".join(give), "take": "\n".join(take), "action": action, "by": self._by}
        fields |= {name: "\n".join(some) for name, some in (("join", join), ("leave", leave)) if some}
        connection = self._connection.patient(_PATIENCE)
        marked = [
            connection.ask(Marked, "POST", "/v1/team/marks", fields=fields | part) for part in scope.fields(_CROPS)
        ]
        return Marked(action=action, crops=sum(part.crops for part in marked))

    def unmark(self, action: str) -> Marked:
        """Take a change of tags back, as if it had never been."""
        path = f"/v1/team/marks/{quote(action, safe='')}"
        return self._connection.patient(_PATIENCE).ask(Marked, "DELETE", path)

    def saved_searches(self) -> tuple[SavedSearch, ...]:
        """All saved searches, by name."""
        return self._connection.ask(SavedSearchList, "GET", "/v1/team/searches").root

    def save_search(self, name: str, search: str, order: Order, *, instead_of: str = "") -> tuple[SavedSearch, ...]:
        """Save a search, or rename one; gives all. Asking again is safe."""
        fields = {"name": name, "where": search, "order": order, "instead_of": instead_of}
        return self._connection.ask(SavedSearchList, "POST", "/v1/team/searches", fields=fields).root

    def delete_search(self, name: str) -> tuple[SavedSearch, ...]:
        """Delete a saved search; gives all that are left."""
        return self._connection.ask(SavedSearchList, "DELETE", "/v1/team/searches", params={"name": name}).root

    def teaching(self, search: str) -> Teaching:
        """The 100 labels of a search that teach a recognizer most."""
        return self._connection.ask(Teaching, "GET", "/v1/team/samples/teaching", params={"where": search})

    def export(self, scope: Scope, kind: ExportKind) -> bytes:
        """Crops with their labels, of at most 64 MiB, or a table of labels."""
        path = f"/v1/team/samples/export.{kind}"
        return self._connection.patient(_PATIENCE).fetch(path, fields=scope.form(_CROPS) | {"by": self._by})

    def freeze(self, scope: Scope, name: str, *, with_cycle: bool) -> Frozen:
        """Make a dataset version, and ask for a cycle on it if wanted.

        Args:
            scope: What it holds.
            name: Of the version; empty leaves it to the backend.
            with_cycle: Whether a cycle is asked for.
        """
        # The key makes one request of all that are sent on a broken connection.
        named = {"name": name, "cycle": "true" if with_cycle else "false", "key": uuid.uuid4().hex}
        fields = scope.form(_CROPS) | named | {"by": self._by}
        return self._connection.patient(_PATIENCE).ask(Frozen, "POST", "/v1/team/versions", fields=fields)

    def search_help(self, line: str, cursor: int) -> SearchHelp:
        """Help with a line that is typed at a place of it, in characters."""
        params = {"where": line, "cursor": str(cursor)}
        return self._connection.ask(SearchHelp, "GET", "/v1/team/searches/help", params=params)
