"""How static files are stored: the content's hash in the name, compressed, cacheable for ever."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


def _without_source_maps(patterns: Any) -> Any:
    """The links in a file that are followed, without those to source maps: the packages' maps are not served."""
    for kind, links in patterns:
        followed = tuple(
            link for link in links if "sourceMappingURL" not in (link if isinstance(link, str) else link[0])
        )
        if followed:
            yield kind, followed


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage; a link to a file that is not there still stops the collection, except to a source map."""

    patterns = tuple(_without_source_maps(CompressedManifestStaticFilesStorage.patterns))
