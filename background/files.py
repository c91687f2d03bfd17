"""What a run's folder and a sweep's have in common: ids, hashes of owners, files written whole."""

import json
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ID = re.compile(r"[0-9a-f]{16}")
HASH = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    return secrets.token_hex(8)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """As a whole or not at all."""
    written = path.with_name(f"{path.name}.new")
    written.write_text(json.dumps(values), "utf-8")
    written.replace(path)
