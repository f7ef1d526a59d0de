"""Merkle trees of RFC 6962 (Certificate Transparency): one hash for many records, a short proof for each."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def leaf_hash(record: bytes) -> bytes:
    """Leaves and nodes are hashed apart, so that no node passes for a record."""
    return sha256(b"\0" + record).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of none it is the hash of nothing."""
    if not leaves:
        return sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = [*pairs, *level[len(pairs) * 2 :]]
    return level[0]


def proof_of(leaves: Sequence[bytes], place: int) -> list[bytes]:
    """What leads from the leaf at ``place`` (from 0) to the root, the nearest first."""
    if not 0 <= place < len(leaves):
        raise ValueError(f"there is no leaf {place} among {len(leaves)}")
    level, proof = list(leaves), []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            proof.append(level[beside])
        pairs = [_node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = [*pairs, *level[len(pairs) * 2 :]]
        place //= 2
    return proof


def root_from(leaf: bytes, place: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that the proof leads to from the leaf at ``place`` of ``size``; None where it does not fit them."""
    if not 0 <= place < size:
        return None
    steps, found = list(proof), leaf
    last = size - 1
    while last > 0:
        if place % 2 or place < last:
            if not steps:
                return None
            beside = steps.pop(0)
            found = _node(beside, found) if place % 2 else _node(found, beside)
        place, last = place // 2, last // 2
    return None if steps else found


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()
