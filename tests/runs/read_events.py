"""Reads TensorBoard event files with Python's standard library alone, as an independent check of the writer.

Prints a JSON object a record: step, session (status of a SessionLog), version, values by tag (a number, or a histogram's
fields). Fails where a length or a checksum is wrong. Usage: read_events.py FILE
"""

import json
import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def check(data, masked):
    rotated = (masked - 0xA282EAD8) & 0xFFFFFFFF
    assert crc32c(data) == (rotated >> 17 | rotated << 15) & 0xFFFFFFFF, "checksum"


def fields(data):
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            value = varint()
        else:
            size = {1: 8, 5: 4}.get(kind) or varint()
            value = data[at : at + size]
            assert len(value) == size, "length"
            at += size
        yield key >> 3, value


def doubles(data):
    return list(struct.unpack(f"<{len(data) // 8}d", data))


def value_of(data):
    tag = value = None
    for field, content in fields(data):
        if field == 1:
            tag = content.decode()
        elif field == 2:
            value = struct.unpack("<f", content)[0]
        elif field == 5:
            names = {1: "min", 2: "max", 3: "num", 4: "sum", 5: "sum_squares", 6: "limits", 7: "counts"}
            value = {names[f]: doubles(c) if f > 5 else doubles(c)[0] for f, c in fields(content)}
    return tag, value


def event_of(data):
    event = {"step": 0, "values": {}}
    for field, content in fields(data):
        if field == 1:
            event["wall_time"] = doubles(content)[0]
        elif field == 2:
            event["step"] = content
        elif field == 3:
            event["version"] = content.decode()
        elif field == 5:
            for number, entry in fields(content):
                assert number == 1
                tag, value = value_of(entry)
                event["values"][tag] = value
        elif field == 7:
            event["session"] = dict(fields(content))[1]
    return event


def main(path):
    with open(path, "rb") as file:
        while header := file.read(12):
            length, masked = struct.unpack("<QI", header)
            check(header[:8], masked)
            data = file.read(length)
            assert len(data) == length, "length"
            check(data, struct.unpack("<I", file.read(4))[0])
            print(json.dumps(event_of(data)))


if __name__ == "__main__":
    main(sys.argv[1])
