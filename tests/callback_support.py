"""An adapter whose vendor calls us, and calls as such a vendor signs them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from processors.vendors.callbacks import CallsBack, Heard
from processors.vendors.zoho.crm.adapter import ZohoCrm
from schemas.errors import CallbackRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = b"a secret of twenty-four"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Calling(CallsBack, ZohoCrm):
    """Zoho CRM, if it told us of its jobs; without a name of its own it is in no registry."""

    def heard(self, body: bytes) -> Heard:
        try:
            said = json.loads(body)
            return Heard(str(said["job"]), is_done=said.get("done", False))
        except (ValueError, KeyError, TypeError):
            raise CallbackRefused("no job") from None


def signed(body: bytes, now: float, message: str = "msg_1", key: bytes = KEY) -> Mapping[str, str]:
    """The headers of a genuine call."""
    stamp = str(int(now))
    mac = hmac.digest(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256)
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": signature}


def body_of(**said: Any) -> bytes:
    return json.dumps(said).encode()
