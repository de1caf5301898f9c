from types import ModuleType
from typing import Any

import pytest


def component(name: str, *said: dict[str, Any]) -> dict[str, Any]:
    """A package as CycloneDX has it."""
    return {"type": "library", "name": name, "version": "1.0", "licenses": list(said)}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], "none stated"),
        ([{"expression": "MIT OR Apache-2.0"}], "MIT OR Apache-2.0"),
        ([{"license": {"id": "ISC"}}], "ISC"),
        ([{"license": {"name": "License :: OSI Approved :: BSD License"}}], "BSD License"),
        ([{"license": {"id": "PSF-2.0"}}, {"license": {"id": "Python-2.0"}}], "PSF-2.0 AND Python-2.0"),
    ],
)
def test_what_a_package_says_is_read(licences: ModuleType, said: list[dict[str, Any]], expected: str):
    """An expression, an id or a classifier's name; several hold together."""
    assert licences.stated(said) == expected


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("none stated", False),
        ("GPL-3.0-only OR MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("Apache-2.0 AND GPL-2.0-only", False),
        ("MIT AND (GPL-2.0-only OR BSD-3-Clause)", False),
        ("ISC License (ISCL)", True),
        ("LGPL-3.0-only OR GPL-2.0-only", False),
    ],
)
def test_a_licence_is_judged(licences: ModuleType, licence: str, expected: bool):  # noqa: FBT001  # a table's column
    """Of a choice one is enough, of several that hold all must be allowed; what is mixed is read strictly."""
    assert licences.allowed(licence) is expected


def test_an_exception_is_for_one_licence(licences: ModuleType):
    """A package that changes its licence loses its exception; ours is no part of the report."""
    excepted = licences.EXCEPTIONS["pybars4"].licence
    bill = {
        "components": [
            component("switchboard", {"license": {"id": "Secret"}}),
            component("pybars4", {"license": {"id": "GPL-3.0-only"}}),
            component(
                "certifi", {"license": {"id": "MPL-2.0"}}, {"license": {"name": "Mozilla Public License 2.0 (MPL 2.0)"}}
            ),
            component("other"),
        ]
    }
    assert licences.refused(licences.components(bill)) == [
        "other 1.0: none stated; do without it, or write the exception's reason down",
        f"pybars4 1.0: GPL-3.0-only, but it was excepted for {excepted}",
    ]


def test_only_what_is_locked_is_judged(licences: ModuleType):
    """A tool that no deployment has is left out; names are compared as indexes compare them."""
    bill = {"components": [component("Some.Tool"), component("Kept_Package", {"license": {"id": "MIT"}})]}
    assert licences.components(bill, only={"kept-package"}) == (
        licences.Component(name="kept-package", version="1.0", licence="MIT"),
    )
