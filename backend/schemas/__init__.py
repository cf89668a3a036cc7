"""The forms that requests carry and the bodies that the service answers with, as documented in OpenAPI."""

from backend.schemas.forms import LabelForm, PhotoForm, PreviewForm, TagPhotoForm, TagPriceForm
from backend.schemas.health import HealthBody
from backend.schemas.labels import DeletedBody, LabelBody
from backend.schemas.models import (
    ChampionBody,
    ChampionFailureBody,
    ModelBody,
    ShadowBody,
    ShadowConfidenceBody,
    ShadowLabelsBody,
)
from backend.schemas.previews import PreviewBody
from backend.schemas.products import (
    MissingBody,
    NoPriceBody,
    ProductBody,
    ProductsBody,
    SearchBody,
    TagPriceBody,
    TagPriceDeletedBody,
)
from backend.schemas.readings import (
    CandidateBody,
    CharacterBody,
    FormatBody,
    MillisecondsBody,
    ModelNameBody,
    PredictionBody,
    Probability,
    ReadingBody,
    reading_values,
)
from backend.schemas.tags import (
    BarcodeBody,
    CardBody,
    FieldBody,
    LineBody,
    LineEventBody,
    TagBody,
    TagEventBody,
    TagMillisecondsBody,
)

__all__ = [
    "BarcodeBody",
    "CandidateBody",
    "CardBody",
    "ChampionBody",
    "ChampionFailureBody",
    "CharacterBody",
    "DeletedBody",
    "FieldBody",
    "FormatBody",
    "HealthBody",
    "LabelBody",
    "LabelForm",
    "LineBody",
    "LineEventBody",
    "MillisecondsBody",
    "MissingBody",
    "ModelBody",
    "ModelNameBody",
    "NoPriceBody",
    "PhotoForm",
    "PredictionBody",
    "PreviewBody",
    "PreviewForm",
    "Probability",
    "ProductBody",
    "ProductsBody",
    "ReadingBody",
    "SearchBody",
    "ShadowBody",
    "ShadowConfidenceBody",
    "ShadowLabelsBody",
    "TagBody",
    "TagEventBody",
    "TagMillisecondsBody",
    "TagPhotoForm",
    "TagPriceBody",
    "TagPriceDeletedBody",
    "TagPriceForm",
    "reading_values",
]
