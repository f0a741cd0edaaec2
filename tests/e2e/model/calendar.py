"""calendar - working days in the Netherlands, in Europe/Amsterdam; all times epoch milliseconds."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EPOCH = date(1970, 1, 1)
MINUTE_MS = 60_000
AHEAD_MAX = 731  # days that next_date and not_before may lie ahead


def easter(year: int) -> date:
    """Easter Sunday, Gregorian calendar (the anonymous algorithm, Nature 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=None)
def holidays(year: int) -> frozenset[date]:
    """The days that Algemene termijnenwet art. 3 names, Good Friday and 5 May in every year."""
    sunday = easter(year)
    kings_day = date(year, 4, 27)
    if kings_day.weekday() == 6:
        kings_day = date(year, 4, 26)
    moving = {sunday + timedelta(days=days) for days in (-2, 1, 39, 50)}
    fixed = {date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
    return frozenset(moving | fixed | {kings_day})


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in holidays(day.year)


def local(at: int) -> datetime:
    """The local time without its zone, exact to the millisecond."""
    zoned = datetime.fromtimestamp(at // 1000, AMSTERDAM)
    return zoned.replace(tzinfo=None, microsecond=at % 1000 * 1000)


def from_local(time: datetime, fold: int = 0) -> int:
    zoned = time.replace(tzinfo=AMSTERDAM, fold=fold, microsecond=0)
    return round(zoned.timestamp()) * 1000 + time.microsecond // 1000


def day_of(at: int) -> int:
    """The local date, as days since 1970-01-01."""
    return (local(at).date() - EPOCH).days


def start_of(day: int) -> int:
    start = EPOCH + timedelta(days=day)
    return from_local(datetime(start.year, start.month, start.day))


def same_time_later(at: int, days: int) -> int:
    """The same local time, so many days later."""
    return from_local(local(at) + timedelta(days=days))


def add_working_days(at: int, count: int) -> int:
    """The same local time; from a free day as from the next working day's 00:00."""
    time = local(at)
    if not is_working_day(time.date()):
        time = datetime(time.year, time.month, time.day)
        while not is_working_day(time.date()):
            time += timedelta(days=1)
    while count > 0:
        time += timedelta(days=1)
        count -= is_working_day(time.date())
    return from_local(time)


def months_later(day: int, count: int) -> int:
    """The same day of the month, so many months later, or that month's last."""
    date_of = EPOCH + timedelta(days=day)
    month = date_of.month - 1 + count
    year, month = date_of.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return (date(year, month, min(date_of.day, last)) - EPOCH).days


def working_ms(begin: int, end: int) -> int:
    """How much of the time between them lies on working days; 0 if it runs backwards."""
    sum_of = 0
    for day in range(day_of(begin), day_of(end) + 1):
        if is_working_day(EPOCH + timedelta(days=day)):
            sum_of += max(0, min(end, start_of(day + 1)) - max(begin, start_of(day)))
    return sum_of


def add_working_ms(at: int, count: int) -> int:
    """So much working time later; the end of a working day is that day's."""
    day = day_of(at)
    while True:
        if is_working_day(EPOCH + timedelta(days=day)):
            if count <= start_of(day + 1) - at:
                return at + count
            count -= start_of(day + 1) - at
        day += 1
        at = start_of(day)
