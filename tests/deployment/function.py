"""A function of Lambda's in a process of its own: python function.py NAME FOLDER…

Reads an event in JSON from each line of its standard input, and writes {"answer": …} or {"error": …}. FOLDER: where
`app.py` and what it imports are, if not installed.
"""

from __future__ import annotations

import json
import os
import sys
import traceback


def main(name: str, *folders: str) -> None:
    sys.path[:0] = folders
    told = os.dup(1)
    os.dup2(2, 1)  # what is printed is no answer
    import app

    function = getattr(app, name)
    with os.fdopen(told, "w", buffering=1) as answers:
        for line in sys.stdin:
            try:
                answer = {"answer": function(json.loads(line), None)}
            except Exception:
                answer = {"error": traceback.format_exc()}
            answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
