"""Checks that the files of a Bicep template fit together, without the Bicep compiler.

python .ci/bicep.py docs/deploy/infra/main.bicep

A grammar of Bicep (tree-sitter-bicep) reads the files. Then every name must be declared and used, every module be
there and get exactly its parameters, every output that is used exist. `bicep_types.py` checks the resources.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tree_sitter
import tree_sitter_bicep

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
VERSION = re.compile(r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(-preview)?$")
# https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions: those that the template uses
FUNCTIONS = frozenset(
    {
        "any",
        "empty",
        "filter",
        "guid",
        "items",
        "join",
        "last",
        "loadJsonContent",
        "resourceGroup",
        "split",
        "string",
        "subscription",
        "subscriptionResourceId",
        "tenant",
        "toLower",
        "union",
        "uniqueString",
    }
)
Node = tree_sitter.Node


@dataclass(frozen=True, slots=True)
class Expression:
    """A value that only a deployment knows."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource, with its body as plain values."""

    symbol: str
    type: str
    api_version: str
    existing: bool
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleCall:
    """One use of another file."""

    symbol: str
    path: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One Bicep file: what it declares, and what it uses."""

    path: Path
    errors: tuple[str, ...]
    params: Mapping[str, bool]  # whether it must be given
    variables: Mapping[str, Any]
    resources: tuple[Resource, ...]
    modules: tuple[ModuleCall, ...]
    outputs: Mapping[str, str]  # the expression's text
    used: frozenset[str]
    called: frozenset[str]
    module_outputs: frozenset[tuple[str, str]]
    local: frozenset[str]


def text_of(node: Node) -> str:
    """The source of a node."""
    return (node.text or b"").decode()


def walk(node: Node) -> Iterator[Node]:
    """A node and everything in it."""
    yield node
    for child in node.children:
        yield from walk(child)


def value_of(node: Node) -> Any:
    """A literal as a plain value; what must be computed as an Expression."""
    match node.type:
        case "object":
            value: Any = dict(pair_of(item) for item in node.named_children if item.type == "object_property")
        case "array":
            value = [value_of(item) for item in node.named_children if item.type != "comment"]
        case "string" if not any(child.type == "interpolation" for child in node.children):
            value = "".join(text_of(child) for child in node.named_children)
        case "number":
            value = int(text_of(node))
        case "boolean":
            value = text_of(node) == "true"
        case "null":
            value = None
        case _:
            value = Expression(text_of(node))
    return value


def pair_of(node: Node) -> tuple[str, Any]:
    """A property's name and value."""
    key, *rest = [child for child in node.named_children if child.type != "comment"]
    name = text_of(key).strip("'")
    return name, value_of(rest[-1]) if rest else None


def body_of(node: Node) -> Mapping[str, Any]:
    """The object of a resource or module, under its condition or loop."""
    found = next((child for child in reversed(node.named_children) if child.type == "object"), None)
    if found is not None:
        value = value_of(found)
        assert isinstance(value, dict)
        return value
    inner = (child for child in node.named_children if child.type in {"if_statement", "for_statement"})
    return next((body_of(child) for child in inner), {})


def read(path: Path) -> Template:
    """One file; what the grammar refuses is in `errors`, with its line."""
    root = PARSER.parse(path.read_bytes()).root_node
    nodes = tuple(walk(root))
    errors = [
        f"{path.name}:{node.start_point[0] + 1}: not Bicep: {text_of(node)[:60]!r}"
        for node in nodes
        if node.is_error or node.is_missing
    ]
    declared = {kind: [node for node in root.named_children if node.type == kind] for kind in KINDS}
    return Template(
        path=path,
        errors=tuple(errors),
        params={name_of(node): not has_default(node) for node in declared["parameter_declaration"]},
        variables={name_of(node): value_of(node.named_children[-1]) for node in declared["variable_declaration"]},
        resources=tuple(resource_of(node) for node in declared["resource_declaration"]),
        modules=tuple(module_of(node) for node in declared["module_declaration"]),
        outputs={name_of(node): text_of(node.named_children[-1]) for node in declared["output_declaration"]},
        used=frozenset(used_names(nodes)),
        called=frozenset(
            text_of(node.named_children[0])
            for node in nodes
            if node.type == "call_expression" and not in_decorator(node)
        ),
        module_outputs=frozenset(re.findall(r"\b(\w+)[!?]?\.outputs\.(\w+)", text_of(root))),
        local=frozenset(local_names(nodes)),
    )


