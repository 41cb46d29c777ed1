"""`make fuzz MINUTES=10`: spoils the corpus at random and reads it; an input that is a fault is kept in `corpus/`.

Exit code 1 where a fault was found. `SEED` makes the same inputs again.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import time
import traceback
from collections import Counter

from tests.fuzz.mutators import mutate
from tests.fuzz.target import keep, read_and_check, seeds


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    seed = int(os.environ.get("SEED") or time.time())
    until = time.monotonic() + 60 * float(os.environ.get("MINUTES") or 10)
    say(f"fuzz: seed {seed}, {len(seeds())} files to start from")
    rng, corpus, ended, faults = random.Random(seed), seeds(), Counter[str](), set[str]()
    while time.monotonic() < until:
        ailment = rng.choice(corpus)
        files = dict(ailment.files)
        name = rng.choice(sorted(files))
        files[name] = mutate(rng, files[name], rng.choice(list(rng.choice(corpus).files.values())))
        try:
            drop = read_and_check(ailment, files)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            frames = traceback.extract_tb(error.__traceback__)
            where = f"{type(error).__name__} {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}"
            if where not in faults:
                faults.add(where)
                said = hashlib.sha256(b"".join(files.values())).hexdigest()[:12]
                say(f"fault: {where}: {str(error)[:200]}\n  kept as {keep(ailment, files, said)}")
            ended["fault"] += 1
        else:
            ended[drop.problems[0].rule_id if drop.problems else "read"] += 1
    say(f"fuzz: {ended.total():,} files: {dict(ended.most_common())}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
