package annoproj

import (
	"testing"
	"time"
)

func TestZoneBoundaries(t *testing.T) {
	hours := func(zone string, after, before string, bucket Bucket) []int64 {
		location := get[*time.Location](t)(time.LoadLocation(zone))
		first := get[time.Time](t)(time.ParseInLocation("2006-01-02 15:04", after, location))
		last := get[time.Time](t)(time.ParseInLocation("2006-01-02 15:04", before, location))
		borders := get[[]int64](t)(ZoneBoundaries(location, first, last, bucket))
		if borders[0] != first.UnixMicro() || borders[len(borders)-1] != last.UnixMicro() {
			t.Error(zone, borders)
		}
		var lengths []int64
		for i := 1; i < len(borders); i++ {
			lengths = append(lengths, (borders[i]-borders[i-1])/3600000000)
		}
		return lengths
	}
	same := func(got []int64, want ...int64) {
		t.Helper()
		for i := range want {
			if len(got) != len(want) || got[i] != want[i] {
				t.Errorf("got %v, want %v hours", got, want)
				return
			}
		}
	}
	same(hours("Europe/Berlin", "2026-03-28 00:00", "2026-03-31 00:00", BucketDay), 24, 23, 24)
	same(hours("Europe/Berlin", "2026-10-24 12:00", "2026-10-26 06:00", BucketDay), 12, 25, 6)
	same(hours("UTC", "2026-01-01 00:00", "2026-01-15 00:00", BucketWeek), 96, 168, 72)
	same(hours("UTC", "2026-01-31 00:00", "2026-03-02 00:00", BucketMonth), 24, 28*24, 24)
	// Clocks went from 0:00 to 1:00: the day began at 1:00, 23 hours before the next one.
	same(hours("America/Sao_Paulo", "2018-11-03 00:00", "2018-11-06 00:00", BucketDay), 24, 23, 24)
	// Clocks went from 1:00 back to 0:00: the first of two midnights begins the day.
	same(hours("America/Havana", "2025-11-01 00:00", "2025-11-04 00:00", BucketDay), 24, 25, 24)
	for _, bucket := range []Bucket{BucketNone, BucketExplicit, 77} {
		if _, err := ZoneBoundaries(time.UTC, time.Unix(0, 0), time.Unix(1, 0), bucket); !isStatus(err, ErrInvalid) {
			t.Error(bucket, err)
		}
	}
	if _, err := ZoneBoundaries(time.UTC, time.Unix(1, 0), time.Unix(1, 0), BucketDay); !isStatus(err, ErrInvalid) {
		t.Error(err)
	}
	if _, err := ZoneBoundaries(nil, time.Unix(0, 0), time.Unix(1, 0), BucketDay); !isStatus(err, ErrInvalid) {
		t.Error(err)
	}
}

func TestQueryInAZone(t *testing.T) {
	w := newWorld(t)
	zone := get[*time.Location](t)(time.LoadLocation("Europe/Berlin"))
	now := time.Now()
	borders := get[[]int64](t)(ZoneBoundaries(zone, now.Add(-72*time.Hour), now.Add(time.Hour), BucketDay))
	query := get[*Query](t)(w.project.QueryOpen(background, QueryOptions{Bucket: BucketExplicit, BoundariesMicros: borders}))
	if _, err := Rows(query.TaskActions(background)); err != nil {
		t.Error(err)
	}
}
