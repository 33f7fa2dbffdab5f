#!/usr/bin/env python3
"""Folds a Tallybook ledger's balances from its log, without any of Tallybook's own code.

    tallybook_reader.py LEDGER            print every member's balances as JSON
    tallybook_reader.py LEDGER --verify   check the log, print what was found; end with 1 if it is damaged

LEDGER is the folder that holds the log's segments, or one whose folder `log` does.

This is written from docs/format.md alone, and needs Python 3.9 and `msgpack` from PyPI. It checks every checksum, the
run of positions and batch numbers, each member's chain, and that balances conserve points; it does not judge whether a
decision was right. Exit code 2 means that the log is of a later format, or that there is none.
"""

import argparse
import json
import struct
import sys
from pathlib import Path

import msgpack

SEGMENT_HEADER = struct.Struct("<8sIIQQ16s12sI")
SEGMENT_SEAL = struct.Struct("<8sQQII")
BATCH_HEADER = struct.Struct("<4sIQQIII")
RECORD_HEADER = struct.Struct("<IHBBIqqQIII")

SEGMENT_MAGIC = b"TALLYLOG"
SEAL_MAGIC = b"TALLYEND"
BATCH_MAGIC = b"\xc9TB\x9e"
BATCH_BYTES_MAX = 16 * 1024 * 1024
NO_POSITION = 0xFFFF_FFFF_FFFF_FFFF

MEMBER_NAMED = 9
MEMBER_JOINED = 101
POINTS_EARNED = 102
POINTS_ACTIVATED = 103
ARREARS_PAID = 104
REDEEMED = 105
REDEMPTION_REVERSED = 106
EXPIRED = 107
CLAWED_BACK = 108
CREDITED = 109
DEBITED = 110
TIER_CHANGED = 111

ACCOUNTS = (
    "available",
    "pending",
    "held",
    "arrears",
    "issued",
    "redeemed",
    "expired",
    "forfeited",
    "clawed_back",
    "written_off",
)
(AVAILABLE, PENDING, HELD, ARREARS, ISSUED, REDEEMED_, EXPIRED_, FORFEITED, CLAWED_BACK_, WRITTEN_OFF) = range(10)


class Damaged(Exception):
    """Stored bytes are not what was written."""


class Unreadable(Exception):
    """There is no log, or a later release wrote it."""


# CRC-32C, eight bytes at a time: table k holds what two bytes become after 2 * k more.


def _crc_tables():
    one = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
        one.append(byte)
    two = []
    for pair in range(65536):
        first = one[pair & 0xFF]
        two.append((first >> 8) ^ one[(first ^ (pair >> 8)) & 0xFF])
    tables = [two]
    for _ in range(3):
        tables.append([(value >> 16) ^ two[value & 0xFFFF] for value in tables[-1]])
    return one, tables


_CRC_BYTE, (_CRC_0, _CRC_1, _CRC_2, _CRC_3) = _crc_tables()


def crc32c(data):
    """The Castagnoli checksum of a bytes-like object."""
    t0, t1, t2, t3 = _CRC_0, _CRC_1, _CRC_2, _CRC_3
    crc = 0xFFFFFFFF
    whole = len(data) // 8
    for word in struct.unpack_from("<%dQ" % whole, data):
        word ^= crc
        crc = t3[word & 0xFFFF] ^ t2[(word >> 16) & 0xFFFF] ^ t1[(word >> 32) & 0xFFFF] ^ t0[word >> 48]
    for byte in data[whole * 8 :]:
        crc = (crc >> 8) ^ _CRC_BYTE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


# Segments and batches


