"""The reader on the frozen ledgers and bodies of crates/format: `python3 -m unittest` in this folder."""

import contextlib
import io
import json
import shutil
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import bodies
import messagepack
import tallybook_reader

FROZEN = Path(__file__).parents[2] / "crates" / "format" / "tests"
LEDGER = FROZEN / "ledger"
SECOND_LEDGER = FROZEN / "ledger_2"
THIRD_LEDGER = FROZEN / "ledger_3"
SEGMENT = "00000000000000000000.log"


def run(*arguments):
    """Exit code and what was printed."""
    out, err = io.StringIO(), io.StringIO()
    with mock.patch.object(sys, "argv", ["tallybook_reader.py", *map(str, arguments)]):
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = tallybook_reader.main()
    return code, out.getvalue(), err.getvalue()


def in_two_segments(folder, batches_first):
    """Stores the frozen ledger as a sealed segment of so many batches and one with the rest; gives both paths."""
    sound = (LEDGER / SEGMENT).read_bytes()
    header, stream = sound[:64], sound[64:]
    split = 0
    for _ in range(batches_first):
        split += 36 + int.from_bytes(stream[split + 4 : split + 8], "little")
    number = batches_first + 1
    seal = struct.pack("<8sQQI", b"TALLYEND", split, number, 0)
    first = Path(folder) / SEGMENT
    first.write_bytes(header + stream[:split] + with_checksum(seal))
    second = Path(folder) / f"{split:020}.log"
    second_header = header[:16] + struct.pack("<QQ", split, number) + header[32:60]
    second.write_bytes(with_checksum(second_header) + stream[split:] + bytes(100))
    return first, second


def with_checksum(data):
    return data + struct.pack("<I", tallybook_reader.crc32c(data))


def without_zeros(text):
    """Balances as JSON, those of 0 left out: the first ledger's are older than two of the accounts."""
    return {
        member: {
            currency: {account: points for account, points in balance.items() if points}
            for currency, balance in currencies.items()
        }
        for member, currencies in json.loads(text).items()
    }


def ledger_of(folder, *records):
    """Stores records of one batch: (kind, version, member, body), a body being a value that MessagePack knows."""
    previous, stored = {}, b""
    for kind, version, member, body in records:
        packed = pack(body)
        head = previous.get(member, tallybook_reader.NO_POSITION)
        previous[member] = distance = 36 + len(stored)
        header = (len(packed), kind, version, 0, member, 0, 0, head, 0, 0, distance)
        stored += tallybook_reader.RECORD_HEADER.pack(*header) + packed
    batch = struct.pack("<IQQII", len(stored), 0, 1, 0, len(records))
    checksum = struct.pack("<I", tallybook_reader.crc32c(batch + stored))
    header = struct.pack("<8sIIQQ16s12s", b"TALLYLOG", 1, 0, 0, 1, bytes(16), bytes(12))
    data = with_checksum(header) + tallybook_reader.BATCH_MAGIC + batch + checksum + stored
    (Path(folder) / SEGMENT).write_bytes(data)


def pack(value):
    """MessagePack, with every integer and length in its longest form."""
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, int):
        return struct.pack(">Bq", 0xD3, value)
    if isinstance(value, str):
        return struct.pack(">BI", 0xDB, len(value.encode())) + value.encode()
    return struct.pack(">BI", 0xDD, len(value)) + b"".join(pack(part) for part in value)


