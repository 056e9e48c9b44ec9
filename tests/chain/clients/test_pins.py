"""The clients that are tried are pinned exactly, and by no registry's address."""

import json
import re

from chain.clients.conftest import PACKAGE_FILES


def test_versions_are_exact_and_the_lock_names_no_registry() -> None:
    package, lock = (json.loads(path.read_text()) for path in PACKAGE_FILES)
    versions = package["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    packages = lock["packages"]
    assert packages.pop("")["dependencies"] == versions
    assert not any("resolved" in each for each in packages.values())
    assert all(packages[f"node_modules/{name}"]["version"] == versions[name] for name in versions)
    assert all(each["integrity"].startswith("sha512-") for each in packages.values())
