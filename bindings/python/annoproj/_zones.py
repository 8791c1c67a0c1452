"""Bucket boundaries of a named time zone: the library itself knows fixed offsets only."""

import datetime
import zoneinfo

from ._convert import EPOCH, microseconds


def zone_boundaries(zone, after, before, bucket="day"):
    """Boundaries in microseconds for explicit buckets: `after`, every local midnight between (or Monday's, or that
    of the first of a month), `before`. `zone` is a name such as "Europe/Berlin" or a tzinfo; days of 23 and 25 hours
    come out as they are.
    """
    if isinstance(zone, str):
        zone = zoneinfo.ZoneInfo(zone)
    if bucket not in ("day", "week", "month"):
        raise ValueError("bucket must be day, week or month, not %r" % (bucket,))
    first, last = microseconds(after, "after"), microseconds(before, "before")
    if last <= first:
        raise ValueError("before must be later than after")
    day = (EPOCH + datetime.timedelta(microseconds=first)).astimezone(zone).date()
    if bucket == "week":
        day -= datetime.timedelta(days=day.weekday())
    elif bucket == "month":
        day = day.replace(day=1)
    result = [first]
    while True:
        if bucket == "month":
            day = (day + datetime.timedelta(days=31)).replace(day=1)
        else:
            day += datetime.timedelta(days=7 if bucket == "week" else 1)
        at = microseconds(
            datetime.datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(datetime.timezone.utc)
        )
        if at >= last:
            break
        if at > result[-1]:
            result.append(at)
    return result + [last]
