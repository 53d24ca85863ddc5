"""The entry for an ASGI server: `granian --interface asgi --factory apps.http.main:application`."""

import os
from pathlib import Path

from litestar import Litestar

from apps.http.app import create_app
from apps.settings import SettingsError, load_settings


def application() -> Litestar:
    """The application with the settings of the environment and the working folder. Ends the process if they are unsound."""
    try:
        settings = load_settings(os.environ, Path.cwd())
    except SettingsError as error:
        raise SystemExit(f"Pirwa cannot start:\n{error}") from None
    return create_app(settings)
