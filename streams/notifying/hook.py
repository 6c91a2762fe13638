"""One call to a webhook, signed as Standard Webhooks wants it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from processors.engine.transport import Request
from processors.notifying.message import Taken
from processors.vendors.callbacks import secret_bytes
from schemas.errors import NotTold, VendorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processors.engine.transport import Transport

TIMEOUT_S = 30.0


async def send(transport: Transport, url: str, secret: str | None, payload: Mapping[str, Any]) -> Taken:
    """Returns the body once it was taken in: answered with 2xx; its id follows from it, the same if it is sent again.

    Raises:
        NotTold: no answer, or another one.
        SetupError: the secret is none.

    """
    body = json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()
    headers = {"content-type": "application/json", "webhook-id": hashlib.sha256(body).hexdigest()}
    headers["webhook-timestamp"] = str(int(time.time()))
    if secret is not None:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.digest(secret_bytes(secret), signed, hashlib.sha256)
        headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    try:
        reply = await transport(Request("POST", url, headers, body, TIMEOUT_S))
    except VendorError as error:
        raise NotTold(f"the webhook: {error.reason}") from None
    if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        raise NotTold(f"the webhook answered {reply.status}")
    return Taken(body)
