"""Reads `label.geometry` as docs/file-format.md describes it, without the library."""

import struct
from decimal import Decimal

PLACES = {1: 4, 2: 5, 6: 3, 10: 9}  # of boxes, rotatable boxes, skeletons, cuboids; of everything else x and y


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def varint(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def take(self, length):
        self.at += length
        assert self.at <= len(self.data)
        return self.data[self.at - length:self.at]


def zigzag(value):
    return value >> 1 if value % 2 == 0 else -(value >> 1) - 1


def part(source, count, width, by_number, scale, before):
    if by_number:
        numbers = []
        for _ in range(count):
            tag = source.varint()
            numbers.append(Decimal(zigzag(source.varint())).scaleb(-zigzag(tag - 1)) if tag else
                           Decimal(struct.unpack("<d", source.take(8))[0]))
        return numbers
    if width:
        bits = int.from_bytes(source.take((count * width + 7) // 8), "little")
        deltas = [bits >> i * width & (1 << width) - 1 for i in range(count)]
    else:
        deltas = [source.varint() for _ in range(count)]
    numbers = []
    for i, delta in enumerate(deltas):
        before[i % len(before)] += zigzag(delta)
        numbers.append(Decimal(before[i % len(before)]).scaleb(-scale))
    return numbers


def read(data):
    """Shape, unit, and the parts of each frame."""
    source, frames = Bytes(data), {}
    head, coding = source.varint(), source.varint()
    shape, width, tag = head >> 2, source.varint() if coding % 2 else 0, coding >> 1
    places, before, number = PLACES.get(shape, 2), [0] * PLACES.get(shape, 2), -1
    told = source.varint()
    for _ in range(told - 1 if told else 1):
        number += 1 + (source.varint() if told else 0)
        parts = source.varint()
        frames[number] = [part(source, source.varint() if parts else places, width, tag == 0, zigzag(tag - 1), before)
                          for _ in range(parts - 1 if parts else 1)]
    assert source.at == len(data), (source.at, len(data))
    return shape, head & 3, frames
