"""What a new terminal's shell is told."""

import shlex
import subprocess

from aura_gql.sandboxes.providers.daytona.link import Opening


def test_a_line_does_not_hold_the_word_that_answers_it() -> None:
    opening = Opening("echo 'it'\"'\"'s' $((6 * 7))")
    assert opening.line.count(b"\n") == 1
    assert opening.word.strip() not in opening.line
    # Without a terminal there is nothing to make raw.
    line = opening.line.decode().replace("stty raw -echo", "true")
    done = subprocess.run(["sh", "-c", line], stdout=subprocess.PIPE, check=True)
    assert done.stdout == opening.word + b"it's 42\n"
    assert shlex.split(opening.line.decode())[-1] == "echo 'it'\"'\"'s' $((6 * 7))"


def test_no_two_are_alike() -> None:
    assert Opening("true").word != Opening("true").word