class Log:
    """Walks a log's batches in order. After the walk, `torn_bytes` tells what a crash left of unacknowledged writes."""

    def __init__(self, folder):
        names = []
        for path in Path(folder).iterdir():
            if path.suffix == ".log" and len(path.stem) == 20 and path.stem.isdigit():
                names.append(path)
        self.paths = sorted(names)
        if not self.paths:
            raise Unreadable(f"{folder}: no segments here")
        self.position = 0
        self.number = 1
        self.torn_bytes = 0
        self._ledger = None

    def batches(self):
        """Yields (segment name, bytes, file offset, record count, position, offset after) for each batch."""
        for index, path in enumerate(self.paths):
            data = path.read_bytes()
            self._check_header(path, data)
            last = index + 1 == len(self.paths)
            offset = SEGMENT_HEADER.size
            seal = self._seal(data)
            limit = len(data) - SEGMENT_SEAL.size if seal else len(data)
            while offset < limit:
                header = sound_batch(data, offset, limit, self.position)
                if header is None or header[3] != self.number:
                    break
                end = offset + BATCH_HEADER.size + header[1]
                yield path.name, data, offset, header[5], self.position, end
                self.position += end - offset
                self.number += 1
                offset = end
            if seal:
                if offset != limit or seal != (self.position, self.number):
                    raise Damaged(f"{path.name} at {offset}: the batches end before the seal")
                if last:
                    raise Damaged(f"{path.name}: sealed, but the next segment is missing")
            elif last:
                self._check_tail(path, data, offset)
            elif index + 2 != len(self.paths) or not self._is_empty(self.paths[-1]):
                # The next segment's header proves where this one ends, as long as nothing has been written there.
                raise Damaged(f"{path.name} at {offset}: neither a sound batch nor a seal")

    def _check_header(self, path, data):
        if len(data) < SEGMENT_HEADER.size:
            raise Damaged(f"{path.name}: shorter than a segment's header")
        magic, version, _, base, number, ledger, _, crc = SEGMENT_HEADER.unpack_from(data)
        if magic != SEGMENT_MAGIC or crc != crc32c(data[:60]):
            raise Damaged(f"{path.name} at 0: the segment's header is damaged")
        if version != 1:
            raise Unreadable(f"{path.name}: segment format {version} is of a later release")
        if (base, number) != (self.position, self.number) or base != int(path.stem):
            raise Damaged(f"{path.name}: starts at {base}, batch {number}, not at {self.position}, batch {self.number}")
        if self._ledger not in (None, ledger):
            raise Damaged(f"{path.name}: of another ledger")
        self._ledger = ledger

    @staticmethod
    def _seal(data):
        """The position and number in a segment's seal, or None."""
        tail = data[-SEGMENT_SEAL.size :]
        if len(data) < SEGMENT_HEADER.size + SEGMENT_SEAL.size or not tail.startswith(SEAL_MAGIC):
            return None
        _, position, number, _, crc = SEGMENT_SEAL.unpack(tail)
        return (position, number) if crc == crc32c(tail[:28]) else None

    @staticmethod
    def _is_empty(path):
        return not any(path.read_bytes()[SEGMENT_HEADER.size :])

    def _check_tail(self, path, data, offset):
        """Tells a torn tail from damage: a later sound batch that was written when this place was durable."""
        at = data.find(BATCH_MAGIC, offset)
        while at != -1:
            position = self.position + (at - offset)
            header = sound_batch(data, at, len(data), position)
            if header is not None and position - header[4] > self.position:
                raise Damaged(f"{path.name} at {offset}: damaged, for what stands at {at} came after it was durable")
            at = data.find(BATCH_MAGIC, at + 1)
        self.torn_bytes = len(data[offset:].rstrip(b"\0"))


def sound_batch(data, offset, limit, position):
    """The header of the batch at an offset if the batch is whole and names this position, else None."""
    if offset + BATCH_HEADER.size > limit:
        return None
    header = BATCH_HEADER.unpack_from(data, offset)
    end = offset + BATCH_HEADER.size + header[1]
    if header[0] != BATCH_MAGIC or header[2] != position or end > limit or end - offset > BATCH_BYTES_MAX:
        return None
    covered = data[offset + 4 : offset + 32] + data[offset + BATCH_HEADER.size : end]
    return header if crc32c(covered) == header[6] else None


# Balances


