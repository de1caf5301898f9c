"""The step graph: unknown steps, cycles, ancestors, what can be reached."""

from collections.abc import Mapping, Sequence

from playbooks.guide import Step


def find_cycle(steps: Sequence[Step]) -> tuple[str, ...]:
    """The steps of a cycle, the first one repeated at the end; empty where there is none. Names must be known."""
    edges = {step.id: step.next_steps() for step in steps}
    finished: set[str] = set()
    for first in edges:
        path: list[str] = []
        stack = [iter((first,))]
        while stack:
            name = next(stack[-1], None)
            if name is None:
                stack.pop()
                if path:
                    finished.add(path.pop())
            elif name in path:
                return (*path[path.index(name) :], name)
            elif name not in finished:
                path.append(name)
                stack.append(iter(edges[name]))
    return ()


def find_ancestors(steps: Sequence[Step]) -> Mapping[str, frozenset[str]]:
    """For each step all steps from which edges lead to it; the graph must have no cycle."""
    parents: dict[str, set[str]] = {step.id: set() for step in steps}
    for step in steps:
        for name in step.next_steps():
            parents[name].add(step.id)
    found: dict[str, frozenset[str]] = {}
    waiting = list(parents)
    while waiting:
        name = waiting.pop()
        missing = [parent for parent in parents[name] if parent not in found]
        if missing:
            waiting += [name, *missing]
        elif name not in found:
            found[name] = frozenset(parents[name]).union(*(found[parent] for parent in parents[name]))
    return found


def find_reachable(steps: Sequence[Step], start: Sequence[str]) -> frozenset[str]:
    """The steps to which a path leads from the start."""
    edges = {step.id: step.next_steps() for step in steps}
    reached: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += edges[name]
    return frozenset(reached)
