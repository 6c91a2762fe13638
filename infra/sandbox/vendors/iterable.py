"""Iterable, host api.iterable.com; Swagger 2.0 in github.com/Iterable/api-client 981eeb5, api-docs.json.

- Paths, bodies, `code` and `msg`, limits of users and of forgetting: [S]. An unknown user is an answer without one:
  [S] (src/types/users.ts), as 200 with `{}`: [C] (block/iterable-go). Statuses of the codes: [U], but for 401.
- updateSubscriptions overwrites the fields that it names, and refuses types that the person opted into in channels
  that they are out of, unless `validateChannelAlignment` is false: [S]; status and code of that refusal: [U].
- That the profile's dataFields show the fields: [C].
- Forgetting takes up to ten minutes: [D]; here `forget_s`. What is forgotten is refused from then on: [S] code
  `ForgottenUserError`, status [U].

The project has the message types 101 and 104 by e-mail, 102 by push, 103 for transactions.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, ClassVar

from infra.sandbox.limits import Limit
from infra.sandbox.people import Person, fold
from infra.sandbox.vendor import Answer, Call, Operation, Vendor

if TYPE_CHECKING:
    from collections.abc import Iterable as Several
    from collections.abc import Mapping, Sequence

    from infra.sandbox.world import World

_CHANNELS = {
    1: ("Marketing", "Email"),
    2: ("Marketing", "Push"),
    3: ("Marketing", "SMS"),
    4: ("Transactional", "Email"),
}
_TYPES = {101: 1, 104: 1, 102: 2, 103: 4}
_FIELDS = ("emailListIds", "unsubscribedChannelIds", "unsubscribedMessageTypeIds", "subscribedMessageTypeIds")
_CHOICES = {"unsubscribe": "unsubscribedMessageTypeIds", "opt_in": "subscribedMessageTypeIds"}
_CODES = {401: "BadApiKey", 403: "Forbidden", 404: "NotFound", 429: "RateLimitExceeded"}
_READ = (Limit(calls=100, window_s=1),)
_SLOW = Limit(calls=3, window_s=1)
_DAY = Limit(calls=1_000, window_s=86_400)


class Iterable(Vendor):
    name: ClassVar[str] = "iterable"
    auth: ClassVar[str] = "api_key"
    key_header: ClassVar[tuple[str, str]] = ("Api-Key", "{}")

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.forget_s = 0.0
        self._users: dict[str, dict[str, Any]] = {}
        self._forgotten: dict[str, float] = {}

    def operations(self) -> Several[Operation]:
        root = "/api/users"
        yield Operation("user", "GET", f"{root}/getByEmail", self._user, limits=_READ)
        yield Operation("update", "POST", f"{root}/updateSubscriptions", self._update)
        yield Operation("forget", "POST", f"{root}/forget", self._forget, limits=(_SLOW, _DAY))
        yield Operation("forgotten", "GET", f"{root}/forgotten", self._listed, limits=(_SLOW,))
        yield Operation("channels", "GET", "/api/channels", self._channels, limits=_READ)
        yield Operation("types", "GET", "/api/messageTypes", self._types, limits=_READ)

    def error(self, status: int) -> Answer:
        code = _CODES.get(status, "GenericError")
        return _said(status, code, "Invalid API key" if status == 401 else code)  # noqa: PLR2004

    def identities(self, call: Call) -> Sequence[str]:
        email = call.params.get("email") or (call.body.get("email") if isinstance(call.body, dict) else None)
        return (str(email),) if email else ()

    def seed(self, person: Person) -> None:
        if not self._is_forgotten(fold(person.email)):
            self._users[fold(person.email)] = {}

    def state(self, person: Person) -> dict[str, Any]:
        self._purge()
        email = fold(person.email)
        fields = self._users.get(email, {})
        return {"known": email in self._users, "forgotten": email in self._forgotten, **fields}

    def happen(self, event: str, person: Person, args: Mapping[str, str]) -> None:
        """`unsubscribe` from a message `type`, or `opt_in` to it: by the link in a mail, or the preference centre."""
        if event not in _CHOICES:
            super().happen(event, person, args)
        self._users[fold(person.email)].setdefault(_CHOICES[event], []).append(int(args["type"]))

    def clear(self) -> None:
        self._users.clear()
        self._forgotten.clear()

    def _user(self, call: Call) -> Answer:
        self._purge()
        email = fold(call.params.get("email", ""))
        if email not in self._users:
            return Answer(200, {})
        return Answer(200, {"user": {"email": email, "dataFields": {"email": email, **self._users[email]}}})

    def _update(self, call: Call) -> Answer:
        self._purge()
        body = call.body if isinstance(call.body, dict) else {}
        email, fields = (
            fold(str(body.get("email", ""))),
            {key: body[key] for key in _FIELDS if body.get(key) is not None},
        )
        if self._is_forgotten(email):
            return _said(400, "ForgottenUserError", "User was forgotten")
        if email not in self._users:
            return _said(400, "UnknownEmailError", "Unknown email")
        if not all(isinstance(ids, list) and all(isinstance(one, int) for one in ids) for ids in fields.values()):
            return _said(400, "BadParams", "ids must be numbers")
        if body.get("validateChannelAlignment", True) and _is_askew(self._users[email] | fields):
            return _said(400, "BadParams", "subscribed message types belong to unsubscribed channels")
        before = dict(self._users[email])
        self._users[email].update(fields)
        lost = any(set(before.get(key, [])) - set(ids) for key, ids in fields.items())
        effect = "grant" if lost else "withdraw"
        self.record(call, effect, (email,), changed=before != self._users[email], fields=sorted(fields))
        return _said(200, "Success", "User subscriptions updated")

    def _forget(self, call: Call) -> Answer:
        email = fold(str(call.body.get("email", ""))) if isinstance(call.body, dict) else ""
        if not email:
            return _said(400, "BadParams", "email or userId is required")
        changed = email not in self._forgotten
        self._forgotten.setdefault(email, self.world.clock() + self.forget_s)
        self.record(call, "delete", (email,), changed=changed)
        return _said(200, "Success", "Request to forget user accepted")

    def _listed(self, _: Call) -> Answer:
        self._purge()
        done = [email for email in self._forgotten if self._is_forgotten(email)]
        return Answer(200, {"hashedEmails": [hashlib.sha256(email.encode()).hexdigest() for email in done]})

    def _channels(self, _: Call) -> Answer:
        every = [
            {"id": key, "name": f"channel {key}", "channelType": kind, "messageMedium": medium}
            for key, (kind, medium) in _CHANNELS.items()
        ]
        return Answer(200, {"channels": every})

    def _types(self, _: Call) -> Answer:
        every = [
            {"id": key, "name": f"type {key}", "channelId": channel, "subscriptionPolicy": "OptOut"}
            for key, channel in _TYPES.items()
        ]
        return Answer(200, {"messageTypes": every})

    def _is_forgotten(self, email: str) -> bool:
        return self.world.clock() >= self._forgotten.get(email, float("inf"))

    def _purge(self) -> None:
        self._users = {email: fields for email, fields in self._users.items() if not self._is_forgotten(email)}


def _is_askew(fields: Mapping[str, Any]) -> bool:
    """Whether the person has opted into a type in a channel that they are out of."""
    channels = {_TYPES.get(one) for one in fields.get("subscribedMessageTypeIds", ())}
    return not channels.isdisjoint(fields.get("unsubscribedChannelIds", ()))


def _said(status: int, code: str, text: str) -> Answer:
    return Answer(status, {"msg": text, "code": code, "params": None})
