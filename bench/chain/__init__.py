"""What the chain carries and what it costs, with all its real parts."""
