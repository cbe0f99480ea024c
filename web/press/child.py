"""Sets one letter: JSON on standard input, a PDF on standard output. Runs by itself, imports nothing of the house.

In a process of its own, because the typesetter keeps what it has once read (150 MB after some hundred letters), and because
whatever a stranger's words do to it ends here.
"""

import json
import resource
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECONDS, MEGABYTES = 20, 1024


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
    import typst

    data = sys.stdin.buffer.read()
    pdf = typst.compile(
        str(HERE / "letter.typ"),
        root=str(HERE),
        font_paths=[str(HERE)],
        ignore_system_fonts=True,
        format="pdf",
        # Words arrive as data and never as source: nothing in them can be an instruction.
        sys_inputs={"letter": data.decode()},
        pdf_standards=["a-2a"],
        timestamp=json.loads(data)["given_at"],
    )
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
