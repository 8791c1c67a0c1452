"""Boundaries of time zones are the same in Go and in Python, which read the same zones in ways of their own."""

import datetime
import json
import os
import unittest
import zoneinfo

import annoproj
import go_module
from go_module import GO, MODULE, STAGE

PROGRAM = """package main

import (
	"encoding/json"
	"log"
	"os"
	"time"

	annoproj "%s"
)

func main() {
	var asked []struct {
		Zone          string
		After, Before int64
		Bucket        annoproj.Bucket
	}
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	answers := make([][]int64, len(asked))
	for i, a := range asked {
		zone, err := time.LoadLocation(a.Zone)
		if err != nil {
			log.Fatal(err)
		}
		answers[i], err = annoproj.ZoneBoundaries(zone, time.UnixMicro(a.After), time.UnixMicro(a.Before), a.Bucket)
		if err != nil {
			log.Fatal(err)
		}
	}
	json.NewEncoder(os.Stdout).Encode(answers)
}
""" % MODULE
ZONES = ("Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "Asia/Kathmandu", "Asia/Beirut")
ZONES += ("Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "America/St_Johns", "Asia/Tehran", "UTC")
BUCKETS = {"day": annoproj.Bucket.DAY, "week": annoproj.Bucket.WEEK, "month": annoproj.Bucket.MONTH}


class Zones(unittest.TestCase):
    def test_same_boundaries(self):
        asked, wanted = [], []
        for zone in ZONES:
            for bucket, number in BUCKETS.items():
                for year in (1987, 2011, 2018, 2026):
                    after = datetime.datetime(year, 1, 1, 5, 6, 7, tzinfo=zoneinfo.ZoneInfo(zone))
                    before = after + datetime.timedelta(days=400, hours=3)
                    border = annoproj.zone_boundaries(zone, after, before, bucket)
                    asked.append({"Zone": zone, "After": border[0], "Before": border[-1], "Bucket": int(number)})
                    wanted.append(border)
        folder = go_module.empty("zones")
        go_module.copy_module(folder)
        user = go_module.program(folder, "zones", PROGRAM)
        made = go_module.environment(folder, **go_module.installed(STAGE))
        go_module.run([GO, "build", "-o", "zones"], user, made)
        with open(os.path.join(user, "asked.json"), "w", encoding="utf-8") as file:
            json.dump(asked, file)
        answers = json.loads(go_module.run(["sh", "-c", "./zones < asked.json"], user, made))
        for question, want, answer in zip(asked, wanted, answers):
            self.assertEqual(answer, want, question)
        self.assertEqual(len(answers), len(ZONES) * len(BUCKETS) * 4)


if __name__ == "__main__":
    unittest.main()
