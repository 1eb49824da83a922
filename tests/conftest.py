"""Every test keeps its own record of progress and its own cache, so that none touches the developer's."""

from __future__ import annotations

import matplotlib as mpl
import pytest

mpl.use("Agg")


@pytest.fixture(autouse=True, scope="session")
def _home(tmp_path_factory: pytest.TempPathFactory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEARNTOOLS_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("NBGRADER_EXECUTION", raising=False)
        yield
