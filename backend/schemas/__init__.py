"""The forms that requests carry and the bodies that the service answers with, as documented in OpenAPI."""

from backend.schemas.forms import LabelForm, PhotoForm
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
from backend.schemas.products import NoPriceBody, ProductBody, ProductsBody, SearchBody
from backend.schemas.readings import (
    CandidateBody,
    CharacterBody,
    FormatBody,
    MillisecondsBody,
    ModelNameBody,
    PredictionBody,
    Probability,
)

__all__ = [
    "CandidateBody",
    "ChampionBody",
    "ChampionFailureBody",
    "CharacterBody",
    "DeletedBody",
    "FormatBody",
    "HealthBody",
    "LabelBody",
    "LabelForm",
    "MillisecondsBody",
    "ModelBody",
    "ModelNameBody",
    "NoPriceBody",
    "PhotoForm",
    "PredictionBody",
    "Probability",
    "ProductBody",
    "ProductsBody",
    "SearchBody",
    "ShadowBody",
    "ShadowConfidenceBody",
    "ShadowLabelsBody",
]
