"""Who gets what at the council's page and the lists behind its numbers."""

from __future__ import annotations

from tests.promises.access_rows import Row, only

READ = ("security_lead", "police", "other_housing", "coordinator", "council")

COUNCIL: dict[str, Row] = {
    "council_page": Row(only(*READ)),
    "council_pdf": Row(only(*READ)),
    "council_list": Row(only(*READ), args=lambda world: ["decisions"]),
}
