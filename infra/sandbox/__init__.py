"""A sandbox of the vendors: real paths, auth, status codes and limits over state kept in memory.

A test or a demo asks the sandbox, never the relay, whether a person is gone. What each vendor does here, and what
evidence stands behind it, is written in that vendor's module. Evidence marks: [S] the vendor's own OpenAPI, [D] its
documentation, [C] client code or a logged answer seen in public, [D'] documentation of a sister product, [U]
unverified, chosen here.
"""

from infra.sandbox.client import SandboxClient
from infra.sandbox.faults import Fault
from infra.sandbox.people import Person, make_people
from infra.sandbox.server import Sandbox, SandboxSettings

__all__ = ["Fault", "Person", "Sandbox", "SandboxClient", "SandboxSettings", "make_people"]
