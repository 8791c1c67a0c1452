"""A program that type checkers read: what editors show for handles, rows, options and results. It also runs."""

import datetime
import os
import sys
from typing import Iterator, List, Optional

import annoproj


def titles(session: annoproj.Session) -> List[str]:
    return [row.title for row in session.project_list()]


def start(stage: annoproj.Stage) -> Optional[annoproj.Task]:
    found = stage.start_next(include_skipped=True, timeout=datetime.timedelta(seconds=5))
    reason: annoproj.QueueReason = annoproj.QueueReason(found.reason)
    print(reason.name)
    return found.task


def hours(project: annoproj.Project, day: datetime.datetime) -> Iterator[float]:
    with project.query_open(after_us=day) as query:
        table: annoproj.TimeSpentTable = query.time_spent()
        for row in table:
            bucket: Optional[datetime.datetime] = row.bucket
            if bucket is not None:
                yield row.total / 3600


def main(path: "os.PathLike[str]") -> int:
    with annoproj.create(path) as store, store.session_open(0) as host:
        user: int = host.user_create("ann@example.org", "Ann", annoproj.OrgRole.MEMBER)
        print(user, titles(host))
        try:
            host.user_create("ann@example.org", "Ann", annoproj.OrgRole.MEMBER)
        except annoproj.ExistsError as error:
            print(error.status, str(error))
    return 0


if __name__ == "__main__":
    import pathlib

    sys.exit(main(pathlib.Path(sys.argv[1])))
