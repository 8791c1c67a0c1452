"""Times in label rows: every form that the reference product's parser takes, and what is none."""

import datetime
import unittest

from test_label_rows import Stores, box, image


class Times(Stores):
    """Those that the reference product's parser takes; without a zone they are UTC."""
    TAKEN = {"2023-02-09 14:12:03": (14, 12, 3, 0), "2023-02-09T14:12:03Z": (14, 12, 3, 0), "2023-02-09t14:12:03": (14, 12, 3, 0),
             "2023-02-09 14:12:03 UTC": (14, 12, 3, 0), "2023-02-09T14:12:03.25+02:00": (12, 12, 3, 250000),
             "2023-02-09T14:12:03.123456789-0530": (19, 42, 3, 123456), "2023-02-09T00:30:00+01:00": (-1, 30, 0, 0),
             "Thu, 09 Feb 2023 14:12:03 GMT": (14, 12, 3, 0)}
    REFUSED = ["2023-02-30 14:12:03", "2023-02-09T24:00:00Z", "2023-02-09", "2023-02-09T14:12", "2023-02-09X14:12:03", "2023-02-09T14:12:03+24:00",
               "2023-02-09T14:12:03+02:60", "2023-02-09T14:12:03 CET", "2023-02-09T14:12:03Z.", "Thu, 09 Feb 2023 14:12:03 CET", "0000-01-01 00:00:00", ""]

    def test_every_form(self):
        host, project = self.make({"image 0": "image"})
        self.take(project, image([box("label%03d" % at, createdAt=text) for at, text in enumerate(self.TAKEN)]))
        labels = project.task_open(project.task_list().to_pylist()[0]["task"]).labels().to_pylist()
        midnight = datetime.datetime(2023, 2, 9, tzinfo=datetime.timezone.utc)
        for label, (text, (hours, minutes, seconds, micros)) in zip(labels, self.TAKEN.items()):
            self.assertEqual(label["created"], midnight + datetime.timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micros), text)
        found = self.faults(project, image([box("other%03d" % at, createdAt=text) for at, text in enumerate(self.REFUSED)]))
        self.assertEqual([fault.split("/")[-2] for fault in found], [str(at) for at in range(len(self.REFUSED))], found)


if __name__ == "__main__":
    unittest.main()
