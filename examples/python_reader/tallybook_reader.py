#!/usr/bin/env python3
"""Folds a Tallybook ledger's balances from its log, without any of Tallybook's own code.

    tallybook_reader.py LEDGER            print every member's balances as JSON
    tallybook_reader.py LEDGER --verify   check the log, print what was found; end with 1 if it is damaged

LEDGER is the folder that holds the log's segments, or one whose folder `log` does.

This is written from docs/format.md alone, and needs Python 3.9 and nothing else. It checks every checksum, the run of
positions and batch numbers, each member's chain, and that balances conserve points; `--verify` also decodes what the
balances do not need. It does not judge whether a decision was right. Exit code 2 means that the log is of a later
format, or that there is none.
"""

import argparse
import json
import struct
import sys
from pathlib import Path

import bodies

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
POINTS_EARNED = 102
POINTS_ACTIVATED = 103
ARREARS_PAID = 104
REDEEMED = 105
REDEMPTION_REVERSED = 106
EXPIRED = 107
CLAWED_BACK = 108
CREDITED = 109
DEBITED = 110
LOT_CANCELLED = 112
HOLD_PLACED = 120
HOLD_CAPTURED = 121
HOLD_RELEASED = 122
TRANSFER_SENT = 130
TRANSFER_RECEIVED = 131
WRITTEN_OFF = 132
REINSTATED = 134
MERGED_INTO = 140
MERGED_FROM = 141
CLOSED = 142

# In the order in which a member's state has them.
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
    "received",
    "sent",
)
(AVAILABLE, PENDING, HELD, ARREARS, ISSUED, SPENT, RUN_OUT, FORFEITED, TAKEN_BACK, LET_GO, RECEIVED, SENT) = range(12)

