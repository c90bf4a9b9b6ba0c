"""`python est_platform/launcher setup|server|test`: what the scripts call."""

import sys
from pathlib import Path

# Run as a folder, Python puts this folder first on the path; its parent must come last instead, so that
# `launcher` is found without the parent package, and `celery.py` beside it hides nothing.
_here = Path(__file__).resolve().parent
sys.path = [entry for entry in sys.path if Path(entry or ".").resolve() != _here] + [str(_here.parent)]

from launcher.commands import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
