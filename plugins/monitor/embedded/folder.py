"""Finds the tables of a log folder: which files hold which table, without reading them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from orchestrator.core.errors import InputError
from plugins.monitor.embedded.further import further_files


class FileFormat(StrEnum):
    """How a file's rows are written."""

    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    PARQUET = "parquet"


FORMATS: Mapping[str, FileFormat] = {
    ".csv": FileFormat.CSV,
    ".tsv": FileFormat.TSV,
    ".jsonl": FileFormat.JSON,
    ".ndjson": FileFormat.JSON,
    ".json": FileFormat.JSON,
    ".parquet": FileFormat.PARQUET,
}
COMPRESSED = (".gz", ".zst")
KNOWN_ENDINGS = "Parquet, CSV, TSV, JSON or JSONL, plain, .gz or .zst"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFiles:
    """The files of one table, all of one format, in name order."""

    name: str
    format: FileFormat
    files: tuple[Path, ...]

    @property
    def label(self) -> str:
        """What an error message calls it: its file, or the folder of its part files."""
        return str(self.files[0]) if len(self.files) == 1 else f"{self.files[0].parent} ({len(self.files)} files)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The tables found, by name, and what was passed over."""

    tables: Mapping[str, TableFiles] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def discover(sources: Sequence[str]) -> Inventory:
    """Find the tables of `sources`: folders, or `TABLE=FILE` entries.

    Raises:
        InputError: No such folder or file, nothing readable in it, or two tables of one name.
    """
    if not sources:
        raise InputError("no log source given: name a folder, or TABLE=FILE")
    found: list[TableFiles] = []
    warnings: list[str] = []
    for source in sources:
        name, equals, file = source.partition("=")
        if equals and not Path(source).exists():
            found.append(_named_table(name, Path(file).expanduser(), source=source))
        else:
            found.extend(_folder_tables(Path(source).expanduser(), warnings))
    return Inventory(tables=_unique(found), warnings=tuple(warnings))


def file_format(path: Path) -> FileFormat | None:
    """The format that the file's ending names, or None."""
    return FORMATS.get(_plain_suffix(path))


def table_name(path: Path) -> str:
    """The file's name without its endings."""
    name = path.name
    for ending in (*COMPRESSED, *FORMATS):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    return name


def _plain_suffix(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _named_table(name: str, file: Path, *, source: str) -> TableFiles:
    if not name:
        raise InputError(f"{source!r} names no table: write TABLE=FILE")
    if file.is_dir():
        warnings: list[str] = []
        return _part_files(name, file, file.resolve(), warnings) or _nothing_in(file, warnings)
    if not file.is_file():
        raise InputError(f"no such file {str(file)!r} for table {name!r}; give an existing one: TABLE=FILE")
    kind = file_format(file)
    if kind is None:
        raise InputError(f"cannot tell the format of {str(file)!r} by its ending: use {KNOWN_ENDINGS}")
    _check_readable(file)
    return TableFiles(name=name, format=kind, files=(file,))


def _folder_tables(folder: Path, warnings: list[str]) -> list[TableFiles]:
    if folder.is_file():
        raise InputError(f"{str(folder)!r} is a file: name a folder, or write TABLE={folder}")
    if not folder.is_dir():
        raise InputError(f"no such log folder {str(folder)!r}; give an existing one: --logs DIR or SWITCHBOARD_LOGS")
    root = folder.resolve()
    tables: list[TableFiles] = []
    for entry in _entries(folder):
        if entry.is_dir():
            table = _part_files(entry.name, entry, root, warnings)
        else:
            kept = _readable(entry, root, warnings)
            table = TableFiles(name=table_name(entry), format=kept, files=(entry,)) if kept else None
        if table:
            tables.append(table)
    if not tables:
        _nothing_in(folder, warnings)
    return _with_further(tables, further_files(folder))


def _with_further(tables: Sequence[TableFiles], further: Sequence[Path]) -> list[TableFiles]:
    """Tables with the rows of an environment that was played on; a table may have rows only there."""
    more: dict[str, list[Path]] = {}
    for path in further:
        more.setdefault(table_name(path), []).append(path)
    known = [replace(table, files=(*table.files, *more.pop(table.name, ()))) for table in tables]
    new = [(name, paths, file_format(paths[0])) for name, paths in more.items()]
    return known + [TableFiles(name=name, format=kind, files=tuple(paths)) for name, paths, kind in new if kind]


def _part_files(name: str, folder: Path, root: Path, warnings: list[str]) -> TableFiles | None:
    """One table of all files below `folder`; they must agree on the format."""
    by_format: dict[FileFormat, list[Path]] = {}
    for base, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            path = Path(base) / file
            kind = None if _hidden(path) else _readable(path, root, warnings)
            if kind:
                by_format.setdefault(kind, []).append(path)
    if len(by_format) > 1:
        first, second = (str(paths[0]) for paths in list(by_format.values())[:2])
        raise InputError(f"table {name!r} mixes formats: {first!r} and {second!r}; keep one format in a table's folder")
    for kind, paths in by_format.items():
        return TableFiles(name=name, format=kind, files=tuple(paths))
    return None


def _entries(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir())
    except PermissionError as error:
        raise InputError(
            f"no right to read the log folder {str(folder)!r}: {error.strerror}; give read permission"
        ) from error
    return (entry for entry in entries if not _hidden(entry))


def _hidden(path: Path) -> bool:
    return path.name.startswith((".", "_"))


def _readable(path: Path, root: Path, warnings: list[str]) -> FileFormat | None:
    """The format of a file to read, or None with a warning that says why it is passed over."""
    kind = file_format(path)
    if kind is None:
        warnings.append(f"{path}: ignored, its ending is none of {KNOWN_ENDINGS}")
        return None
    if not path.exists():
        warnings.append(f"{path}: ignored, the link leads nowhere")
        return None
    if not path.resolve().is_relative_to(root):
        warnings.append(f"{path}: ignored, the link leads out of the folder to {path.resolve()}")
        return None
    _check_readable(path)
    return kind


def _check_readable(path: Path) -> None:
    if not os.access(path, os.R_OK):
        raise InputError(f"no right to read {str(path)!r}: give read permission, or move it out of the folder")


def _nothing_in(folder: Path, warnings: Sequence[str]) -> TableFiles:
    passed = f"; passed over: {'; '.join(warnings)}" if warnings else ""
    raise InputError(f"no tables in {str(folder)!r}: it holds no file that ends as {KNOWN_ENDINGS}{passed}")


def _unique(found: Sequence[TableFiles]) -> dict[str, TableFiles]:
    tables: dict[str, TableFiles] = {}
    folded: dict[str, str] = {}
    for table in found:
        # DuckDB folds case: Logs and logs would be one table there.
        other = tables.get(folded.get(table.name.casefold(), ""))
        if other:
            raise InputError(
                f"two tables are named {table.name!r}: {other.label} and {table.label}; keep one, "
                f"or name each with TABLE=FILE"
            )
        tables[table.name] = table
        folded[table.name.casefold()] = table.name
    return tables
