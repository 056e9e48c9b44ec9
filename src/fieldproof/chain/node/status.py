"""What an application that ends asks of its supervisor."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """Of the application's process."""

    STOPPED = 0
    FAILED = 1
    EXECUTION_LOST = 3
    """What the execution client still has is to be removed."""
    EXECUTION_REFUSES = 4
    """The execution client is to be restarted.

    A geth whose disk is full when a block comes calls it invalid for as long as it runs.
    """