KINDS = (
    "parameter_declaration",
    "variable_declaration",
    "resource_declaration",
    "module_declaration",
    "output_declaration",
)


def name_of(node: Node) -> str:
    """The symbol that a declaration declares."""
    return text_of(next(child for child in node.named_children if child.type == "identifier"))


def has_default(node: Node) -> bool:
    """Whether a parameter may be left out."""
    return any(child.type == "=" for child in node.children)


def quoted(node: Node) -> str:
    """The type or path of a declaration."""
    return text_of(next(child for child in node.named_children if child.type == "string")).strip("'")


def resource_of(node: Node) -> Resource:
    """A resource declaration."""
    kind, _, version = quoted(node).partition("@")
    existing = any(child.type == "existing" for child in node.children)
    return Resource(symbol=name_of(node), type=kind, api_version=version, existing=existing, body=body_of(node))


def module_of(node: Node) -> ModuleCall:
    """A module declaration."""
    params = body_of(node).get("params", {})
    return ModuleCall(symbol=name_of(node), path=quoted(node), params=params)


def used_names(nodes: Iterable[Node]) -> Iterator[str]:
    """Names that expressions read: no declarations, no functions, no types, no property names."""
    for node in nodes:
        parent = node.parent
        if node.type != "identifier" or parent is None:
            continue
        first = parent.named_children[0] == node
        declares = first and (parent.type in KINDS or parent.type in {"for_statement", "lambda_expression"})
        named = parent.type == "object_property" and first
        if not (declares or named or (parent.type == "call_expression" and first) or in_decorator(node)):
            yield text_of(node)


def in_decorator(node: Node) -> bool:
    """Whether a node is part of `@...`."""
    while node.parent is not None:
        node = node.parent
        if node.type == "decorator":
            return True
    return False


def local_names(nodes: Iterable[Node]) -> Iterator[str]:
    """Names that loops and lambdas bring."""
    for node in nodes:
        if node.type in {"for_statement", "lambda_expression"}:
            yield text_of(node.named_children[0])


def structure(template: Template) -> list[str]:
    """What is wrong with one file and its calls of others."""
    where = template.path.name
    symbols = {*template.params, *template.variables, *template.local}
    symbols |= {item.symbol for item in template.resources} | {item.symbol for item in template.modules}
    found = [*template.errors]
    found += [f"{where}: {name!r} is not declared" for name in sorted(template.used - symbols)]
    found += [f"{where}: {name!r} is no function that is known" for name in sorted(template.called - FUNCTIONS)]
    unused = sorted({*template.params, *template.variables} - template.used)
    found += [f"{where}: {name!r} is declared and not used" for name in unused]
    for item in template.resources:
        if not VERSION.match(item.api_version):
            found.append(f"{where}: {item.symbol}: {item.api_version!r} is no API version")
    for call in template.modules:
        found += call_problems(template, call)
    return found


def call_problems(template: Template, call: ModuleCall) -> list[str]:
    """What is wrong with one use of a module."""
    where, path = f"{template.path.name}: {call.symbol}", template.path.parent / call.path
    if not path.is_file():
        return [f"{where}: there is no file {call.path!r}"]
    target = read(path)
    missing = sorted(name for name, must in target.params.items() if must and name not in call.params)
    unknown = sorted(set(call.params) - set(target.params))
    outputs = sorted(name for symbol, name in template.module_outputs if symbol == call.symbol)
    return [
        *(f"{where}: the parameter {name!r} is not given" for name in missing),
        *(f"{where}: {call.path} has no parameter {name!r}" for name in unknown),
        *(f"{where}: {call.path} has no output {name!r}" for name in outputs if name not in target.outputs),
    ]


def reached(main: Path) -> dict[Path, Template]:
    """The template and every file that it uses, each once."""
    found: dict[Path, Template] = {}
    waiting = [main.resolve()]
    while waiting:
        path = waiting.pop()
        if path in found or not path.is_file():
            continue
        found[path] = read(path)
        waiting += [(path.parent / call.path).resolve() for call in found[path].modules]
    return found


def main() -> int:
    """Print what is wrong; 1 where something is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("template", type=Path)
    files = reached(parser.parse_args().template)
    found = [line for template in files.values() for line in structure(template)]
    for line in found:
        print(line)
    print(f"{len(files)} files, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
