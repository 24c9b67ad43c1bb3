#!/usr/bin/env python3
"""Reads ring files as FORMAT.md describes them: Python's standard library and that page, nothing else.

Usage: reader.py RING...   prints one JSON object for each ring.
"""
import json
import math
import os
import struct
import sys
import zlib

HEADER = 4096
U32 = 0xFFFFFFFF
MAX_PAYLOAD = 1 << 24


class Damaged(Exception):
    """The file is not a ring that can be read."""


def check_word(position, size, seq, time0, time1, kind_flags_level):
    total = (
        position * 0x9E3779B1
        + size * 0x85EBCA77
        + seq * 0xC2B2AE3D
        + time0 * 0x27D4EB2F
        + time1 * 0x165667B1
        + kind_flags_level * 0xCC9E2D51
        + 0x54524143
    ) & U32
    mixed = ((total ^ (total >> 15)) * 0x85EBCA6B) & U32
    return mixed ^ (mixed >> 13)


class Ring:
    def __init__(self, path):
        with open(path, 'rb') as file:
            content = file.read()
        self.header = content[:HEADER]
        self.data = content[HEADER:]
        self.describe()
        self.settle()

    def get(self, kind, offset):
        return struct.unpack_from(self.order + kind, self.header, offset)[0]

    def position_at(self, offset):
        return self.get('I', offset + 4) * 2**32 + self.get('I', offset)

    def counter(self, offset):
        value = self.get('d', offset)
        return int(value) if 0 <= value < 2**53 and value == int(value) else 0

    def name(self, offset):
        length = min(self.get('H', offset), 126)
        return self.header[offset + 2 : offset + 2 + length].decode('utf-8', 'replace')

    def describe(self):
        if len(self.header) < HEADER or self.header[:8] != b'TRACEBUF':
            raise Damaged('no ring, or still being made')
        self.order = {b'\x04\x03\x02\x01': '<', b'\x01\x02\x03\x04': '>'}.get(self.header[8:12], '')
        if self.order == '':
            raise Damaged('unknown byte order')
        if self.get('H', 12) != 1:
            raise Damaged(f'version {self.get("H", 12)}.{self.get("H", 14)}, this reads 1.0')
        if self.get('I', 16) != HEADER:
            raise Damaged('another header size')
        flags = self.get('I', 20)
        self.discards = bool(flags & 1)
        self.positional = bool(flags & 2)
        self.keeps = bool(flags & 4)
        self.capacity = self.get('I', 24)
        if not 1024 <= self.capacity <= 2**30 or self.capacity % 8:
            raise Damaged('impossible capacity')
        self.origin = self.get('d', 48)

    def settle(self):
        head, oldest = self.position_at(512), self.position_at(576)
        for h, o in ((head, oldest), (head - 2**32, oldest), (head, oldest - 2**32)):
            if 0 <= o <= h and h - o <= self.capacity and h < 2**53:
                self.head, self.oldest = h, o
                break
        else:
            self.head = self.oldest = 0
        self.appended = self.counter(520)
        if self.positional:
            self.head = self.find_end()

    def record_at(self, position, end):
        """A sound record, ('padding', taken), ('damaged payload', taken) or None."""
        offset = position % self.capacity
        to_end = self.capacity - offset
        if offset + 24 > len(self.data):
            return None
        size, seq, time0, time1, kind_flags_level, check = struct.unpack_from(self.order + '6I', self.data, offset)
        if size > MAX_PAYLOAD:
            return None
        if check_word(position & U32, size, seq, time0, time1, kind_flags_level) != check:
            return None
        if kind_flags_level & 0xFF == 0:
            return 'padding', to_end
        taken = (24 + size + (4 if self.positional else 0) + 7) & ~7
        if taken > to_end or position + taken > end:
            return None
        payload = self.data[offset + 24 : offset + 24 + size]
        if self.positional:
            (crc,) = struct.unpack_from(self.order + 'I', self.data, offset + taken - 4)
            if zlib.crc32(payload) != crc:
                return 'damaged payload', taken
        (time,) = struct.unpack_from(self.order + 'd', self.data, offset + 8)
        return 'record', taken, seq, time, kind_flags_level, payload

    def find_end(self):
        position = end = self.head
        limit = self.oldest + self.capacity
        number = self.appended
        while position < limit:
            to_end = self.capacity - position % self.capacity
            if to_end < 24:
                position += to_end
                continue
            found = self.record_at(position, limit)
            if found is None or found[0] == 'damaged payload':
                break
            position += found[1]
            if found[0] == 'record':
                if found[2] != (number + 1) & U32:
                    break
                number += 1
                end = position
        return end

    def records(self):
        """Numbers, times in milliseconds since 1970, levels, kinds, flags and payloads, oldest first."""
        clear_mark = self.position_at(1048)
        position = max(self.oldest, min(clear_mark, self.head))
        while position < self.head:
            to_end = self.capacity - position % self.capacity
            if to_end < 24:
                position += to_end
                continue
            found = self.record_at(position, self.head)
            if found is None:
                position += 8
                continue
            position += found[1]
            if found[0] != 'record':
                continue
            _, _, seq, time, kind_flags_level, payload = found
            difference = ((self.appended & U32) - seq) & U32
            if difference >= 2**31:
                difference -= 2**32
            yield {
                'seq': self.appended - difference,
                'time': math.floor((self.origin + time) * 1000 + 0.5),
                'level': kind_flags_level >> 16,
                'flags': kind_flags_level >> 8 & 0xFF,
                'kind': kind_flags_level & 0xFF,
                'payload': payload.hex(),
            }

    def to_json(self):
        return {
            'bigEndian': self.order == '>',
            'mode': 'positional' if self.positional else 'mapped',
            'policy': 'discard' if self.discards else 'overwrite',
            'role': 'keep' if self.keeps else 'main',
            'capacity': self.capacity,
            'pid': self.get('I', 28),
            'thread': self.get('I', 32),
            'buffer': self.name(64),
            'process': self.name(192),
            'cleared': self.counter(640),
            'discarded': self.counter(648),
            'cut': self.counter(656),
            'replaced': self.counter(664),
            'closed': self.get('I', 672) == 2,
            'enabled': self.get('I', 1028) != 0,
            'minLevel': self.get('I', 1032),
            'records': list(self.records()),
        }


def main():
    for path in sys.argv[1:]:
        try:
            shown = Ring(path).to_json()
        except Damaged as problem:
            shown = {'problem': str(problem)}
        print(json.dumps({'file': os.path.basename(path), **shown}))


main()
