"""Procedures are read with their places, and refuse what nothing gives."""

from pathlib import Path

import pytest

from orchestrator.core.errors import GuideError, InputError
from playbooks.procedure import Check, Read, Work, load_procedures, read_procedure
from playbooks.workflow import load_workflows

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
SHIPPED = load_procedures(PLAYBOOKS / "procedures")
HEAD = "id: a\ntitle: A\nsteps:\n"


def test_the_shipped_procedures_ask_and_propose_what_there_is():
    """Each workflow is one of those that ship: a reading one is read, a changing one proposed."""
    workflows = load_workflows(PLAYBOOKS / "workflows")
    for procedure in SHIPPED.values():
        for step in procedure.steps:
            if isinstance(step, Read):
                assert not workflows[step.workflow].changing, (procedure.id, step.id)
        if procedure.propose is not None:
            assert workflows[procedure.propose.workflow].changing, procedure.id


def test_the_shipped_procedures_work_out_what_code_knows():
    """No procedure names a work that is not there."""
    from agents.shipment.works.names import WORKS  # noqa: PLC0415

    named = {step.work for one in SHIPPED.values() for step in one.steps if isinstance(step, Work)}
    assert named <= set(WORKS)


def test_what_a_procedure_proposes_is_checked_before():
    """None proposes without a check, and each check has exactly one outcome."""
    for procedure in SHIPPED.values():
        assert procedure.propose is None or any(isinstance(step, Check) for step in procedure.steps), procedure.id


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (HEAD + "  - check: X\n    expect: order.found\n    refuse: no\n", 5, "nothing is named 'order' here"),
        (HEAD + "  - check: X\n    expect: wanted.now ==\n    refuse: no\n", 5, "wanted.now =="),
        (HEAD + "  - check: X\n    expect: 'true'\n", 4, "exactly one of refuse, ask, person"),
        (
            HEAD + "  - check: X\n    expect: 'true'\n    refuse: a\n    ask: b\n",
            4,
            "exactly one of refuse, ask, person",
        ),
        (HEAD + "  - read: a\n    work: b\n", 4, "exactly one of read, work and check"),
        (HEAD + "  - read: wanted\n    workflow: w\n    body: {}\n", 4, "'wanted' is taken"),
        (HEAD + "  - read: a\n    workflow: w\n    body: {x: '{b.c}'}\n", 6, "nothing is named 'b' here"),
        (
            HEAD + "  - read: a\n    workflow: w\n    body: {x: '{wanted.ordr}'}\n",
            6,
            "nothing is named 'wanted.ordr' here",
        ),
        ("id: a\ntitle: A\n", 1, "'steps' is missing"),
        (HEAD + "  - read: a\n    workflow: w\n    body: {}\n    colour: red\n", 7, "unknown key 'colour'"),
    ],
)
def test_a_wrong_procedure_names_the_line(text: str, line: int, said: str):
    """And what is wrong there."""
    with pytest.raises(GuideError) as error:
        read_procedure(text, path="a.yaml")
    assert said in str(error.value)
    assert error.value.place is not None
    assert error.value.place.line == line


def test_a_folder_without_procedures(tmp_path: Path):
    """It says what belongs there."""
    with pytest.raises(InputError, match="holds no procedure"):
        load_procedures(tmp_path)


def test_a_file_is_named_like_its_procedure(tmp_path: Path):
    """So that people find it."""
    (tmp_path / "b.yaml").write_text(HEAD + "  - read: a\n    workflow: w\n    body: {}\n")
    with pytest.raises(GuideError, match="not the file's name"):
        load_procedures(tmp_path)
