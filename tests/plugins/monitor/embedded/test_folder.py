"""Finding tables in folders."""

from pathlib import Path

import pytest

from orchestrator.core.errors import InputError
from plugins.monitor.embedded.folder import FileFormat, discover, table_name


def _names(*sources: str) -> dict[str, FileFormat]:
    return {name: table.format for name, table in discover(sources).tables.items()}


def test_files_and_subfolders_are_tables(tmp_path: Path):
    """A file is a table; a subfolder of part files is one table."""
    for name in ("A.csv", "B.parquet", "C.jsonl.gz", "D.tsv", "E/part-2.json", "E/part-1.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    inventory = discover([str(tmp_path)])
    assert list(inventory.tables) == ["A", "B", "C", "D", "E"]
    assert [file.name for file in inventory.tables["E"].files] == ["part-1.json", "part-2.json"]
    assert inventory.warnings == ()


def test_named_files(tmp_path: Path):
    """`TABLE=FILE` names a table, beside folders."""
    (tmp_path / "export.csv").write_text("a\n1\n")
    assert _names(f"AppRequests={tmp_path / 'export.csv'}") == {"AppRequests": FileFormat.CSV}


def test_same_name_twice_names_both(tmp_path: Path):
    """Two tables of one name are an error that names both files."""
    (tmp_path / "X.csv").write_text("a\n")
    (tmp_path / "X.parquet").write_text("a\n")
    with pytest.raises(InputError, match=r"(?s)two tables.*X\.csv.*X\.parquet"):
        discover([str(tmp_path)])


def test_names_that_differ_in_case_only_are_one_name(tmp_path: Path):
    """The engine folds case, so X and x cannot both be tables."""
    (tmp_path / "X.csv").write_text("a\n")
    (tmp_path / "x.tsv").write_text("a\n")
    with pytest.raises(InputError, match="two tables"):
        discover([str(tmp_path)])


def test_mixed_formats_in_a_table_folder(tmp_path: Path):
    """A table's folder holds one format."""
    (tmp_path / "T").mkdir()
    (tmp_path / "T" / "a.csv").write_text("a\n")
    (tmp_path / "T" / "b.json").write_text("{}")
    with pytest.raises(InputError, match="mixes formats"):
        discover([str(tmp_path)])


def test_no_such_folder(tmp_path: Path):
    """The message names the folder."""
    with pytest.raises(InputError, match=r"no such log folder '.*nowhere'"):
        discover([str(tmp_path / "nowhere")])


def test_no_such_file(tmp_path: Path):
    """The message names file and table."""
    with pytest.raises(InputError, match=r"no such file .* for table 'T'"):
        discover([f"T={tmp_path / 'nope.csv'}"])


def test_empty_folder(tmp_path: Path):
    """An empty folder is an error that tells what is looked for."""
    with pytest.raises(InputError, match=r"no tables in .*Parquet"):
        discover([str(tmp_path)])


def test_only_unknown_endings(tmp_path: Path):
    """When nothing is left, the error names what was passed over."""
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InputError, match=r"passed over: .*notes\.txt"):
        discover([str(tmp_path)])


def test_unknown_endings_beside_tables_are_a_warning(tmp_path: Path):
    """Other files are passed over, and said so."""
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "A.csv").write_text("a\n")
    assert "notes.txt: ignored" in discover([str(tmp_path)]).warnings[0]


def test_a_file_given_as_folder(tmp_path: Path):
    """The mend is in the message."""
    (tmp_path / "A.csv").write_text("a\n")
    with pytest.raises(InputError, match="TABLE="):
        discover([str(tmp_path / "A.csv")])


def test_links_out_of_the_folder_are_passed_over(tmp_path: Path):
    """A symbolic link must not lead to files outside."""
    outside = tmp_path / "secret.csv"
    outside.write_text("a\n1\n")
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "A.csv").write_text("a\n")
    (logs / "B.csv").symlink_to(outside)
    (logs / "C.csv").symlink_to(tmp_path / "missing.csv")
    inventory = discover([str(logs)])
    assert list(inventory.tables) == ["A"]
    assert [part for warning in inventory.warnings for part in ("leads out", "leads nowhere") if part in warning] == [
        "leads out",
        "leads nowhere",
    ]


def test_hidden_files_are_no_tables(tmp_path: Path):
    """Hidden files and folders are left alone, without a warning."""
    (tmp_path / ".A.csv").write_text("a\n")
    (tmp_path / "B.csv").write_text("a\n")
    inventory = discover([str(tmp_path)])
    assert (list(inventory.tables), inventory.warnings) == (["B"], ())


def test_no_sources():
    """Nothing given is an error."""
    with pytest.raises(InputError, match="no log source"):
        discover([])


def test_unknown_format_of_a_named_file(tmp_path: Path):
    """A named file must have a known ending."""
    (tmp_path / "a.xlsx").write_text("x")
    with pytest.raises(InputError, match="format"):
        discover([f"T={tmp_path / 'a.xlsx'}"])


def test_table_name_without_endings():
    """All endings go."""
    assert [table_name(Path(name)) for name in ("A.csv.gz", "B.c.jsonl", "D.parquet")] == ["A", "B.c", "D"]
