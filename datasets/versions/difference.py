"""What changed from one version to another."""

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
        """For people; `most` crops of each kind, and the number of the others."""
        yield from self.definition
        kinds = (
            ("+", "added", [f"{_named(one)}  {one.side}" for one in self.added]),
            ("-", "removed", [f"{_named(one)}  {one.side}" for one in self.removed]),
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
    """Compare two versions, whoever builds on whom."""
    old = {entry.digest: entry for entry in before.manifest.entries}
    new = {entry.digest: entry for entry in after.manifest.entries}
    both = [(entry, new[digest]) for digest, entry in old.items() if digest in new]
    same = [(one, other) for one, other in both if _label(one) == _label(other)]
    return Difference(
        definition=tuple(_definition(before, after)),
        added=tuple(entry for digest, entry in new.items() if digest not in old),
        removed=tuple(entry for digest, entry in old.items() if digest not in new),
        relabelled=tuple((one, other) for one, other in both if _label(one) != _label(other)),
        moved=tuple((one, other) for one, other in same if one.side != other.side),
    )


def _definition(before: Version, after: Version) -> Iterator[str]:
    one, other = before.manifest, after.manifest
    if one.parent != other.parent:
        yield f"builds on: {one.parent.name if one.parent else '-'} -> {other.parent.name if other.parent else '-'}"
    for text in sorted(set(one.filters) - set(other.filters)):
        yield f"- collected: {text}"
    for text in sorted(set(other.filters) - set(one.filters)):
        yield f"+ collected: {text}"
    if one.watermark != other.watermark:
        yield f"label events: {sum(one.watermark.values())} -> {sum(other.watermark.values())}"
    if one.rules != other.rules:
        yield f"rules: {one.rules} -> {other.rules}"
    for part in one.synthetic:
        if part not in other.synthetic:
            yield f"- synthetic: {part.recipe}:{part.count}:{part.seed} {part.side}, digest {part.digest[:12]}"
    for part in other.synthetic:
        if part not in one.synthetic:
            yield f"+ synthetic: {part.recipe}:{part.count}:{part.seed} {part.side}, digest {part.digest[:12]}"
    if len(one.left_out) != len(other.left_out):
        yield f"left out until a person has looked: {len(one.left_out)} -> {len(other.left_out)}"
    if one.damaged != other.damaged:
        yield f"left out as damaged: {len(one.damaged)} -> {len(other.damaged)}"


def _label(entry: Entry) -> str:
    return "(unreadable)" if entry.status == "unreadable" else entry.text or "(no text)"


def _named(entry: Entry) -> str:
    return f"{entry.digest[:12]}  {_label(entry)}"
