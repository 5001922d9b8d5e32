"""The image has only the packages that run; what is imported must be among them."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from partnershop.paths import ROOT

_AS_IN_THE_IMAGE = """
import sys
from importlib.metadata import packages_distributions

packages = {dist.lower().replace("_", "-") for dist in sys.argv[1:]} | {"partnershop", "editables"}
hidden = {
    name for name, dists in packages_distributions().items()
    if not packages & {dist.lower().replace("_", "-") for dist in dists}
}

class NotThere:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotThere)
for name in list(sys.modules):
    if name.partition(".")[0] in hidden:
        del sys.modules[name]

import kombu.transport.redis, partnershop.audit, partnershop.cli, partnershop.documents.engine
import workers.app, workers.flower, workers.web
workers.app.app.loader.import_default_modules()
"""


def test_the_product_runs_with_the_packages_of_the_image_alone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    installed = re.search(r"--find-links /wheels \.(.*)$", dockerfile, re.MULTILINE)
    assert installed
    packages = with_what_they_need([*project["dependencies"], *installed[1].split()])
    started = subprocess.run(
        [sys.executable, "-c", _AS_IN_THE_IMAGE, *packages],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 0, started.stderr


def with_what_they_need(asked: Iterable[str]) -> set[str]:
    """The names of the packages that pip installs for these requirements."""
    found: set[str] = set()
    waiting = [Requirement(requirement) for requirement in asked]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        try:
            needed = [Requirement(line) for line in requires(name) or ()]
        except PackageNotFoundError:
            continue  # for another system, or not installed here yet
        extras = ["", *requirement.extras]
        news = [one for one in needed if _applies(one, extras) and canonicalize_name(one.name) not in found]
        waiting += news
        found.add(name)
    return found


def _applies(requirement: Requirement, extras: Iterable[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras)