# Kinds that move their points from one account to another.
MOVES = {
    POINTS_ACTIVATED: (PENDING, AVAILABLE),
    REDEEMED: (AVAILABLE, SPENT),
    REDEMPTION_REVERSED: (SPENT, AVAILABLE),
    EXPIRED: (AVAILABLE, RUN_OUT),
    LOT_CANCELLED: (PENDING, FORFEITED),
    HOLD_PLACED: (AVAILABLE, HELD),
    HOLD_RELEASED: (HELD, AVAILABLE),
}


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

    def __init__(self, every_body=False):
        """With `every_body`, bodies that balances do not need are decoded as well, if their kind is known."""
        self.names = {}
        self.balances = {}
        self.heads = {}
        self.batches = 0
        self.records = 0
        self._every_body = every_body
        # Balances that the record at hand has moved, by member and currency.
        self._moved = {}
        # What members who are no more handed over and has not arrived, by currency.
        self._on_the_way = {}

    def run(self, log):
        """Folds every record of the log, checking each member's chain on the way, and then the whole."""
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
                try:
                    self._record(kind, version, member, effective_at, data[body_at : body_at + size])
                except (Damaged, Unreadable) as error:
                    raise type(error)(f"{segment} at {at}: {error}") from error
                self.records += 1
                at = body_at + size
            if at != end:
                raise Damaged(f"{segment} at {at}: the records do not fill their batch")
        self._check_between_members()

    def _record(self, kind, version, member, effective_at, data):
        needed = kind == MEMBER_NAMED or kind > 100
        if not needed and not self._every_body:
            return
        try:
            body = bodies.decode(kind, version, data)
        except bodies.Misshapen as error:
            raise Damaged(f"kind {kind} has another body: {error}") from error
        if not needed:
            return
        if body is None:
            raise Unreadable(f"kind {kind}, version {version}, is of a later release")
        if kind == MEMBER_NAMED:
            self.names[member] = body["name"]
            return
        self.apply(kind, member, effective_at, body)
        for (_, currency), balance in self._moved.items():
            self._check(member, currency, balance)
        self._moved.clear()

    def apply(self, kind, member, effective_at, body):
        """Folds one decoded decision. Kinds that are not here move nothing."""
        if kind in MOVES:
            source, target = MOVES[kind]
            self._move(member, body["currency"], source, target, body["points"])
        elif kind == POINTS_EARNED:
            for lot in body["lots"]:
                self._new_lot(member, effective_at, lot)
        elif kind == CREDITED:
            self._new_lot(member, effective_at, body["lot"])
        elif kind == ARREARS_PAID:
            self._add(member, body["currency"], AVAILABLE, -body["points"])
            self._add(member, body["currency"], ARREARS, -body["points"])
        elif kind == CLAWED_BACK:
            for take in body["takes"]:
                currency = take["currency"]
                self._move_draws(member, currency, PENDING, TAKEN_BACK, take["from_pending"])
                self._move_draws(member, currency, AVAILABLE, TAKEN_BACK, take["from_available"])
                self._owe(member, currency, TAKEN_BACK, take["arrears"])
        elif kind == DEBITED:
            self._move_draws(member, body["currency"], AVAILABLE, FORFEITED, body["draws"])
            self._owe(member, body["currency"], FORFEITED, body["arrears"])
        elif kind == HOLD_CAPTURED:
            redeemed = body["redeemed"]
            self._move(member, redeemed["currency"], HELD, SPENT, redeemed["points"])
            self._move_draws(member, redeemed["currency"], HELD, AVAILABLE, body["released"])
        elif kind == TRANSFER_SENT:
            self._move(member, body["currency"], AVAILABLE, SENT, body["points"])
            self._move(member, body["currency"], AVAILABLE, FORFEITED, body["fee"])
        elif kind == TRANSFER_RECEIVED:
            self._add(member, body["currency"], RECEIVED, body["points"])
            self._add(member, body["currency"], AVAILABLE, body["points"])
        elif kind == WRITTEN_OFF:
            self._move(member, body["currency"], ARREARS, LET_GO, body["points"])
        elif kind == REINSTATED:
            lot = body["lot"]
            self._move(member, lot["currency"], RUN_OUT, AVAILABLE, lot["points"])
        elif kind == MERGED_INTO:
            self._hand_over(member, body["balances"], -1)
            for currency in range(256):
                if any(self.balances.get((member, currency), ())):
                    raise Damaged(f"{self._who(member, currency)}: something is left after the merge")
        elif kind == MERGED_FROM:
            self._hand_over(member, body["state"]["balances"], 1)
        elif kind == CLOSED:
            for forfeit in body["forfeited"]:
                self._move_draws(member, forfeit["currency"], AVAILABLE, FORFEITED, forfeit["available"])
                self._move_draws(member, forfeit["currency"], PENDING, FORFEITED, forfeit["pending"])

    def _add(self, member, currency, account, points):
        place = (member, currency)
        balance = self.balances.get(place)
        if balance is None:
            balance = self.balances[place] = [0] * len(ACCOUNTS)
        balance[account] += points
        self._moved[place] = balance

    def _move(self, member, currency, source, target, points):
        self._add(member, currency, source, -points)
        self._add(member, currency, target, points)

    def _move_draws(self, member, currency, source, target, draws):
        for draw in draws:
            self._move(member, currency, source, target, draw["points"])

    def _owe(self, member, currency, target, points):
        self._add(member, currency, ARREARS, points)
        self._add(member, currency, target, points)

    def _new_lot(self, member, effective_at, lot):
        activates_at = lot["activates_at"]
        is_pending = activates_at is not None and activates_at > effective_at
        self._add(member, lot["currency"], ISSUED, lot["points"])
        self._add(member, lot["currency"], PENDING if is_pending else AVAILABLE, lot["points"])

    def _hand_over(self, member, balances, sign):
        for currency, balance in enumerate(balances):
            under_way = self._on_the_way.setdefault(currency, [0] * len(ACCOUNTS))
            for account, points in enumerate(balance):
                under_way[account] -= sign * points
                self._add(member, currency, account, sign * points)

    def _who(self, member, currency):
        return f"member {self.names.get(member, member)}, currency {currency}"

    def _check(self, member, currency, balance):
        """Stops at a balance below 0, or where points came from nowhere or went there."""
        if member not in self.names:
            raise Damaged(f"member {member} has balances and no name")
        if min(balance) < 0:
            account = balance.index(min(balance))
            raise Damaged(f"{self._who(member, currency)}: {ACCOUNTS[account]} is {balance[account]}")
        came = balance[ISSUED] + balance[RECEIVED]
        owed = balance[ARREARS] + balance[LET_GO]
        there = sum(balance) - came - 2 * owed
        if came != there:
            raise Damaged(f"{self._who(member, currency)}: {came} points came, and {there} are accounted for")

    def _check_between_members(self):
        """What members sent, others have received; what one handed over, another took over."""
        sent, received = {}, {}
        for (_, currency), balance in self.balances.items():
            sent[currency] = sent.get(currency, 0) + balance[SENT]
            received[currency] = received.get(currency, 0) + balance[RECEIVED]
        for currency in sorted(sent):
            if sent[currency] != received[currency]:
                raise Damaged(f"currency {currency}: {sent[currency]} points sent, {received[currency]} received")
        for currency, under_way in sorted(self._on_the_way.items()):
            if any(under_way):
                raise Damaged(f"currency {currency}: what merged members handed over is not what others took over")

    def by_name(self):
        """{member: {currency number: {account: points}}}, with the currencies in which there is anything not 0."""
        result = {name: {} for name in self.names.values()}
        for (member, currency), balance in self.balances.items():
            if any(balance):
                result[self.names[member]][str(currency)] = dict(zip(ACCOUNTS, balance))
        return result


def main():
    """Reads the command line; gives the exit code."""
    parser = argparse.ArgumentParser(description="Folds a Tallybook ledger's balances from its log.")
    parser.add_argument("ledger", type=Path, help="the ledger's folder")
    parser.add_argument("--verify", action="store_true", help="check only, and end with 1 if the log is damaged")
    options = parser.parse_args()
    folder = options.ledger / "log" if (options.ledger / "log").is_dir() else options.ledger
    fold = Fold(every_body=options.verify)
    try:
        log = Log(folder)
        fold.run(log)
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
