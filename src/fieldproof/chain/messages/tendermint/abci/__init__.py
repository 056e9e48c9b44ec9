"""Made by the protocol compiler."""
