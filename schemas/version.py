"""The software's name and version, as every audit record carries it."""

from importlib.metadata import version

SOFTWARE = f"consent-relay/{version('consent-relay')}"
