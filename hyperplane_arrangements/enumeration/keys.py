"""Finding rows of bits among many: a random 64-bit key for each bit, and their exclusive or for a row.

Equal rows have equal keys, and flipping bits flips keys, so neighbours are found without making them. A key
proves nothing: keys are drawn again until those of all rows are distinct, and what is found is compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


def bit_keys(size: int, seed: int = 0) -> np.ndarray:
    """A random uint64 for each of so many bits."""
    return np.random.default_rng(seed).integers(0, 2**64, size=size, dtype=np.uint64)


def row_keys(words: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """The exclusive or of the keys of the bits that are set.

    Args:
        words: rows x words uint64, the first bit lowest.
        keys: of as many bits at least.

    Returns:
        rows uint64.

    Example:
        >>> keys = bit_keys(64)
        >>> bool(row_keys(np.array([[5]], np.uint64), keys)[0] == keys[0] ^ keys[2])
        True
    """
    octets = np.ascontiguousarray(words, "<u8").view(np.uint8).reshape(len(words), 8 * words.shape[1])
    result = np.zeros(len(words), np.uint64)
    for b, column in enumerate(np.ascontiguousarray(octets.T)):
        table = np.zeros(256, np.uint64)
        for bit in range(8):
            table[1 << bit : 2 << bit] = table[: 1 << bit] ^ keys[8 * b + bit]
        result ^= np.take(table, column)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class RowIndex:
    """Distinct rows of bits, found by their keys.

    Attributes:
        words: rows x words uint64.
        bits: the key of each bit.
        keys: the key of each row.
        order: the rows by increasing key.
    """

    words: np.ndarray
    bits: np.ndarray
    keys: np.ndarray
    order: np.ndarray

    @staticmethod
    def of(words: np.ndarray) -> RowIndex:
        """An index of distinct rows.

        Raises:
            ValueError: two rows are equal.

        Example:
            >>> index = RowIndex.of(np.array([[1], [2], [4]], np.uint64))
            >>> index.find(np.array([[4], [3]], np.uint64)).tolist()
            [2, -1]
        """
        for seed in range(8):
            bits = bit_keys(64 * words.shape[1], seed)
            keys = row_keys(words, bits)
            order = np.argsort(keys)
            if (keys[order[1:]] != keys[order[:-1]]).all():
                return RowIndex(words, bits, keys, order)
        raise ValueError("two rows are equal")

    def candidates(self, keys: np.ndarray) -> np.ndarray:
        """For each key the row that has it, -1 if none has."""
        if not len(self.keys):
            return np.full(len(keys), -1)
        known, sought = self.keys[self.order], np.argsort(keys)  # searched in order: in the cache
        place = np.minimum(np.searchsorted(known, keys[sought]), len(known) - 1)
        found = np.empty(len(keys), np.int64)
        found[sought] = np.where(known[place] == keys[sought], self.order[place], -1)
        return found

    def find(self, words: np.ndarray) -> np.ndarray:
        """For each row of bits its index, -1 if it is none of the rows."""
        found = self.candidates(row_keys(words, self.bits))
        same = (self.words[found] == words).all(axis=1) if len(self.words) else found >= 0
        return np.where((found >= 0) & same, found, -1)
