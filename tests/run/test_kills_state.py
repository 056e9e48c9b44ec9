"""A node of a network with state killed on the way: what devices carry is what an undisturbed run leaves."""

import pytest

from fieldproof.compiler import capture, get_state_layout
from fieldproof.run import Tools

from .conftest import DEVICES, Template, make_template
from .networks import STREAKS, run_streaks, share_pool
from .node_process import NodeOrder
from .test_kills import ABSENT, READINGS, REORGED, WINDOWS, open_play, slow

SEALED = [
    {device: READINGS[window, device] for device in range(DEVICES) if (window, device) != ABSENT}
    for window in range(WINDOWS)
]


@pytest.fixture(scope="module")
def streaks(tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_template(tools, tmp_path_factory.mktemp("streaks"), STREAKS)


@pytest.mark.parametrize(
    ("point", "times"),
    [
        slow("job taken", 3),
        slow("witness solved", 3),
        slow("proof stored", 1),
        ("proof stored", 3),
        slow("transaction hash stored", 1),
        ("transaction sent", 1),
        slow("transaction sent", 3),
        slow("transaction mined", 1),
        slow("transaction confirmed", 1),
        slow("transaction confirmed", 4),
        (REORGED, 1),
    ],
)
async def test_state_goes_on_from_the_chain_after_any_death(
    streaks: Template, tools: Tools, tmp_path, point: str, times: int
) -> None:
    order = NodeOrder("", 0, point=point, times=times, confirmations=2 if point == REORGED else 1)
    async with open_play(streaks, tools, tmp_path, order) as play:
        books = await play.run()
        assert play.deaths == 1
    points, states = run_streaks(SEALED, DEVICES)
    balances = dict.fromkeys(range(DEVICES), 0)
    for earned in points:
        for number, units in share_pool(earned, DEVICES).items():
            balances[number] += units
    assert books.balances == balances
    layout = get_state_layout(capture({"network.py": STREAKS}))
    assert layout is not None
    words = {event.posting.cohort: event.posting.state for event in books.posted}
    assert [*layout.unpack(words[0]), *layout.unpack(words[1])][:DEVICES] == states
