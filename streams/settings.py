"""All settings, read once: `CONSENT_RELAY_*` in the environment. Secrets come from there or from files, not argv."""

from __future__ import annotations

import os
import secrets as random_secrets
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.contract import invalid
from schemas.errors import SetupError
from streams.storage import writing

KEY_BYTES = 32


class Settings(BaseSettings):
    """Times in s. `cluster_prefix` sets groups and transactional ids apart: `local` on the embedded broker only."""

    model_config = SettingsConfigDict(
        env_prefix="CONSENT_RELAY_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    bootstrap_servers: str | None = None
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    ssl_cafile: Path | None = None
    ca_file: Path | None = None
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    cluster_prefix: str | None = None
    data_dir: Path = Path(".consent-relay")
    config: Path | None = None
    secrets_dir: Path | None = None
    pepper: SecretStr | None = None
    pepper_file: Path | None = None
    relay_key: SecretStr | None = None
    relay_key_file: Path | None = None
    notary_key: SecretStr | None = None
    notary_key_file: Path | None = None
    notary_public_keys: Path | None = None
    witness_file: Path | None = None
    checkpoint_records: int = Field(default=8192, ge=1, le=16_384)
    checkpoint_interval: float = Field(default=60.0, gt=0)
    worker_id: str | None = None
    web_port: int = Field(default=6066, ge=0, le=65535)
    web_host: str = "127.0.0.1"
    callback_port: int | None = Field(default=None, ge=0, le=65535)
    callback_host: str = "127.0.0.1"
    signal_port: int | None = Field(default=None, ge=0, le=65535)
    signal_host: str = "127.0.0.1"
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_tls: Literal["starttls", "tls", "off"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str | None = None
    slo_metrics: Literal["on", "off"] = "on"
    partitions: int = Field(default=4, ge=1)
    topics_interval: float = Field(default=30.0, gt=0)
    session_timeout: float = Field(default=10.0, ge=1)
    stuck_after: float = Field(default=60.0, gt=0)
    commit_interval: float = Field(default=0.1, gt=0)
    retry_budget: float = Field(default=30.0, gt=0)
    flood_run: int = Field(default=100, ge=0)
    flood_ratio: float = Field(default=0.5, ge=0, le=1)
    flood_window: int = Field(default=1000, ge=1)
    flood_least: int = Field(default=200, ge=1)
    flood_hold: float = Field(default=1.0, gt=0)
    reconcile_at: Annotated[str, Field(pattern=r"^(off|([01]\d|2[0-3]):[0-5]\d)$")] = "02:30"
    limits_scale: float = Field(default=1.0, gt=0)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def given(self) -> dict[str, str]:
        """What was set, by the variables' names without their prefix: for a process that is to have the same."""
        return {name.upper(): str(value) for name, value in self.model_dump(mode="json", exclude_unset=True).items()}

    def required(self, name: str) -> str:
        """A setting that has no default; a secret as it is, and an empty one counts as not set.

        Raises:
            SetupError: it isn't set.

        """
        value = getattr(self, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value() or None
        if value is None:
            raise SetupError(f"{name} is not set", remedy=f"set CONSENT_RELAY_{name.upper()}")
        return str(value)

    @property
    def witness(self) -> Path:
        """Where signed heads of the audit are kept outside Kafka."""
        return self.witness_file or self.data_dir / "witness.jsonl"

    def key(self, name: Literal["pepper", "relay_key", "notary_key"]) -> bytes:
        """Pepper, relay key or notary's key: hex of 32 bytes or more, from the environment or a file.

        Raises:
            SetupError: missing, unreadable, no hex, too short.

        """
        variable = f"CONSENT_RELAY_{name.upper()}"
        given: SecretStr | None = getattr(self, name)
        path: Path | None = getattr(self, f"{name}_file")
        remedy = f"make one with `openssl rand -hex 32` and set {variable} or {variable}_FILE"
        try:
            text = given.get_secret_value() if given else path.read_text("ascii").strip() if path else None
            key = bytes.fromhex(text) if text else b""
        except (OSError, ValueError):
            raise SetupError(f"{name} can't be read as hex", remedy=remedy) from None
        if len(key) < KEY_BYTES:
            raise SetupError(f"{name} is missing or shorter than {KEY_BYTES} bytes", remedy=remedy)
        return key

    def secret(self, name: str) -> str:
        """A vendor's secret by its name: `CONSENT_RELAY_SECRET_<NAME>`, else the file of that name in `secrets_dir`.

        Raises:
            SetupError: neither is there.

        """
        variable = f"CONSENT_RELAY_SECRET_{name.upper()}"
        if variable in os.environ:
            return os.environ[variable]
        try:
            if self.secrets_dir is not None:
                return (self.secrets_dir / name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            pass
        where = f" or put it into {self.secrets_dir / name}" if self.secrets_dir else ""
        raise SetupError(f"there is no secret {name!r}", remedy=f"set {variable}{where}")


def load_settings(**given: object) -> Settings:
    """Settings from the environment; `given` (from the command line) wins.

    Raises:
        SetupError: naming the variable that is wrong.

    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = invalid(error)
        variable = f"CONSENT_RELAY_{(first.field or '').upper()}"
        raise SetupError(
            f"{variable}: {first.message}", remedy=f"mend {variable}; docs/configuration.md says more"
        ) from None


def key_file(directory: Path, name: str) -> tuple[Path, bool]:
    """The embedded default's own key: made once, readable by its owner alone. True: it was made just now."""
    path = directory / name
    draft = directory / f".{name}.{os.getpid()}"
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        draft.touch(mode=0o600)
        try:
            draft.write_text(random_secrets.token_hex(KEY_BYTES))
            os.link(draft, path)  # all of it at once, and only if nobody was faster
        except FileExistsError:
            return path, False
        finally:
            draft.unlink()
    return path, True
