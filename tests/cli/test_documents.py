"""Generated pages are what the code says; every command is documented with an example."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generator", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()


@pytest.mark.parametrize("page", sorted(GENERATOR.PAGES))
def test_a_generated_page_is_up_to_date(page: str) -> None:
    assert (DOCS / "reference" / page).read_text() == GENERATOR.PAGES[page](), (
        "run `python docs/generate.py` and review the difference"
    )


def test_every_setting_says_what_it_means() -> None:
    assert "|  |" not in GENERATOR.render_settings()


def test_links_between_documents_lead_somewhere() -> None:
    import re

    root = DOCS.parent
    for page in [root / "README.md", *DOCS.rglob("*.md"), root / "vectors" / "README.md"]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.relative_to(root)} links to {target}"
