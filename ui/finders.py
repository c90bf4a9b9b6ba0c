"""Serve the front-end packages from `node_modules`: nothing third-party is committed, and there is no build step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Error
from django.core.files.storage import FileSystemStorage

# The file's address under static/, and where the package has it.
FILES = {
    "npm/designsystemet.css": "@digdir/designsystemet-css/dist/src/index.css",
    "npm/designsystemet-theme.css": "@digdir/designsystemet-css/dist/theme/designsystemet.css",
    "npm/htmx.js": "htmx.org/dist/htmx.min.js",
    "npm/plotly.js": "plotly.js-cartesian-dist-min/plotly-cartesian.min.js",
    "npm/maplibre/maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "npm/maplibre/maplibre-gl-shared.mjs": "maplibre-gl/dist/maplibre-gl-shared.mjs",
    "npm/maplibre/maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "npm/maplibre/maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
}


class _PackageFile(FileSystemStorage):
    """One folder of a package, answering to our own short names."""

    def path(self, name: str) -> str:
        return str(Path(self.location) / FILES[name])


class NodePackagesFinder(BaseFinder):
    """Find the listed files of the packages under `node_modules`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = _PackageFile(location=str(Path(settings.BASE_DIR) / "node_modules"))

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self.storage.path(path) if path in FILES and self.storage.exists(path) else None
        # Django asks for an empty list, not None, where nothing is found.
        return found if found and not find_all else [found] if found else []

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [name for name in FILES if not self.storage.exists(name)]
        if not missing:
            return []
        return [Error(f"Front-end packages are missing: {', '.join(missing)}.", hint="Run script/setup.", id="ui.E001")]

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for name in FILES:
            if self.storage.exists(name):
                yield name, self.storage
