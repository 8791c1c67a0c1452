"""Annotation projects in one embedded library over one file.

import annoproj
with annoproj.open("team.annoproj") as store, store.session_open(0) as host:
    for project in host.project_list():
        print(project.title)
"""

from . import _api
from ._api import *  # noqa: F401,F403
from ._api import PermissionError, TimeoutError, open  # noqa: F401,A004 - they shadow built-ins in this package only
from ._errors import Error  # noqa: F401
from ._table import Column  # noqa: F401
from ._zones import zone_boundaries  # noqa: F401

__version__ = version()  # noqa: F405
__all__ = _api.__all__ + ["Column", "Error", "zone_boundaries"]
