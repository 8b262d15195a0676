"""Reading what callers send: a JSON object's fields in their types, or a plain refusal."""

from __future__ import annotations

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse


async def given(request: Request, **kinds: type) -> dict[str, Any]:
    """The named fields of a JSON body, each in its type.

    Raises:
        HTTPException: 400 naming the field that is missing or of another type.
    """
    try:
        document = json.loads(await request.body())
    except ValueError as error:
        raise HTTPException(400, "send JSON") from error
    if not isinstance(document, dict):
        raise HTTPException(400, "send a JSON object")
    fields: dict[str, Any] = {}
    for name, kind in kinds.items():
        try:
            fields[name] = kind(document[name])
        except KeyError:
            raise HTTPException(400, f"{name} is missing") from None
        except (ValueError, TypeError):
            raise HTTPException(400, f"{name} is not right") from None
    return fields


def refusal(status: int, error: str) -> JSONResponse:
    """An answer that says no."""
    return JSONResponse({"error": error}, status_code=status)
