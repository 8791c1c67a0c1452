"""What type checkers must refuse: one fault in each marked line. Never run."""

import annoproj


def faults(session: annoproj.Session, project: annoproj.Project, task: annoproj.Task) -> None:
    session.user_create("ann@example.org", 7, annoproj.OrgRole.MEMBER)  # fault: a name is text
    session.user_create("ann@example.org", "Ann")  # fault: the role is missing
    task.submit(asignee=3)  # fault: no such option
    for row in project.task_list():
        print(row.titel)  # fault: no such column
        print(row.assignee + 1)  # fault: it may be None
    print(project.task_list()[0].priority.upper())  # fault: an integer
