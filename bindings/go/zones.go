package annoproj

import "time"

// ZoneBoundaries are boundaries for explicit buckets of a named time zone, for QueryOptions: `after`, every local midnight
// between (BucketDay), or Monday's (BucketWeek), or that of the first of a month (BucketMonth), `before`. Days of 23 and 25
// hours come out as they are. The library itself knows fixed offsets only.
//
//	berlin, err := time.LoadLocation("Europe/Berlin")
//	days, err := annoproj.ZoneBoundaries(berlin, after, before, annoproj.BucketDay)
//	query, err := project.QueryOpen(ctx, annoproj.QueryOptions{Bucket: annoproj.BucketExplicit, BoundariesMicros: days})
func ZoneBoundaries(zone *time.Location, after, before time.Time, bucket Bucket) ([]int64, error) {
	if zone == nil {
		return nil, invalid("`zone` is nil")
	}
	if !before.After(after) {
		return nil, invalid("`before` must be later than `after`")
	}
	year, month, day := after.In(zone).Date()
	switch bucket {
	case BucketDay:
	case BucketWeek:
		weekday := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Weekday()
		day -= (int(weekday) + 6) % 7
	case BucketMonth:
		day = 1
	default:
		return nil, invalid("`bucket` is %s: give BucketDay, BucketWeek or BucketMonth", bucket)
	}
	first, last := after.UnixMicro(), before.UnixMicro()
	result := []int64{first}
	for {
		switch bucket {
		case BucketMonth:
			month++
		case BucketWeek:
			day += 7
		default:
			day++
		}
		at := midnight(zone, year, month, day).UnixMicro()
		if at >= last {
			return append(result, last), nil
		}
		if at > result[len(result)-1] {
			result = append(result, at)
		}
	}
}

// midnight is when a local day begins: the first of two midnights, and the moment of the change where there is none.
func midnight(zone *time.Location, year int, month time.Month, day int) time.Time {
	wall := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(zone).Zone()
	early := wall.Add(-time.Duration(before) * time.Second)
	late := wall.Add(-time.Duration(after) * time.Second)
	if _, offset := early.In(zone).Zone(); offset == before {
		return early
	}
	if _, offset := late.In(zone).Zone(); offset == after {
		return late
	}
	return early
}
