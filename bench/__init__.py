"""What Fieldproof costs on the machine at hand: `python -m bench`."""
