"""What a model's file says about itself: the settings beside the weights, as JSON in the safetensors file's metadata.

settings_in("my_application.safetensors")        # {"kind": "pairs", "size": 64}
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from learntools.data.files import DataError


def settings_in(file: str | Path) -> dict[str, Any]:
    """The settings that were saved with the weights. Raises DataError where the file or the settings are not there."""
    from safetensors import SafetensorError, safe_open

    if not Path(file).is_file():
        raise DataError(f"There is no file {file}: run the cell that trains and the one that saves first.")
    try:
        with safe_open(str(file), framework="pt") as opened:
            found = json.loads((opened.metadata() or {})["settings"])
    except SafetensorError as error:
        raise DataError(f"{file} is not a whole safetensors file ({error}): save the model again.") from None
    except (KeyError, ValueError):
        raise DataError(
            f"{file} has weights, but no settings beside them as JSON: save it again, with metadata that has the key "
            "'settings'."
        ) from None
    if not isinstance(found, dict):
        raise DataError(f"The settings in {file} are no dictionary, but {found!r}: save the model again.")
    return found
