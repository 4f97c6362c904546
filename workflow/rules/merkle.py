"""The root of a hash tree over many heads: one short value that stands for all of them. Pure."""

import hashlib
from collections.abc import Iterable


def root(leaves: Iterable[str]) -> str:
    """Root over the leaves in their order (RFC 6962: leaves and nodes are hashed differently); "" for none."""
    level = [hashlib.sha256(b"\x00" + leaf.encode()).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [level[at : at + 2] for at in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\x01" + pair[0] + pair[1]).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0].hex() if level else ""
