"""The rows of the model table: network, recipe, and the accuracy that the original reported."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ocr_model.codes.text import match_key
from ocr_model.training.architecture import NetworkConfig
from ocr_model.training.evaluation import EvaluationSet, synthetic_set

LETTERS_AND_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


LONG = 15  # letters and digits


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    network: NetworkConfig
    recipe: str
    learning_rate: float = 1.5e-3  # peak of the one-cycle schedule
    ctc_weight: float = 0.5  # of the auxiliary loss
    published: float | None = None  # percent, as the original reported of its counterpart, on other crops

    @property
    def slug(self) -> str:
        """Name of the row's folder."""
        return re.sub(r"[^a-z0-9.]+", "-", f"{self.name} {self.recipe}".lower()).strip("-")

    @property
    def letters_and_digits(self) -> bool:
        """Whether its labels are reduced to A-Z and 0-9."""
        return self.network.charset == LETTERS_AND_DIGITS


def table_rows(recipe: str) -> tuple[Row, ...]:
    """All rows: the architectures on `recipe`, then the chosen one on the original's dataset versions.

    ViTSTR learns at a third of the rate, as transformers do, and without CTC: its tokens stand in no reading order.
    """
    chosen = NetworkConfig()
    plain = replace(chosen, transformation="None", sequence="None", prediction="CTC")
    vitstr = replace(chosen, transformation="None", features="ViT", sequence="None", prediction="Position")
    return (
        Row("None-VGG-None-CTC", replace(plain, features="VGG"), recipe, published=63.9),
        Row("None-ResNet-None-CTC", plain, recipe, published=77.3),
        Row("TPS-ResNet-BiLSTM-CTC", replace(chosen, prediction="CTC"), recipe, published=85.6),
        Row(
            "TPS-ResNet-BiLSTM-Attn, letters and digits",
            replace(chosen, charset=LETTERS_AND_DIGITS),
            recipe,
            published=82.5,
        ),
        Row("TPS-ResNet-BiLSTM-Attn", chosen, recipe, published=73.1),
        Row("ViTSTR-Tiny", vitstr, recipe, learning_rate=5e-4, ctc_weight=0.0, published=63.5),
        Row("TPS-ResNet-BiLSTM-Attn", chosen, "v1.0", published=66.7),
        Row("TPS-ResNet-BiLSTM-Attn", chosen, "v2.0", published=75.7),
        Row("TPS-ResNet-BiLSTM-Attn", chosen, "v2.1", published=68.0),
    )


def size_rows(recipe: str) -> tuple[Row, ...]:
    """Feature extractors of several widths, and the one that serves on straightened lines of other widths.

    Nearly all of a reading's arithmetic is theirs. They are followed by CTC, because it begins to read after few crops.
    """
    plain = NetworkConfig(transformation="None", sequence="None", prediction="CTC")
    sizes = [(64, 128), (96, 128), (128, 128), (192, 128), (128, 64), (128, 256)]
    return tuple(
        Row(f"{channels} channels, line 32 x {width}", replace(plain, width=channels, line_width=width), recipe)
        for channels, width in sizes
    )


def long_codes(recipe: str, count: int) -> EvaluationSet:
    """Held-out crops whose texts have at least 15 letters and digits, out of `count` crops of a recipe."""
    data = synthetic_set(recipe, count)
    kept = [at for at, text in enumerate(data.texts) if len(match_key(text)) >= LONG]
    return EvaluationSet(
        f"codes of {LONG} and more",
        tuple(data.images[at] for at in kept),
        tuple(data.texts[at] for at in kept),
        tuple(data.files[at] for at in kept),
    )
