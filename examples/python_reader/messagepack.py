"""Reads the part of MessagePack that bodies use: nil, booleans, integers, texts, binary strings and arrays."""

import struct


class Malformed(ValueError):
    """Bytes that are not one value, and nothing else, in that part of MessagePack."""


_INTEGERS = {
    0xCC: struct.Struct(">B"),
    0xCD: struct.Struct(">H"),
    0xCE: struct.Struct(">I"),
    0xCF: struct.Struct(">Q"),
    0xD0: struct.Struct(">b"),
    0xD1: struct.Struct(">h"),
    0xD2: struct.Struct(">i"),
    0xD3: struct.Struct(">q"),
}
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
# Tag to the bytes that the length takes.
_BINARIES = {0xC4: 1, 0xC5: 2, 0xC6: 4}
_TEXTS = {0xD9: 1, 0xDA: 2, 0xDB: 4}
_ARRAYS = {0xDC: 2, 0xDD: 4}


def unpack(data):
    """The one value that the bytes hold; arrays become lists."""
    try:
        value, end = _value(data, 0)
    except (IndexError, struct.error):
        raise Malformed("the value is cut short") from None
    except UnicodeDecodeError:
        raise Malformed("a text is not UTF-8") from None
    except RecursionError:
        raise Malformed("arrays in arrays without end") from None
    if end != len(data):
        raise Malformed("something follows the value")
    return value


def _value(data, at):
    tag = data[at]
    at += 1
    if tag < 0x80:
        return tag, at
    if tag >= 0xE0:
        return tag - 0x100, at
    if 0x90 <= tag < 0xA0:
        return _array(data, at, tag & 0x0F)
    if 0xA0 <= tag < 0xC0:
        end = at + (tag & 0x1F)
        return _bytes(data, at, end).decode(), end
    if tag in _INTEGERS:
        integer = _INTEGERS[tag]
        return integer.unpack_from(data, at)[0], at + integer.size
    if tag in _CONSTANTS:
        return _CONSTANTS[tag], at
    for lengths, read in ((_TEXTS, _text), (_ARRAYS, _array), (_BINARIES, _binary)):
        if tag in lengths:
            after = at + lengths[tag]
            return read(data, after, int.from_bytes(_bytes(data, at, after), "big"))
    raise Malformed(f"bodies have nothing that begins with {tag:#04x}")


def _array(data, at, count):
    values = []
    for _ in range(count):
        value, at = _value(data, at)
        values.append(value)
    return values, at


def _text(data, at, size):
    return _bytes(data, at, at + size).decode(), at + size


def _binary(data, at, size):
    return _bytes(data, at, at + size), at + size


def _bytes(data, at, end):
    if end > len(data):
        raise IndexError
    return data[at:end]
