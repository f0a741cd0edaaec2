"""dates - stretches of the Dutch calendar around what is special in it."""

from datetime import date, datetime, timedelta

from model.calendar import easter, from_local, holidays


def moment(day: date, hour: int = 0, minute: int = 0) -> int:
    return from_local(datetime(day.year, day.month, day.day, hour, minute))


def last_sunday(year: int, month: int) -> date:
    """Of a month of 31 days: the night in which clocks change."""
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def plain_friday(after: date) -> date:
    """Of a weekend with nothing but working days around it."""
    day = after + timedelta(days=(4 - after.weekday()) % 7)
    while any(day + timedelta(days=each) in holidays(day.year) for each in range(-7, 8)):
        day += timedelta(days=7)
    return day


def stretches(year: int) -> dict[str, tuple[date, date]]:
    """First and last day of each; the last ends in the next year."""
    friday, sunday = plain_friday(date(year, 2, 1)), easter(year)
    forward, back = last_sunday(year, 3), last_sunday(year, 10)

    def around(first: date, last: date, before: int = 3, after: int = 3) -> tuple[date, date]:
        return first - timedelta(days=before), last + timedelta(days=after)

    return {
        "weekend": around(friday, friday, 1, 5),
        "february": around(date(year, 2, 28), date(year, 3, 1)),
        "forward": around(forward, forward),
        "easter": around(sunday - timedelta(days=2), sunday + timedelta(days=1)),
        "may": around(date(year, 4, 26), sunday + timedelta(days=50)),  # to Whit Monday
        "back": around(back, back),
        "year-end": around(date(year, 12, 24), date(year + 1, 1, 2)),
    }