class FrozenLedger(unittest.TestCase):
    def test_the_checksum_is_castagnoli(self):
        self.assertEqual(tallybook_reader.crc32c(b"123456789"), 0xE3069283)

    def test_balances_are_those_that_the_engine_came_to(self):
        for ledger in (LEDGER, SECOND_LEDGER, THIRD_LEDGER):
            code, out, _ = run(ledger)
            self.assertEqual(code, 0)
            expected = (ledger / "balances.json").read_text(encoding="utf-8")
            self.assertEqual(without_zeros(out), without_zeros(expected))

    def test_all_twelve_balances_are_printed(self):
        for ledger in (SECOND_LEDGER, THIRD_LEDGER):
            expected = (ledger / "balances.json").read_text(encoding="utf-8")
            self.assertEqual(run(ledger)[1], expected)

    def test_nothing_is_left_of_members_who_became_part_of_another(self):
        balances = json.loads(run(SECOND_LEDGER)[1])
        self.assertEqual((balances["an"], balances["cai"]), ({}, {}))
        self.assertEqual(json.loads(run(THIRD_LEDGER)[1])["he"], {})

    def test_sound_ledgers_verify(self):
        code, out, _ = run(LEDGER, "--verify")
        self.assertEqual((code, out), (0, "sound: 15 batches, 31 records, 2 members\n"))
        code, out, _ = run(SECOND_LEDGER, "--verify")
        self.assertEqual((code, out), (0, "sound: 48 batches, 105 records, 5 members\n"))
        code, out, _ = run(THIRD_LEDGER, "--verify")
        self.assertEqual((code, out), (0, "sound: 24 batches, 55 records, 3 members\n"))

    def test_any_changed_byte_is_found(self):
        sound = (LEDGER / SEGMENT).read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / SEGMENT
            # The mark of the clean close is the last batch: 36 bytes that nothing stands after.
            for at in range(len(sound) - 36):
                damaged = bytearray(sound)
                damaged[at] ^= 0x20
                copy.write_bytes(damaged)
                code, _, err = run(folder, "--verify")
                self.assertEqual(code, 1, f"byte {at}: {err}")

    def test_a_torn_last_batch_is_left_out_and_said(self):
        sound = (LEDGER / SEGMENT).read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / SEGMENT).write_bytes(sound[: len(sound) - 40])
            code, out, err = run(folder, "--verify")
            self.assertEqual((code, out), (0, "sound: 13 batches, 30 records, 2 members\n"))
            self.assertIn("never acknowledged", err)

    def test_segments_are_read_one_after_the_other(self):
        expected = run(LEDGER)[1]
        for batches_first in range(1, 16):
            with tempfile.TemporaryDirectory() as folder:
                in_two_segments(folder, batches_first)
                self.assertEqual(run(folder)[:2], (0, expected))

    def test_a_missing_segment_is_damage(self):
        for missing in (0, 1):
            with tempfile.TemporaryDirectory() as folder:
                in_two_segments(folder, 7)[missing].unlink()
                self.assertEqual(run(folder, "--verify")[0], 1)

    def test_a_seal_may_be_missing_only_before_an_empty_segment(self):
        with tempfile.TemporaryDirectory() as folder:
            first, _ = in_two_segments(folder, 15)
            first.write_bytes(first.read_bytes()[:-32])
            self.assertEqual(run(folder, "--verify")[0], 0)
        with tempfile.TemporaryDirectory() as folder:
            first, _ = in_two_segments(folder, 14)
            first.write_bytes(first.read_bytes()[:-32])
            self.assertEqual(run(folder, "--verify")[0], 1)

    def test_any_changed_byte_of_a_sealed_segment_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            first, _ = in_two_segments(folder, 5)
            sound = first.read_bytes()
            for at in range(0, len(sound), 5):
                damaged = bytearray(sound)
                damaged[at] ^= 0x01
                first.write_bytes(damaged)
                self.assertEqual(run(folder, "--verify")[0], 1, f"byte {at}")

    def test_a_folder_named_log_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(LEDGER, Path(folder) / "log")
            self.assertEqual(run(folder)[0], 0)

    def test_a_folder_without_segments_cannot_be_read(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run(folder)[0], 2)

    def test_the_output_is_sorted_json(self):
        names = list(json.loads(run(LEDGER)[1]))
        self.assertEqual(names, sorted(names))


