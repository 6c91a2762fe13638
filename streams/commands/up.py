"""`up`: embedded Kafka, topics, vendor sandbox and worker, together until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import typer

from infra.kafka import EmbeddedKafka, running_at
from schemas.connections import load_config
from schemas.errors import SetupError
from streams import topics
from streams.commands.child import Child
from streams.commands.common import DataDir, complain, error_console, settings_for
from streams.commands.sandbox import KnownFrom, People, Port, Seed, open_sandbox, place_of, stop_signal
from streams.commands.topics import create
from streams.embedded import kafka_dir
from streams.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from streams.settings import Settings
