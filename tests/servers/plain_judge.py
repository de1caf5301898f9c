"""A judge of records for tests of batches: it counts turns, and does to its process what a text tells it."""

import json
import os
import signal
import time
from pathlib import Path

from orchestrator.core.conversations.lines import RefusedLine, ScoredLine


class PlainJudge:
    """Gives the id, the speakers and the texts back; implements `orchestrator.core.conversations.lines.Judge`."""

    def judge(self, record: bytes) -> ScoredLine | RefusedLine:
        """What the record's texts ask for, else its line."""
        try:
            document = json.loads(record.decode())
            name, turns = str(document["id"]), document["turns"]
            texts = [turn["text"] for turn in turns]
        except UnicodeDecodeError:
            return self.refuse(record, "not UTF-8")
        except (ValueError, KeyError, TypeError) as fault:
            return self.refuse(record, f"no conversation: {type(fault).__name__}")
        for text in texts:
            obey(text)
        line = json.dumps({"id": name, "turns": turns}, ensure_ascii=False, separators=(",", ":"))
        return ScoredLine(name, len(turns), line.encode())

    def refuse(self, record: bytes, reason: str) -> RefusedLine:
        """As it is told."""
        return RefusedLine(reason, "", record[:40].decode(errors="replace"))


def obey(text: str) -> None:
    """Carry out `raise`, `die`, `hang`, `die once PATH` and `interrupt once PATH`; any other text does nothing."""
    match text.split(" once "):
        case ["raise"]:
            raise ZeroDivisionError("told to")
        case ["die"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["hang"]:
            time.sleep(60)
        case [what, path] if not Path(path).exists():
            Path(path).touch()
            os.kill(os.getpid(), signal.SIGKILL if what == "die" else signal.SIGINT)


def make_plain_judge() -> PlainJudge:
    """Makes one in each process."""
    return PlainJudge()


def make_no_judge() -> PlainJudge:
    """Fails, as where a lexicon is missing."""
    raise ValueError("told to")


def talk(name: str, *texts: str) -> str:
    """A line with a conversation of one customer."""
    turns = [{"speaker": "customer", "text": text} for text in texts or ("hello",)]
    return json.dumps({"id": name, "turns": turns}, ensure_ascii=False)
