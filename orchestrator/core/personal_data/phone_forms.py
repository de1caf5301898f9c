"""The forms in which phone numbers are written. Each answers with the group after the number's last, 0 for none."""

import re

from orchestrator.core.personal_data.digits import Group

Groups = tuple[Group, ...]
_MOST_INTERNATIONAL = 15  # ITU-T E.164, section 6
_FEWEST_INTERNATIONAL = 7
_FEWEST_AFTER_00 = 9
_NATIONAL = range(7, 13)
_WITH_ZERO = range(9, 13)
_IN_PARENTHESES = range(8, 13)
# Source: ITU-T, List of country codes assigned under Recommendation E.164
_COUNTRY = re.compile(
    r"1|7|20|21[1-368]|22\d|23\d|24\d|25[0-8]|26\d|27|29[0178]|3[0-469]|35\d|37\d|38[0-35-79]|4[013-9]|42[013]|5[1-8]"
    r"|50\d|59\d|6[0-6]|67[02-9]|68\d|69[0-2]|8[1246]|800|808|85[02356]|87[0-48]|88[0-368]|9[0-58]|96[0-8]|97\d|99[2-68]"
)
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def international(groups: Groups, first: int, *, plus: bool) -> int:
    """With a country code after `+` or `00`."""
    digits = "".join(group.digits for group in groups[first : first + 6])
    if not plus:
        digits = digits[2:]
    code = _COUNTRY.match(digits)
    if code is None:
        return 0
    if code[0] == "1":
        return _exactly(groups, first, 11 if plus else 13)
    total = _sum(groups, first, first) - (0 if plus else 2)
    best = 0
    for last in range(first, len(groups)):
        group = groups[last]
        if last > first and total >= _FEWEST_INTERNATIONAL and _breaks(groups, first, last, total):
            break
        total += len(group.digits)
        if total > _MOST_INTERNATIONAL:
            break
        if total >= (_FEWEST_INTERNATIONAL if plus else _FEWEST_AFTER_00):
            best = last + 1
    return best


def north_american(groups: Groups, first: int) -> int:
    """Three, three and four digits, a 1 before them at will. Source: North American Numbering Plan."""
    begin = first + 1 if groups[first].digits == "1" else first
    three = groups[begin : begin + 3]
    if tuple(len(group.digits) for group in three) != (3, 3, 4):
        return 0
    marks = [group.mark.strip(" ()") for group in three[1:]]
    if any("\n" in group.mark for group in groups[first + 1 : begin + 3]):
        return 0
    spaced = not any(marks) and not any(set(group.mark) & {"(", ")"} for group in three[1:])
    if spaced and (three[0].digits[0] in "01" or three[1].digits[0] in "01"):
        return 0
    return 0 if goes_on(groups, begin + 3) else begin + 3


def with_trunk_zero(groups: Groups, first: int) -> int:
    """A nought, an area code, and the rest in groups."""
    lead = groups[first].digits
    if len(lead) < 2 or lead[0] != "0" or lead[1] == "0":  # noqa: PLR2004  # a nought and a digit
        return 0
    end = _longest(groups, first, _WITH_ZERO)
    sizes = {len(group.digits) for group in groups[first:end]}
    return end if end - first > 1 and sizes != {4} and not goes_on(groups, end) else 0


def in_parentheses(groups: Groups, first: int) -> int:
    """An area code in parentheses. The caller has seen the opening one."""
    if first + 1 >= len(groups) or not groups[first + 1].mark.startswith(")"):
        return 0
    return _longest(groups, first, _IN_PARENTHESES)


def any_national(groups: Groups, first: int) -> int:
    """Any number as long as national ones are, for where it is said to be a phone's."""
    end = _longest(groups, first, _NATIONAL)
    sizes = tuple(len(group.digits) for group in groups[first:end])
    return 0 if sizes == (1, 3, 3) or (len(sizes) == 1 and _DAY.fullmatch(groups[first].digits)) else end


def goes_on(groups: Groups, end: int) -> bool:
    """Whether a group follows that belongs to the same number."""
    return end < len(groups) and groups[end].mark in {"-", ".", "/"}


def _exactly(groups: Groups, first: int, digits: int) -> int:
    total = 0
    for last in range(first, len(groups)):
        total += len(groups[last].digits)
        if total >= digits:
            return last + 1 if total == digits else 0
    return 0


def _longest(groups: Groups, first: int, lengths: range) -> int:
    """The longest number from a group on with as many digits, whose marks are of one kind."""
    total = len(groups[first].digits)
    best = first + 1 if total in lengths else 0
    for last in range(first + 1, len(groups)):
        if total >= lengths.stop or _breaks(groups, first, last, total):
            break
        total += len(groups[last].digits)
        if total in lengths:
            best = last + 1
    return best


def _sum(groups: Groups, first: int, end: int) -> int:
    return sum(len(group.digits) for group in groups[first:end])


def _breaks(groups: Groups, first: int, last: int, total: int) -> bool:
    """Whether a group is another number's: on another line, a single digit after a whole number, another mark."""
    mark = groups[last].mark
    if "\n" in mark:
        return True
    if total >= 10 and len(groups[last].digits) == 1:  # noqa: PLR2004  # a whole number with its area code
        return True
    used = {kind for group in groups[first + 1 : last] for kind in group.mark.strip(" ()")}
    return total >= 9 and last > first + 1 and bool(set(mark.strip(" ()")) - used)  # noqa: PLR2004  # the same
