"""For ads platforms: customer lists (audiences), which people are put on and taken off by hashes of their names.

Such a platform hardly says of a person whether they were on a list: what it answers is of the request.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, ClassVar

from processors.vendors.base import Call, Result, Vendor, all_good, gravest
from processors.vendors.batches import carry_out, chunks
from processors.vendors.identifiers import USUAL, Form, Rules, hashed
from processors.vendors.mailing_lists import ListOptions
from schemas.errors import VendorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from processors.vendors.base import Answer, BatchScript, Instruction, Reply
    from schemas.records import Action

Line = tuple[str, Form]
"""Whose it is (delivery_id), and one name of theirs, hashed."""
Group = tuple[str, ...]
"""What one call is about besides people, as the audience."""
PEOPLE = 1000
"""People in one call: well below what the platforms take, so that a call is soon written and read."""


class AudienceOptions(ListOptions):
    """`lists`: purpose → id of the audience; other_lists: ids of all others that hold people."""

    def where(self, instruction: Instruction) -> tuple[tuple[str, ...], VendorError | None]:
        """The audiences that it is about, and the error of a purpose that has none."""
        if instruction.action == "delete":
            return self.every_list, None
        try:
            known = self.of(instruction)
        except VendorError as error:
            return (), error
        try:
            self.require_all(instruction)
        except VendorError as error:  # a grant is refused before anything is done
            return () if instruction.action == "grant" else known, error
        return known, None


class Audiences(Vendor):
    """Base of such adapters: each says how its calls look, and what an answer says of the lines in a call.

    rules: how names are written before they are hashed; where it isn't sure which of several ways the audience was
    filled by, all: a grant uses the first, and who is taken off is taken off under each.
    at_once: most lines in one call.
    """

    options: AudienceOptions
    rules: ClassVar[tuple[Rules, ...]] = (USUAL,)
    at_once: ClassVar[int] = 10_000

    def batch_script(self, instructions: Sequence[Instruction]) -> BatchScript:
        action = instructions[0].action
        lines: dict[Group, list[Line]] = defaultdict(list)
        odd: dict[str, VendorError] = {}
        for one in instructions:
            names, unwritten = self._names(one)
            where, missing = self.options.where(one)
            for group in self.groups(one, where):
                lines[group] += [(one.delivery_id, name) for name in names]
            if error := unwritten or missing:
                odd[one.delivery_id] = error
        parts = [
            (self.call(action, group, [name for _, name in some]), [who for who, _ in some])
            for group, several in lines.items()
            for some in chunks(several, self.at_once)
        ]
        said = yield from carry_out(parts, self.read)
        return {one.delivery_id: self._came(said[one.delivery_id], odd.get(one.delivery_id)) for one in instructions}

    def groups(self, instruction: Instruction, audiences: tuple[str, ...]) -> Sequence[Group]:
        """What there is a call of its own for; each audience, unless the vendor has something better."""
        del instruction
        return [(audience,) for audience in audiences]

    def call(self, action: Action, group: Group, names: Sequence[Form]) -> Call:
        raise NotImplementedError

    def read(self, call: Call, reply: Reply, lines: int) -> Sequence[Answer]:
        """What an answer says of each line; raises the VendorError of the call as a whole."""
        raise NotImplementedError

    def done(self, replies: Sequence[Reply]) -> Result:
        """What a person's good answers come to."""
        return Result("accepted", evidence=replies[-1].evidence(detail="unconfirmed"))

    def _names(self, instruction: Instruction) -> tuple[list[Form], VendorError | None]:
        rules = self.rules[:1] if instruction.action == "grant" else self.rules
        each = [hashed(instruction, *self.identifies_by, rules=one) for one in rules]
        return list(dict.fromkeys(name for names, _ in each for name in names)), each[0][1]

    def _came(self, answers: Sequence[Answer], odd: VendorError | None) -> Result | VendorError:
        wrong = [*(one for one in answers if isinstance(one, VendorError)), *([odd] if odd else [])]
        return gravest(wrong) or self.done(all_good(answers))
