"""`script/test`."""


def test(arguments: list[str]) -> int:
    return 1
