"""How a local stack starts again."""

import json
import tempfile
import unittest
from pathlib import Path

from stack import forget_stream_positions


class AStackThatStartsAgain(unittest.TestCase):
    def test_reads_the_stream_of_the_table_from_its_beginning(self):
        with tempfile.TemporaryDirectory() as folder:
            kept = Path(folder) / "lambda.json"
            mapping = {"UUID": "a5e4", "StartingPosition": "TRIM_HORIZON"}
            state = {"payload": {"esms": {"a5e4": mapping}, "dynamodb_stream_positions": {"a5e4": 9734}}}
            kept.write_text(json.dumps(state))
            forget_stream_positions(Path(folder))
            self.assertEqual(json.loads(kept.read_text()), {"payload": {"esms": {"a5e4": mapping}}})

    def test_starts_for_the_first_time_without_a_state(self):
        with tempfile.TemporaryDirectory() as folder:
            forget_stream_positions(Path(folder))


if __name__ == "__main__":
    unittest.main()
