"""Typst in a process of its own: an order as JSON comes in, the PDF goes out.

Typst remembers what it has set for the next ten documents, some hundred megabytes each where they are long. A process
that ends gives all of it back, and no web worker has it in memory. Run by `pdf.py`; nothing here knows Django.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any


def main() -> None:
    """Set the order that stands on the way in."""
    import typst

    order = json.load(sys.stdin)
    # Its stub has a type parameter that nothing in a call with bytes settles.
    compile_page: Any = typst.compile
    try:
        file = compile_page(
            order["page"].encode(),
            sys_inputs={"document": order["document"]},
            # The fonts in the typst package and those in matplotlib's: nothing of the machine's, so that every machine
            # makes the same file, and nothing fetched.
            font_paths=order["fonts"],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=dt.datetime.fromisoformat(order["made_at"]),
        )
    except typst.TypstError as error:
        # What is wrong, without the text it is wrong with.
        sys.exit(error.message)
    sys.stdout.buffer.write(file)


if __name__ == "__main__":
    main()
