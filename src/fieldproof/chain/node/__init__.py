"""One node: its folder, its keys, its three processes."""
