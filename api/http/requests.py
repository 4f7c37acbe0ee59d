"""What every request body shares."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Text = Annotated[str, StringConstraints(max_length=500)]
Secret = Annotated[str, StringConstraints(max_length=20_000)]


class Body(BaseModel):
    """A request body. A field that it does not know is an error, so that a slip of the pen is not ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class ReasonBody(Body):
    """Why, for the audit trail."""

    reason: Text = ""
