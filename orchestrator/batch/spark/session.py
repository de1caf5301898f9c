"""The Spark session that a batch runs in, and Spark's errors in our words."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.core.errors import InputError, SwitchboardError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LEAST_JAVA = {3: 8, 4: 17}
_JAVA_MEND = "install a JDK 17 (apt-get install openjdk-17-jre-headless), or set JAVA_HOME to one"
_OURS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""Of a session that we start on this machine, where nobody else has set something."""
_ELSEWHERE = ("PYSPARK_GATEWAY_PORT", "SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED", "MASTER")
_ABSENT = ("PATH_NOT_FOUND", "TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND")


@contextmanager
def session() -> "Iterator[SparkSession]":
    """The session there is, as in a notebook or under spark-submit; else one of our own, stopped at the end.

    Raises:
        InputError: PySpark or Java is missing or too old.
    """
    try:
        import pyspark  # noqa: PLC0415  # an extra
        from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            f"--engine spark needs PySpark, which is not installed ({error}); pip install 'switchboard[spark]', or "
            "leave --engine out"
        ) from error
    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    # an executor of this machine else takes the python of the PATH
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("switchboard")
    if not any(name in os.environ for name in _ELSEWHERE):
        _check_java(int(pyspark.__version__.partition(".")[0]))
        quiet = f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties').as_uri()}"
        os.environ["SPARK_SUBMIT_OPTS"] = " ".join(filter(None, (quiet, os.environ.get("SPARK_SUBMIT_OPTS"))))
        for name, value in _OURS.items():
            builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


def _check_java(major: int) -> None:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    if java is None or not Path(java).exists():
        where = f"JAVA_HOME is {home!r}, which holds none" if home else "there is none on the PATH"
        raise InputError(f"Spark needs Java, and {where}: {_JAVA_MEND}")
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603  # the user's
    version = java_version(told.stderr)
    least = _LEAST_JAVA.get(major, max(_LEAST_JAVA.values()))
    if version is not None and version < least:
        raise InputError(f"{java!r} is Java {version}, and this PySpark needs {least} or later: {_JAVA_MEND}")


def java_version(told: str) -> int | None:
    """The major version that `java -version` tells: 8 of "1.8.0_392", 17 of "17.0.15"."""
    found = re.search(r'version "(\d+)(?:\.(\d+))?', told)
    if found is None:
        return None
    return int(found[2]) if found[1] == "1" and found[2] else int(found[1])


@contextmanager
def errors_in_our_words() -> Iterator[None]:
    """Spark's errors as ours: what was asked of it is an InputError, the rest a SwitchboardError."""
    from py4j.protocol import Py4JError  # noqa: PLC0415  # of the extra
    from pyspark.errors import AnalysisException, PySparkException  # noqa: PLC0415

    try:
        yield
    except (PySparkException, Py4JError) as error:
        text = str(error)
        if "PYTHON_VERSION_MISMATCH" in text or "different version" in text:
            here = f"{sys.version_info[0]}.{sys.version_info[1]}"
            raise InputError(
                f"the executors run another Python than this one, which is {here}: "
                "set PYSPARK_PYTHON to the same version on both"
            ) from error
        if "No module named 'pyarrow'" in text:
            raise InputError("the executors' Python has no pyarrow, all that they need: install it there") from error
        if isinstance(error, AnalysisException):
            absent = any(code in text for code in _ABSENT)
            raise InputError(
                f"Spark does not find it: {first_line(text)}" if absent else f"Spark refuses: {first_line(text)}"
            ) from error
        raise SwitchboardError(f"Spark failed: {first_line(text)}") from error


def first_line(text: str) -> str:
    """The line of a Spark error that says what was wrong: of a task's failure the executor's last, without a trace."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    inner = [place for place, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    if inner:
        for line in lines[inner[-1] + 1 :]:
            if re.match(r"[\w.]+(Error|Exception)\b", line):
                return line[:500]
    return lines[0][:500] if lines else "no reason was given"
