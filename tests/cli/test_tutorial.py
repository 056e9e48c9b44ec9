"""The guides do what they say: their files are written and their commands run, in order."""

import os
import re
import subprocess
import sys
from pathlib import Path

from fieldproof.compiler import capture
from fieldproof.networks import NETWORKS, get_network_folder
from fieldproof.run import read_sources
from networks.pins import read

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run_guide(name: str, folder: Path) -> dict[str, str]:
    """Do what a guide says in a folder; return what each command printed."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    said = {}
    for language, target, text in BLOCK.findall((GUIDES / name).read_text()):
        if target:
            (folder / target).write_text(text)
        elif language == "sh":
            for line in text.strip().splitlines():
                finished = subprocess.run(
                    line.split(),
                    cwd=folder,
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=240,
                    check=False,
                )
                assert finished.returncode == 0, f"{line}\n{finished.stdout}{finished.stderr}"
                said[line] = finished.stdout
    return said


def test_a_program_is_written_from_its_guide_alone(tmp_path: Path) -> None:
    said = run_guide("write-a-program.md", tmp_path)
    assert "no mistakes" in said["fieldproof check quiet"]
    rows = [line.split() for line in said["fieldproof run quiet --data quiet/data.csv"].splitlines()[1:]]
    assert {row[1]: row[3] for row in rows} == {"north": "4", "south": "3"}


def test_every_ready_made_network_begins_as_the_page_of_examples_says(tmp_path: Path) -> None:
    said = run_guide("examples.md", tmp_path)
    checks = [text for command, text in said.items() if command.startswith("fieldproof check ")]
    assert len(checks) == len(NETWORKS)
    assert all("no mistakes" in text for text in checks)


def test_the_page_of_examples_quotes_the_networks_and_their_sizes() -> None:
    page, pins = (GUIDES / "examples.md").read_text(), read()
    head, *sections = page.split("\n## ")
    assert {section.split("\n")[0] for section in sections} == set(NETWORKS)
    for section in sections:
        name = section.split("\n")[0]
        (excerpt,) = [text for language, _, text in BLOCK.findall(section) if language == "python"]
        network = capture(read_sources(get_network_folder(name)))
        assert excerpt in dict(network.sources)["network.py"]
        assert f"--network {name}\n" in section
        settings = network.settings
        row = f"{settings.cohort} | {settings.readings_per_window} in"
        assert re.search(rf"\[{name}\]\(#{name}\) \| {row} \d+ \w+ \| {pins[name]['gates']:,} \|", head)


def test_the_tutorial_runs_from_top_to_bottom(tmp_path: Path) -> None:
    said = run_guide("tutorial.md", tmp_path)
    assert "plausible is 0 … 10: 10 rounds each add 1" in said["fieldproof explain rooftops/network.py:20"]
    assert "all agree" in said["fieldproof verify-program rooftops"]
    assert (tmp_path / "rooftops" / "cost.svg").read_text().startswith("<svg")
    assert "no mistakes" in said["fieldproof check rooftops"]
    rows = [
        line.split() for line in said["fieldproof run rooftops --data rooftops/data.csv"].splitlines()[1:]
    ]
    points = {row[1]: row[3] for row in rows}
    assert points == {"attic": "4", "cellar": "2", "garden": "0"}
    assert "fewer than four readings" in said["fieldproof run rooftops --data rooftops/data.csv"]
    assert "for 2 devices" in said["fieldproof withdraw rooftops"]
    assert "Agrees: 3 of 3" in said["fieldproof audit evidence --network rooftops"]
