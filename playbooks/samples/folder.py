"""Writes tables into a new folder, whole or not at all."""

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from orchestrator.core.errors import InputError
from playbooks.samples.tables import TABLES, Field

if TYPE_CHECKING:
    import duckdb

Format = Literal["parquet", "csv"]
Rows = Sequence[tuple[Any, ...]]

_TOKEN_BYTES = 8
_HALF_MADE_S = 3_600

_SUFFIX: Mapping[str, str] = {"parquet": ".parquet", "csv": ".csv.gz"}
_OPTIONS: Mapping[str, str] = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER true, COMPRESSION gzip",
}
_DTYPES: Mapping[str, str] = {"datetime": "datetime64[us]", "bool": "bool", "int": "int32", "real": "float64"}


def write_folder(
    tables: Mapping[str, Rows], *, out: Path, fmt: Format, workspace: str, notes: Mapping[str, str] | None = None
) -> None:
    """Write one file per table; `out` appears only when all of it is there.

    Datetimes in `tables` are microseconds since 1970 (UTC). `workspace` fills the TenantId column. `notes` are further
    files by their path below `out`, with their text.

    Raises:
        InputError: `out` holds something already, or cannot be written.
    """
    if fmt not in _SUFFIX:
        raise InputError(f"unknown format {fmt!r}; use one of {', '.join(sorted(_SUFFIX))}")
    refuse_taken(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _remove_half_made(out)
        # Beside `out`, because a rename never crosses disks.
        made = out.parent / f".{out.name}.{secrets.token_hex(_TOKEN_BYTES)}"
        made.mkdir()
    except OSError as error:
        raise InputError(f"cannot write into {str(out.parent)!r}: {error.strerror}; choose another --out") from error
    try:
        _write_all(tables, folder=made, fmt=fmt, workspace=workspace)
        for name, text in (notes or {}).items():
            (made / name).parent.mkdir(exist_ok=True)
            (made / name).write_text(text, encoding="utf-8")
        _put_in_place(made, out)
    except OSError as error:
        raise InputError(f"cannot write into {str(out.parent)!r}: {error.strerror}; choose another --out") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def refuse_taken(out: Path) -> None:
    """Raise InputError unless `out` is absent or an empty folder."""
    try:
        taken = any(out.iterdir()) if out.is_dir() else out.exists() or out.is_symlink()
    except OSError as error:
        raise InputError(f"cannot look into {str(out)!r}: {error.strerror}; choose another --out") from error
    if taken:
        kind = "folder is not empty" if out.is_dir() else "path is a file"
        raise InputError(f"{str(out)!r}: the {kind}; nothing is overwritten: choose a new or empty folder for --out")


def _remove_half_made(out: Path) -> None:
    """Remove what writers of `out` left behind that were killed; one at work is younger than an hour."""
    ours = re.compile(rf"\.{re.escape(out.name)}\.[0-9a-f]{{{2 * _TOKEN_BYTES}}}")
    oldest = time.time() - _HALF_MADE_S
    with suppress(OSError):  # another writer may be tidying too, and a folder may be closed to readers
        for path in out.parent.iterdir():
            if ours.fullmatch(path.name) and path.is_dir() and not path.is_symlink() and path.stat().st_mtime < oldest:
                shutil.rmtree(path, ignore_errors=True)


def _put_in_place(made: Path, out: Path) -> None:
    """Rename is atomic and fails on a folder that somebody filled meanwhile, so two writers cannot mix."""
    try:
        made.rename(out)
    except OSError as error:
        refuse_taken(out)
        raise InputError(f"cannot create {str(out)!r}: {error.strerror}; choose another --out") from error


def _write_all(tables: Mapping[str, Rows], *, folder: Path, fmt: Format, workspace: str) -> None:
    import duckdb  # noqa: PLC0415  # 0.1 s that a listing of the scenarios need not pay

    with duckdb.connect(config={"threads": 1}) as connection:  # one thread: same rows, same bytes
        for name in sorted(tables):
            if tables[name]:
                path = folder / f"{name}{_SUFFIX[fmt]}"
                try:
                    _write_table(connection, name, tables[name], path=path, fmt=fmt, workspace=workspace)
                except duckdb.IOException as error:
                    raise _as_os_error(str(error)) from error


def _as_os_error(said: str) -> OSError:
    """What the system said, out of DuckDB's words: a full disk, or a limit of this user."""
    number = re.search(r"errno\W+(\d+)", said)
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else OSError(errno.EIO, said.splitlines()[0])


def _write_table(
    connection: "duckdb.DuckDBPyConnection", name: str, rows: Rows, *, path: Path, fmt: Format, workspace: str
) -> None:
    import numpy as np  # noqa: PLC0415  # as duckdb above

    fields = TABLES[name]
    columns = {
        field.name: np.array(values, dtype="int64").astype(_DTYPES["datetime"])
        if field.type == "datetime"
        else np.array(values, dtype=_DTYPES.get(field.type, "object"))
        for field, values in zip(fields, zip(*rows, strict=True), strict=True)
    }
    connection.register("made", columns)
    chosen = ", ".join(_column_sql(field, fmt=fmt) for field in fields)
    constants = f"'{name}' AS \"Type\", '{workspace}' AS \"TenantId\", 'Azure' AS \"SourceSystem\""
    target = str(path).replace("'", "''")
    connection.execute(f"COPY (SELECT {chosen}, {constants} FROM made) TO '{target}' ({_OPTIONS[fmt]})")  # noqa: S608  # names are ours
    connection.unregister("made")


def _column_sql(field: Field, *, fmt: Format) -> str:
    if field.type == "datetime" and fmt == "csv":
        return f'strftime("{field.name}", \'%Y-%m-%dT%H:%M:%S.%fZ\') AS "{field.name}"'
    return f'"{field.name}"'
