"""Roll-DPoS: an EVM chain whose committee is drawn anew each epoch, by a beacon that nobody can steer.

CometBFT decides, geth executes; this room is what stands between and around them.
"""
