"""Generated pages are what the code says; every command is documented with an example."""

from pathlib import Path

import pytest

from loading import load_script

DOCS = Path(__file__).parents[2] / "docs"


GENERATOR = load_script(DOCS / "generate.py")


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
