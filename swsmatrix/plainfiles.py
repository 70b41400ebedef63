"""What files that people write and change have in common: ids, addresses, the first thing that is wrong."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationError

Address = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


def complaint(error: ValidationError) -> str:
    """One line that names the field."""
    first = error.errors()[0]
    return f"{' '.join(map(str, first['loc']))}: {first['msg']}"
