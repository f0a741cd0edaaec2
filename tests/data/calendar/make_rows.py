"""Writes rows.csv beside it: what hub/base/calendar must answer, worked out in another way.

Local times come from Python's zoneinfo (the IANA database), Easter from Knuth, The Art of Computer
Programming, volume 1, section 1.3.2, exercise 14, and working time from counting every half open
piece of a day. Run it by hand when the law or the interface changes; the same seed gives the same
rows, as long as the database says the same about Amsterdam.
"""

import random
import zoneinfo
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

AMSTERDAM = zoneinfo.ZoneInfo("Europe/Amsterdam")
EPOCH = date(1970, 1, 1)
DAY = 86_400_000
HOUR = 3_600_000
FIRST_YEAR, LAST_YEAR = 1997, 2060


def easter(year):
    golden = year % 19 + 1
    century = year // 100 + 1
    skipped = 3 * century // 4 - 12
    moon = (8 * century + 5) // 25 - 5
    sunday = 5 * year // 4 - skipped - 10
    epact = (11 * golden + 20 + moon - skipped) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    full = 44 - epact
    if full < 21:
        full += 30
    full += 7 - (sunday + full) % 7
    return date(year, 3, 1) + timedelta(days=full - 1)


def holidays(year):
    """Algemene termijnenwet, article 3."""
    kings_day = date(year, 4, 27)
    if kings_day.isoweekday() == 7:
        kings_day = date(year, 4, 26)
    moving = {easter(year) + timedelta(days=days) for days in (-2, 0, 1, 39, 49, 50)}
    fixed = {date(year, *day) for day in ((1, 1), (5, 5), (12, 25), (12, 26))}
    return moving | fixed | {kings_day}


def is_working(day):
    return day.isoweekday() < 6 and day not in holidays(day.year)


def to_ms(when):
    """Whole seconds first: a float would lose milliseconds."""
    gone = when.astimezone(timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return gone // timedelta(milliseconds=1)


def to_local(ms):
    utc = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=ms)
    return utc.astimezone(AMSTERDAM)


def midnight(day):
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=AMSTERDAM))


def number(day):
    return (day - EPOCH).days


def same_time(ms, days):
    if days == 0:
        return ms
    local = to_local(ms)
    day = local.date() + timedelta(days=days)
    return to_ms(datetime.combine(day, local.time().replace(fold=0), tzinfo=AMSTERDAM))


def next_working(day):
    while not is_working(day):
        day += timedelta(days=1)
    return day


def add_working_days(ms, count):
    start = to_local(ms).date()
    day = next_working(start)
    if day != start:
        ms, start = midnight(day), day
    for _ in range(count):
        day = next_working(day + timedelta(days=1))
    return same_time(ms, (day - start).days)


def working_ms(start, end):
    total = 0
    day = to_local(start).date()
    while midnight(day) < end:
        after = day + timedelta(days=1)
        if is_working(day):
            total += max(0, min(end, midnight(after)) - max(start, midnight(day)))
        day = after
    return total


def add_working_ms(start, amount):
    """The first time from start on with so much between, by halving."""
    low, high = start, start + amount * 3 + 20 * DAY
    while low < high:
        middle = (low + high) // 2
        if working_ms(start, middle) >= amount:
            high = middle
        else:
            low = middle + 1
    return low


def last_sunday(year, month):
    day = date(year, month, 31)
    return day - timedelta(days=day.isoweekday() % 7)


def some_time(chance):
    """Half of them anywhere, half near what is special: clock changes, holidays, weekends."""
    year = chance.randint(FIRST_YEAR, LAST_YEAR)
    kind = chance.randrange(8)
    if kind < 4:
        return midnight(date(year, 1, 1)) + chance.randrange(365 * DAY)
    if kind < 6:
        change = midnight(last_sunday(year, chance.choice((3, 10))))
        return change + chance.randrange(-DAY, 2 * DAY, 600_000) + chance.choice((-1, 0, 1))
    day = chance.choice(sorted(holidays(year))) + timedelta(days=chance.randint(-3, 2))
    return midnight(day) + chance.choice((0, -1, 1, chance.randrange(DAY)))


def rows(chance):
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for day in sorted(holidays(year)):
            yield "working_day", number(day), int(is_working(day)), day.isoformat()
        for month in (3, 10):
            day = last_sunday(year, month)
            yield "start", number(day), midnight(day), day.isoformat()
            yield "start", number(day) + 1, midnight(day + timedelta(days=1)), "the day after"
    for _ in range(800):
        at = some_time(chance)
        day = to_local(at).date()
        yield "date", at, number(day)
        yield "start", number(day), midnight(day)
        yield "working_day", number(day), int(is_working(day))
        days = chance.randint(-400, 400) if chance.random() < 0.5 else chance.randint(-3, 3)
        yield "same_time", at, days, same_time(at, days)
        count = chance.randint(0, 10) if chance.random() < 0.8 else chance.randint(0, 300)
        yield "add_days", at, count, add_working_days(at, count)
        to = at + chance.randrange(40 * DAY) if chance.random() < 0.8 else some_time(chance)
        if to - at < 500 * DAY:
            yield "working_ms", at, to, working_ms(at, to)
        amount = chance.choice((0, 1, HOUR, DAY, 2 * DAY, chance.randrange(30 * DAY)))
        yield "add_ms", at, amount, add_working_ms(at, amount)


def main():
    lines = [",".join(map(str, row)) for row in rows(random.Random(20260302))]
    path = Path(__file__).with_name("rows.csv")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


main()
