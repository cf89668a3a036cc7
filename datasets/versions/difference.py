"""The differences between two versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from datasets.versions.version import Entry, Version


@dataclass(frozen=True, slots=True)
class Difference:
    """Crops and definitions that differ between two versions."""

    definition: tuple[str, ...]  # in words
    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    relabelled: tuple[tuple[Entry, Entry], ...]  # before and after: another text or verdict
    moved: tuple[tuple[Entry, Entry], ...]  # before and after: same label, another side

    def __bool__(self) -> bool:
        return bool(self.definition or self.added or self.removed or self.relabelled or self.moved)

    def lines(self, most: int = 20) -> Iterator[str]:
        """Lines for people: at most `most` crops of each kind, and the number of the others."""
        yield from self.definition
        kinds = (
            ("+", "added", [f"{_named(entry)}  {entry.side}" for entry in self.added]),
            ("-", "removed", [f"{_named(entry)}  {entry.side}" for entry in self.removed]),
            ("~", "relabelled", [f"{_named(old)} -> {_label(new)}" for old, new in self.relabelled]),
            (">", "moved", [f"{_named(old)}  {old.side} -> {new.side}" for old, new in self.moved]),
        )
        for sign, word, crops in kinds:
            if crops:
                yield f"{len(crops)} {word}"
                yield from (f"  {sign} {line}" for line in crops[:most])
                if len(crops) > most:
                    yield f"  {sign} and {len(crops) - most} more"


def compare(before: Version, after: Version) -> Difference:
    """Compare two versions, related or not."""
    old = {entry.digest: entry for entry in before.manifest.entries}
    new = {entry.digest: entry for entry in after.manifest.entries}
    both = [(entry, new[digest]) for digest, entry in old.items() if digest in new]
    same = [pair for pair in both if _label(pair[0]) == _label(pair[1])]
    return Difference(
        definition=tuple(_definition(before, after)),
        added=tuple(entry for digest, entry in new.items() if digest not in old),
        removed=tuple(entry for digest, entry in old.items() if digest not in new),
        relabelled=tuple(pair for pair in both if _label(pair[0]) != _label(pair[1])),
        moved=tuple(pair for pair in same if pair[0].side != pair[1].side),
    )


def _definition(before: Version, after: Version) -> Iterator[str]:
    old, new = before.manifest, after.manifest
    if old.parent != new.parent:
        yield f"builds on: {old.parent.name if old.parent else '-'} -> {new.parent.name if new.parent else '-'}"
    for text in sorted(set(old.filters) - set(new.filters)):
        yield f"- collected: {text}"
    for text in sorted(set(new.filters) - set(old.filters)):
        yield f"+ collected: {text}"
    if old.watermark != new.watermark:
        yield f"label events: {sum(old.watermark.values())} -> {sum(new.watermark.values())}"
    if old.rules != new.rules:
        yield f"rules: {old.rules} -> {new.rules}"
    for part in old.synthetic:
        if part not in new.synthetic:
            yield f"- synthetic: {part.recipe}:{part.count}:{part.seed} {part.side}, digest {part.digest[:12]}"
    for part in new.synthetic:
        if part not in old.synthetic:
            yield f"+ synthetic: {part.recipe}:{part.count}:{part.seed} {part.side}, digest {part.digest[:12]}"
    if len(old.left_out) != len(new.left_out):
        yield f"left out until a person has looked: {len(old.left_out)} -> {len(new.left_out)}"
    if old.damaged != new.damaged:
        yield f"left out as damaged: {len(old.damaged)} -> {len(new.damaged)}"


def _label(entry: Entry) -> str:
    return "(unreadable)" if entry.status == "unreadable" else entry.text or "(no text)"


def _named(entry: Entry) -> str:
    return f"{entry.digest[:12]}  {_label(entry)}"
