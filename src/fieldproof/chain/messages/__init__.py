"""CometBFT's own messages, made by the protocol compiler from the `.proto` files of the pinned version.

`python -m fieldproof.chain.messages.compile` makes them anew (development packages needed); a test compares.
The definitions are CometBFT's and gogoproto's, under the Apache License 2.0 and the BSD licence.
"""
