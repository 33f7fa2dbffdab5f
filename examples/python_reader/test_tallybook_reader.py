"""The reader on the frozen ledger of crates/format: `python3 -m unittest` in this folder."""

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

import tallybook_reader

LEDGER = Path(__file__).parents[2] / "crates" / "format" / "tests" / "ledger"
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


class FrozenLedger(unittest.TestCase):
    def test_the_checksum_is_castagnoli(self):
        self.assertEqual(tallybook_reader.crc32c(b"123456789"), 0xE3069283)

    def test_balances_are_those_that_the_engine_came_to(self):
        code, out, _ = run(LEDGER)
        self.assertEqual(code, 0)
        self.assertEqual(out, (LEDGER / "balances.json").read_text(encoding="utf-8"))

    def test_a_sound_ledger_verifies(self):
        code, out, _ = run(LEDGER, "--verify")
        self.assertEqual((code, out), (0, "sound: 15 batches, 31 records, 2 members\n"))

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
        expected = (LEDGER / "balances.json").read_text(encoding="utf-8")
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


if __name__ == "__main__":
    unittest.main()
