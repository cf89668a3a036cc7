"""What a service reads."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class DomainBody(BaseModel):
    """One of the things that are read."""

    name: str = Field(examples=["digits"])
    path: str = Field(description="What stands before `/v1`; empty for the first.", examples=["/domains/digits"])
    charset: str = Field(description="Every character that a text may have.", examples=["0123456789"])
    longest: int = Field(description="Most characters of a text.", examples=[1])
    reads: bool = Field(description="Whether its model is loaded.", examples=[True])
    keeps: bool = Field(description="Whether its store is open.", examples=[True])


class DomainsBody(BaseModel):
    """All things that are read."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "domains": [
                        {
                            "name": "digits",
                            "path": "/domains/digits",
                            "charset": "0123456789",
                            "longest": 1,
                            "reads": True,
                            "keeps": True,
                        }
                    ]
                }
            ]
        }
    )

    domains: list[DomainBody]
