"""persons - people who do not exist: test numbers that are never given out."""

from collections.abc import Iterator

from .cases import OTHERS_MAX

BSN_FIRST, BSN_LAST = 999990000, 999999999


def test_bsns() -> Iterator[str]:
    """Numbers of the range that is never given out which pass the 11-test."""
    for number in range(BSN_FIRST, BSN_LAST + 1):
        digits = [int(digit) for digit in str(number)]
        weighted = sum(
            digit * weight
            for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)
        )
        if weighted % 11 == 0:
            yield str(number)


def client_numbers(count: int) -> list[dict]:
    """Persons with a test BSN and, when these run out, with a partner's own number."""
    persons = [{"bsn": bsn} for _, bsn in zip(range(count), test_bsns(), strict=False)]
    return persons + [{"own_number": f"P{number:07d}"} for number in range(count - len(persons))]


OTHER_BSNS = sorted(test_bsns())[-OTHERS_MAX:]  # a case may name no more
