"""Buckets of named time zones: what the binding makes of a zone is looked at moment by moment."""
import datetime
import zoneinfo

import annoproj

from recount_project import EPOCH

# Half hours, a switch by half an hour, one at midnight, switches both ways.
ZONES = ("Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "Europe/Berlin", "Africa/Cairo", "Asia/Kathmandu")
STEP = 900_000_000


def local_day(zone, time):
    return (EPOCH + datetime.timedelta(microseconds=time)).astimezone(zone).date()


def period(day, bucket):
    return day if bucket == "day" else day - datetime.timedelta(days=day.weekday()) if bucket == "week" else day.replace(day=1)


def random_zone(rng, after, before, seen):
    """Boundaries: one local day, week or month between two of them, and none begins but at its first moment."""
    name, bucket = rng.choice(ZONES), rng.choice(("day", "day", "week", "month"))
    zone, boundaries = zoneinfo.ZoneInfo(name), annoproj.zone_boundaries(name, after, before, bucket)
    assert boundaries[0] == after and boundaries[-1] == before, (name, bucket, after, before)
    for start, end in zip(boundaries, boundaries[1:]):
        assert start < end
        whole = period(local_day(zone, start), bucket)
        for time in [*range(start, end, STEP), end - 1]:
            assert period(local_day(zone, time), bucket) == whole, (name, bucket, start, end, time)
        assert end == before or period(local_day(zone, end), bucket) != whole, (name, bucket, start, end)
    seen[name, bucket] += 1
    return boundaries
