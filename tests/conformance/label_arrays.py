"""Labels one by one, as the flat arrays that labels_write takes."""


class LabelArrays:
    def __init__(self):
        self.arrays = {name: [] for name in (
            "hashes", "classes", "frames", "coordinates", "range_first_frames", "range_last_frames", "answer_attributes",
            "answer_options", "answer_texts", "answer_numbers", "answer_first_frames", "answer_last_frames")}
        self.starts = {name: [0] for name in ("geometry_starts", "part_starts", "coordinate_starts", "range_starts",
                                              "answer_starts")}

    def add(self, number, frames=None, ranges=(), answers=(), hash=""):
        """`frames`: parts of the geometry by frame. `answers`: (attribute, value, first frame, last frame), where a value is
        {"option": feature}, a text or a number, and frames may be left out."""
        self.arrays["hashes"].append(hash)
        self.arrays["classes"].append(number)
        for frame, parts in sorted((frames or {}).items()):
            self.arrays["frames"].append(frame)
            for part in parts:
                self.arrays["coordinates"] += [float(value) for value in part]
                self.starts["coordinate_starts"].append(len(self.arrays["coordinates"]))
            self.starts["part_starts"].append(len(self.starts["coordinate_starts"]) - 1)
        for first, last in ranges:
            self.arrays["range_first_frames"].append(first)
            self.arrays["range_last_frames"].append(last)
        for attribute, value, *on in answers:
            self.arrays["answer_attributes"].append(attribute)
            self.arrays["answer_options"].append(value["option"] if isinstance(value, dict) else 0)
            self.arrays["answer_texts"].append(value if isinstance(value, str) else "")
            self.arrays["answer_numbers"].append(float(value) if isinstance(value, (int, float)) else 0.0)
            self.arrays["answer_first_frames"].append(on[0] if on else -1)
            self.arrays["answer_last_frames"].append(on[1] if on else -1)
        self.starts["geometry_starts"].append(len(self.arrays["frames"]))
        self.starts["range_starts"].append(len(self.arrays["range_first_frames"]))
        self.starts["answer_starts"].append(len(self.arrays["answer_options"]))

    def write(self, task, **options):
        """The hashes of the labels."""
        if not self.arrays["classes"]:
            return []
        written = task.labels_write(**{"force": True, **options}, **self.arrays, **self.starts)
        return [row["label"] for row in written.to_pylist()]
