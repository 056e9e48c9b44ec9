"""The application between CometBFT and geth: rules of consensus in Python, one process for each node."""