class Bodies(unittest.TestCase):
    def test_every_kind_and_version_is_decoded(self):
        found = set()
        for path in sorted((FROZEN / "fixtures").glob("[0-9]*.hex")):
            kind, version = map(int, path.name.split("-")[:2])
            body = bytes.fromhex(path.read_text(encoding="ascii"))
            with self.subTest(path.name):
                self.assertIsNotNone(bodies.decode(kind, version, body))
            found.add((kind, version))
        self.assertEqual(found, set(bodies.SHAPES))

    def test_fields_have_their_names_in_every_version(self):
        for name in ("102-1-points-earned-full", "102-2-points-earned-full", "102-3-points-earned-full"):
            body = bytes.fromhex((FROZEN / "fixtures" / f"{name}.hex").read_text(encoding="ascii"))
            lot = bodies.decode(102, int(name[4]), body)["lots"][0]
            self.assertEqual((lot["number"], lot["points"]), (12, 72))

    def test_figures_have_their_names_wherever_they_stand(self):
        def body(name):
            return bytes.fromhex((FROZEN / "fixtures" / f"{name}.hex").read_text(encoding="ascii"))

        changed = bodies.decode(111, 2, body("111-2-tier-changed-full"))
        figures = {"spend": 52247, "points": 522, "orders": 12, "referrals": 3, "activities": 300}
        self.assertEqual((changed["figures"], changed["lifetime"]["figures"]), (figures, figures))
        merged = bodies.decode(141, 2, body("141-2-merged-from-full"))
        self.assertEqual(merged["state"]["ladders"][0]["carried"][0]["figures"]["referrals"], 1)
        self.assertEqual(merged["grants"][0]["grant"]["challenge"]["reached"], figures)

    def test_what_an_older_version_has_not_is_refused(self):
        tier = [0, 1, 0, 1, 5, [0, 0, 0], [0, 0, 0], None]
        reached = [1, 1, [], [], [], [], [], None, 7, None, None, [], []]
        for kind, version, body in ((111, 1, tier), (102, 2, reached)):
            with self.assertRaises(bodies.Misshapen, msg=body):
                bodies.decode(kind, version, pack(body))
        self.assertEqual(bodies.decode(102, 3, pack(reached))["on"], 7)

    def test_a_body_of_another_shape_is_refused(self):
        for body in ([12, 0], [12, 0, 5, 0], [12, 0, "5"], [12, 0, None], [12, 256, 5], [12, True, 5], [], None):
            with self.assertRaises(bodies.Misshapen, msg=body):
                bodies.decode(107, 1, pack(body))

    def test_bytes_that_are_no_value_are_refused(self):
        # Cut short, followed by more, a map, a float, no UTF-8, arrays without end.
        wrong = (b"", b"\xcd\x01", b"\xa2a", b"\x93\x01", b"\x01\x01", b"\x80", b"\xcb" + bytes(8), b"\xa1\xff")
        for data in (*wrong, b"\x91" * 100_000):
            with self.assertRaises(messagepack.Malformed, msg=data[:10]):
                messagepack.unpack(data)

    def test_every_form_of_an_integer_is_read(self):
        forms = {
            0: ("00", "cc00", "cd0000", "d30000000000000000"),
            -1: ("ff", "d0ff", "d1ffff", "d2ffffffff"),
            2**64 - 1: ("cfffffffffffffffff",),
            -(2**63): ("d38000000000000000",),
        }
        for value, written in forms.items():
            for digits in written:
                self.assertEqual(messagepack.unpack(bytes.fromhex(digits)), value)


class Laws(unittest.TestCase):
    def check(self, code, message, *records):
        with tempfile.TemporaryDirectory() as folder:
            ledger_of(folder, (9, 1, 1, ["an"]), (9, 1, 2, ["bo"]), *records)
            found, _, err = run(folder, "--verify")
            self.assertEqual(found, code, err)
            self.assertIn(message, err)

    def test_a_balance_below_zero_is_damage_even_if_it_is_made_up_for(self):
        spent = (105, 1, 1, [0, 5, None, []])
        given = (109, 1, 1, [1, 0, 5, None, None])
        self.check(0, "", given, spent)
        self.check(1, "available is -5", spent, given)

    def test_what_is_sent_has_to_arrive(self):
        given = (109, 1, 1, [1, 0, 5, None, None])
        sent = (130, 1, 1, ["bo", 0, 5, 0, [], []])
        received = (131, 1, 2, ["an", 0, 5, [], False])
        self.check(0, "", given, sent, received)
        self.check(1, "5 points sent, 0 received", given, sent)

    def test_a_merge_takes_all_and_loses_nothing(self):
        given = (109, 1, 1, [1, 0, 5, None, None])
        all_of_it = [[5, 0, 0, 0, 5] + [0] * 7]
        into = (140, 1, 1, ["bo", all_of_it])
        state = [2, None, None, None, [], [], 0, 1, all_of_it, [], [], [], None, None, [], [], [], [], [], None]
        come = (141, 1, 2, ["an", state, []])
        self.check(0, "", given, into, come)
        self.check(1, "handed over", given, into)
        self.check(1, "something is left", given, (140, 1, 1, ["bo", []]))

    def test_facts_of_a_later_release_are_skipped_and_decisions_are_not(self):
        self.check(0, "", (99, 1, 1, "anything"), (3, 200, 1, "anything"))
        self.check(2, "later release", (199, 1, 1, []))
        self.check(2, "later release", (101, 2, 1, []))

    def test_verifying_decodes_what_balances_do_not_need(self):
        self.check(1, "kind 22 has another body", (22, 1, 1, [None]))


if __name__ == "__main__":
    unittest.main()