class Fold:
    """Balances by member number and currency number, and the names of members."""

    def __init__(self):
        self.names = {}
        self.balances = {}
        self.heads = {}
        self.batches = 0
        self.records = 0

    def run(self, log):
        """Folds every record of the log, checking each member's chain on the way."""
        unpack = RECORD_HEADER.unpack_from
        for segment, data, batch_at, count, position, end in log.batches():
            self.batches += 1
            at = batch_at + BATCH_HEADER.size
            for _ in range(count):
                if at + RECORD_HEADER.size > end:
                    raise Damaged(f"{segment} at {at}: the records do not fit their batch")
                size, kind, version, _, member, effective_at, _, previous, _, _, distance = unpack(data, at)
                body_at = at + RECORD_HEADER.size
                if distance != at - batch_at or body_at + size > end:
                    raise Damaged(f"{segment} at {at}: the record does not fit its batch")
                if self.heads.get(member, NO_POSITION) != previous:
                    raise Damaged(f"{segment} at {at}: the chain of member {member} is broken")
                self.heads[member] = position + distance
                if kind == MEMBER_NAMED or kind > 100:
                    place = f"{segment} at {at}"
                    if version != 1:
                        raise Unreadable(f"{place}: version {version} of kind {kind} is of a later release")
                    try:
                        self.apply(kind, member, effective_at, msgpack.unpackb(data[body_at : body_at + size]))
                    except Unreadable as error:
                        raise Unreadable(f"{place}: {error}") from None
                    except Exception as error:
                        raise Damaged(f"{place}: kind {kind} has another body: {error}") from error
                self.records += 1
                at = body_at + size
            if at != end:
                raise Damaged(f"{segment} at {at}: the records do not fill their batch")

    def apply(self, kind, member, effective_at, body):
        """Folds one decoded record."""
        if kind == MEMBER_NAMED:
            (self.names[member],) = body
        elif kind == POINTS_EARNED:
            for lot in body[5]:
                self._new_lot(member, effective_at, lot)
        elif kind == CREDITED:
            self._new_lot(member, effective_at, body)
        elif kind == POINTS_ACTIVATED:
            _, currency, points = body
            self._move(member, currency, PENDING, AVAILABLE, points)
        elif kind == ARREARS_PAID:
            _, currency, points = body
            balance = self._balance(member, currency)
            balance[AVAILABLE] -= points
            balance[ARREARS] -= points
        elif kind == REDEEMED:
            currency, points, _, _ = body
            self._move(member, currency, AVAILABLE, REDEEMED_, points)
        elif kind == REDEMPTION_REVERSED:
            currency, points, _ = body
            self._move(member, currency, REDEEMED_, AVAILABLE, points)
        elif kind == EXPIRED:
            _, currency, points = body
            self._move(member, currency, AVAILABLE, EXPIRED_, points)
        elif kind == CLAWED_BACK:
            for currency, _, _, _, from_pending, from_available, arrears, _ in body[0]:
                for draw in from_pending:
                    self._move(member, currency, PENDING, CLAWED_BACK_, draw[1])
                for draw in from_available:
                    self._move(member, currency, AVAILABLE, CLAWED_BACK_, draw[1])
                self._owe(member, currency, CLAWED_BACK_, arrears)
        elif kind == DEBITED:
            currency, _, draws, arrears = body
            for draw in draws:
                self._move(member, currency, AVAILABLE, FORFEITED, draw[1])
            self._owe(member, currency, FORFEITED, arrears)
        elif kind not in (MEMBER_JOINED, TIER_CHANGED):
            raise Unreadable(f"kind {kind} is of a later release")

    def _balance(self, member, currency):
        balance = self.balances.get((member, currency))
        if balance is None:
            balance = self.balances[(member, currency)] = [0] * len(ACCOUNTS)
        return balance

    def _new_lot(self, member, effective_at, lot):
        _, currency, points, activates_at, _ = lot
        balance = self._balance(member, currency)
        balance[ISSUED] += points
        balance[PENDING if activates_at is not None and activates_at > effective_at else AVAILABLE] += points

    def _move(self, member, currency, source, target, points):
        balance = self._balance(member, currency)
        balance[source] -= points
        balance[target] += points

    def _owe(self, member, currency, target, points):
        balance = self._balance(member, currency)
        balance[ARREARS] += points
        balance[target] += points

    def check(self):
        """Stops at a balance below 0, or where points came from nowhere."""
        for (member, currency), balance in self.balances.items():
            if member not in self.names:
                raise Damaged(f"member {member} has balances and no name")
            who = f"member {self.names[member]}, currency {currency}"
            for account, points in zip(ACCOUNTS, balance):
                if points < 0:
                    raise Damaged(f"{who}: {account} is {points}")
            there = sum(balance) - balance[ISSUED] - 2 * (balance[ARREARS] + balance[WRITTEN_OFF])
            if there != balance[ISSUED]:
                raise Damaged(f"{who}: {balance[ISSUED]} points were issued, and {there} are accounted for")

    def by_name(self):
        """{member: {currency number: {account: points}}}, members without balances included."""
        result = {name: {} for name in self.names.values()}
        for (member, currency), balance in self.balances.items():
            result[self.names[member]][str(currency)] = dict(zip(ACCOUNTS, balance))
        return result


def main():
    """Reads the command line; gives the exit code."""
    parser = argparse.ArgumentParser(description="Folds a Tallybook ledger's balances from its log.")
    parser.add_argument("ledger", type=Path, help="the ledger's folder")
    parser.add_argument("--verify", action="store_true", help="check only, and end with 1 if the log is damaged")
    options = parser.parse_args()
    folder = options.ledger / "log" if (options.ledger / "log").is_dir() else options.ledger
    fold = Fold()
    try:
        log = Log(folder)
        fold.run(log)
        fold.check()
    except Damaged as error:
        print(f"damaged: {error}", file=sys.stderr)
        return 1
    except (Unreadable, OSError) as error:
        print(f"cannot read: {error}", file=sys.stderr)
        return 2
    if log.torn_bytes:
        print(f"left out: {log.torn_bytes} bytes at the end that were never acknowledged", file=sys.stderr)
    if options.verify:
        print(f"sound: {fold.batches} batches, {fold.records} records, {len(fold.names)} members")
    else:
        json.dump(fold.by_name(), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
