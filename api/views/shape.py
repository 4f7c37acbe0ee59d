"""What every view shares."""

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """An answer. It is built once and not changed."""

    model_config = ConfigDict(frozen=True)


class Amount(View):
    """An amount as decimal text, with the currency it is in."""

    currency: str
    amount: str
