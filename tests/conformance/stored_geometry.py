"""Reads `label.geometry` as docs/file-format.md describes it, without the library."""

import struct
from decimal import Decimal

PLACES = {1: 4, 2: 5, 6: 3, 10: 9, 13: 5, 14: 5}  # of boxes, rotatable boxes, skeletons, cuboids, circles, ellipses; of everything else x and y, in a scene z


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


MASKS = {7: True, 12: False}  # bitmasks have lines, segmentations none


class Runs:
    """The code of a mask's runs."""

    def __init__(self, code):
        self.code, self.read, self.range, self.value = code, 0, 2 ** 32 - 1, 0
        for _ in range(4):
            self.byte()

    def byte(self):
        self.value = self.value << 8 | (self.code[self.read] if self.read < len(self.code) else 0)
        self.read += 1

    def bit(self, chances, key):
        """With the chance of a zero under `key`, in 2048ths; without a key both are as likely."""
        chance = chances.get(key, 1024)
        zeros = (self.range >> 11) * chance if key else self.range >> 1
        one = self.value >= zeros
        self.value, self.range = (self.value - zeros, self.range - zeros) if one else (self.value, zeros)
        while self.range < 2 ** 24:
            self.byte()
            self.range <<= 8
        if key:
            chances[key] = chance - (chance >> 4) if one else chance + (2048 - chance >> 4)
        return one

    def difference(self, chances):
        if not self.bit(chances, "moved"):
            return 0
        sign, size, behind = -1 if self.bit(chances, "earlier") else 1, 1, 0
        while behind < 31 and self.bit(chances, "longer %d" % behind):
            behind += 1
        for _ in range(behind):
            size = size * 2 + self.bit(chances, None)
        return sign * size

    def runs(self, count, side, pixels):
        ends, chances = [], ({}, {})
        for i in range(count):
            begin = ends[-1] if ends else 0
            above = [end for end in ends[-32:][(i - min(i, 32)) % 2 != i % 2:][::2] if end + side > begin]
            alike = ends[i - 2] - (ends[i - 3] if i > 2 else 0) if i > 1 else 0
            expected = above[0] + side - begin if above else alike
            ends.append(begin + expected + self.difference(chances[i % 2]))
            assert begin <= ends[-1] <= pixels
        used, least = self.read - 3, -(-count // 16)
        assert self.value < 2 ** 24 and not any(self.code[used:]) and len(self.code) == max(used, least)
        assert side == 0 or ends[-1] == pixels
        return [b - a for a, b in zip([0] + ends, ends)]


def mask(source, count, lines):
    sides = [source.varint(), source.varint()] if lines else []
    code = Runs(source.take(source.varint()))
    return [Decimal(number) for number in
            sides + code.runs(count - len(sides), sides[1] if lines else 0, sides[0] * sides[1] if lines else 2 ** 31)]


class Bits:
    """From the lowest bit of each byte on."""

    def __init__(self, source):
        self.source, self.waiting, self.count = source, 0, 0

    def take(self, width):
        while self.count < width:
            self.waiting |= self.source.take(1)[0] << self.count
            self.count += 8
        value = self.waiting & (1 << width) - 1
        self.waiting, self.count = self.waiting >> width, self.count - width
        return value


def own_scales(source, count, width, bits, least):
    signs, bits = bits % 2, bits >> 1
    numbers, packed = [], Bits(source)
    for _ in range(count):
        above = packed.take(bits)
        mantissa = packed.take(width) if above else 0
        numbers.append(Decimal(zigzag(mantissa) if signs else mantissa).scaleb(-least - above + 1) if above else Decimal(0))
    return numbers


QUOTIENTS = 722     # in place of a scale


def denominator(tag):
    return 1 << (tag >> 1) if tag % 2 else tag >> 1


def quotients(source, count, width, before, denominators, correction_width):
    """Integers divided in doubles, and so many doubles farther from 0."""
    packed = Bits(source)
    corrections = [zigzag(packed.take(correction_width)) if correction_width else 0 for _ in range(count)]
    numbers = []
    for i, integer in enumerate(part(source, count, width, False, 0, before)):
        value = float(abs(integer)) / float(denominators[i % len(before) % 2])
        (bits,) = struct.unpack("<q", struct.pack("<d", value))
        (value,) = struct.unpack("<d", struct.pack("<q", bits + corrections[i]))
        numbers.append(Decimal(repr(-value if integer < 0 else value)))
    return numbers


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
    shape, tag = head >> 2, coding >> 1
    divided = ([denominator(source.varint()) for _ in range(2)], source.varint()) if tag == QUOTIENTS else None
    width = source.varint() if coding % 2 else None
    own = (source.varint(), zigzag(source.varint() - 1)) if width and tag == 0 else None
    if width == 0:
        assert shape in MASKS and tag == 1
    places, number = PLACES.get(shape, 3 if head % 4 == 3 else 2), -1
    before = [0] * places
    told = source.varint()
    for _ in range(told - 2 if told >= 2 else 1):
        number += 1 + (source.varint() if told >= 2 else 0)
        parts = source.varint() if told else 0
        frames[number] = []
        for _ in range(parts - 1 if parts else 1):
            count = source.varint() if parts else places
            frames[number].append(mask(source, count, MASKS[shape]) if width == 0 else
                                  own_scales(source, count, width, *own) if own else
                                  quotients(source, count, width, before, *divided) if divided else
                                  part(source, count, width, tag == 0, zigzag(tag - 1), before))
    assert source.at == len(data), (source.at, len(data))
    return shape, head & 3, frames
