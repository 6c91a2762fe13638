"""`policy list|show|check|diff`: the registry as the relay reads it, for those who write and review it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from processors.reviewing.review import review
from processors.vendors.base import VENDORS
from schemas.connections import RelayConfig, load_config
from schemas.errors import PolicyError, SetupError
from schemas.policy import policies
from streams.commands import policy_diff, policy_review_view, policy_view
from streams.commands.common import AsJson, complain
from streams.commands.plan import default_config
from streams.commands.policy_named import WHICH, named
from streams.commands.screen import DATA_WRONG, wrong_use

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemas.policy import Policy

app = typer.Typer(name="policy", help="The privacy policies that the relay acts on.", no_args_is_help=True)
app.command("diff")(policy_diff.diff_policies)

Which = Annotated[str, typer.Argument(metavar="POLICY", help=WHICH)]
Connections = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", envvar="CONSENT_RELAY_CONFIG", help="Controllers and connections; ./relay.toml."
    ),
]


@app.command("list")
def list_policies(*, as_json: AsJson = False) -> None:
    """List all policies and their versions, with the day from which each is in force; with --json one a line.

    Example: consent-relay policy list
    """
    with wrong_use():
        known = policies()
    policy_view.show_list(known, as_json=as_json)


@app.command("show")
def show_policy(which: Which, config: Connections = None, *, as_json: AsJson = False) -> None:
    """Show all that a policy says: who gets data for which purpose, rights, retention, minors, defects.

    In the matrix S is stated by the policy, d is derived by us; its columns
    are the recipients, by number. Numbers behind a row are lines of the
    policy's text. How long the audit is kept is the controller's own choice,
    in relay.toml.

    Example: consent-relay policy show oomnis
    """
    with wrong_use():
        policy = named(which)
        path = config or default_config(Path())
        controllers = load_config(path).controllers if path else {}
    kept = {name: one.audit_retention for name, one in controllers.items() if one.policy == policy.id}
    policy_view.show(policy, kept, as_json=as_json)


@app.command("check")
def check_policies(
    which: Annotated[list[str] | None, typer.Argument(metavar="POLICY", help=WHICH)] = None,
    config: Connections = None,
    text: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The policy's own text: hold every citation against it.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Look for gaps: a recipient that nobody reaches, a purpose without recipient or reason, a right not spoken of.

    Without POLICY all of the registry. A recipient is reached by a connection
    of relay.toml or an adapter that waits for one, or it is exempt by name,
    with the reason and what happens meanwhile. Rows that are our reading of
    the policy are counted: they are to be reviewed. Defects are listed with
    the reading we act on.

    With --text: also whether it is the text that was cited, and every wording
    stands in its lines.

    Exit code 1: there is a gap, or a file breaks a rule.

    Example: consent-relay policy check oomnis --text oomnis-privacy.txt
    """
    with wrong_use():
        if text is not None and len(which or ()) != 1:
            raise SetupError("--text is the text of one policy", remedy="name that policy, too")
        path = config or default_config(Path())
        connections = load_config(path) if path else RelayConfig()
        content = None if text is None else _read(text)
        given = _given(which or ())
    reviews = [review(policy, connections, VENDORS, content, _beside(policy)) for policy in given]
    policy_review_view.show(reviews, path, as_json=as_json)
    if any(found.gaps for found in reviews):
        raise typer.Exit(DATA_WRONG)


def _given(which: Sequence[str]) -> Sequence[Policy]:
    """The policies to check. A file that breaks a rule is what a check is for: exit code 1.

    Raises:
        PolicyError: there is none of that name.

    """
    try:
        return [named(one) for one in which] if which else policies()
    except PolicyError as error:
        if which and not any(Path(one).is_file() for one in which):
            raise
        complain(str(error))
        raise typer.Exit(DATA_WRONG) from None


def _beside(policy: Policy) -> Iterator[Policy]:
    """The other versions that the relay knows, so that a draft is held against them."""
    return (known for known in policies() if known.id == policy.id and known.version != policy.version)


def _read(text: Path) -> bytes:
    try:
        return text.read_bytes()
    except OSError as error:
        raise SetupError(f"{text} can't be read: {error.strerror}") from None
