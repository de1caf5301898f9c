"""KQL functions that the translator lacks or gets wrong, as rows of its own registry.

Sources: Kusto documentation, one page a function. A template's `{0}`, `{1}` are the arguments' SQL.
"""

from functools import cache

from duckdb_kql.translate.functions import (
    AGGREGATE_FUNCTIONS,
    BINARY_OPERATORS,
    SCALAR_FUNCTIONS,
    AggregateSpec,
    BinarySpec,
    FunctionSpec,
)

from plugins.monitor.embedded.ranges import END_TEMPLATE

# What a lambda binds starts with `__sb_`: a column of the same name would be taken in its place.
_LIST = "CAST(to_json({0}) AS JSON[])"
_SECOND = "CAST(to_json({1}) AS JSON[])"
# A JSON null is null to KQL, though not to SQL.
_JSON_NULL = "(typeof({0}) = 'JSON' AND CAST({0} AS VARCHAR) = 'null')"
_NULL = f"({{0}} IS NULL OR {_JSON_NULL})"
_EMPTY = (
    "({0} IS NULL OR (typeof({0}) = 'VARCHAR' AND CAST({0} AS VARCHAR) = '')"
    " OR (typeof({0}) = 'JSON' AND CAST({0} AS VARCHAR) IN ('\"\"', 'null')))"
)
_UNIQUE = (
    "list_transform(list_filter(list_zip({list}, range(1, len({list}) + 1)),"
    " lambda __sb_e: list_position({list}, __sb_e[1]) = __sb_e[2]), lambda __sb_e: __sb_e[1])"
)
# Elements sort as numbers where they are numbers, as text else; as JSON text, 10 would come before 9.
_SORTED = (
    f"to_json(list_transform(list_sort(list_transform({_LIST}, lambda __sb_e: {{{{"
    "'z': __sb_e IS NULL OR CAST(__sb_e AS VARCHAR) = 'null',"
    " 'd': CASE WHEN json_type(__sb_e) IN ('UBIGINT', 'BIGINT', 'DOUBLE') THEN CAST(__sb_e AS DOUBLE) END,"
    " 't': __sb_e->>'$', 'e': __sb_e}}), 'ASC', 'NULLS LAST'), lambda __sb_s: __sb_s.e))"
)
_SORTED_DOWN = _SORTED.replace(
    "'z': __sb_e IS NULL OR CAST(__sb_e AS VARCHAR) = 'null'",
    "'z': NOT (__sb_e IS NULL OR CAST(__sb_e AS VARCHAR) = 'null')",
).replace("'ASC', 'NULLS LAST'", "'DESC', 'NULLS LAST'")
_SERIES = (
    "to_json(list_transform(generate_series({series}), lambda __sb_v: CASE WHEN typeof(__sb_v) = 'TIMESTAMP' THEN"
    " to_json(strftime(TRY_CAST(CAST(__sb_v AS VARCHAR) AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%f0Z'))"
    " ELSE to_json(__sb_v) END))"
)
_SHIFTED = "to_json(list_transform(range(1, len({list}) + 1), lambda __sb_i: {list}[CAST({place} AS BIGINT)]))"
# What moves in from outside is null, and empty text in an array of text.
_FILLED = _SHIFTED.replace(
    "{list}[CAST({place} AS BIGINT)]",
    "coalesce({list}[CAST({place} AS BIGINT)], CASE WHEN json_type({list}[1]) = 'VARCHAR' THEN to_json('') END)",
)
_ROTATED = _SHIFTED.replace("{list}", _LIST).replace(
    "{place}", f"((__sb_i - 1 + ({{by}})) % len({_LIST}) + len({_LIST})) % len({_LIST}) + 1"
)
# Text that is no JSON is kept as a string, and empty text is null.
_PARSED = "CASE WHEN CAST({0} AS VARCHAR) <> '' THEN coalesce(TRY_CAST({0} AS JSON), to_json({0})) END"
_DECODED = "coalesce(TRY(decode(from_base64({0}))), '')"

# make_set(array) unites the arrays' elements. Ordering costs distinct times all, hence the bound.
_SET = (
    "to_json(list_transform([flatten(coalesce(list(CASE WHEN json_type(TRY_CAST({0} AS JSON)) = 'ARRAY'"
    " THEN CAST(to_json({0}) AS JSON[]) ELSE [to_json({0})] END) FILTER (WHERE {filter}), []))], lambda __sb_l:"
    " CASE WHEN CAST(len(list_distinct(__sb_l)) AS BIGINT) * len(__sb_l) <= 4000000"
    " THEN list_transform(list_sort(list_transform(list_distinct(__sb_l), lambda __sb_e:"
    " {{'p': list_position(__sb_l, __sb_e), 'e': __sb_e}})),"
    " lambda __sb_s: __sb_s.e) ELSE list_sort(list_distinct(__sb_l)) END)[1])"
)
# The engine folds typeof(), so that only reals pay for this.
_NAN = "typeof({x}) IN ('DOUBLE', 'FLOAT') AND CAST({x} AS VARCHAR) = 'nan'"
_LEFT_NAN, _RIGHT_NAN = _NAN.replace("{x}", "{0}"), _NAN.replace("{x}", "{1}")
_SCALARS: dict[str, tuple[str, tuple[int, ...]]] = {
    "isnull": (_NULL, (1,)),
    "isnotnull": (f"(NOT {_NULL})", (1,)),
    "notnull": (f"(NOT {_NULL})", (1,)),
    "isempty": (_EMPTY, (1,)),
    "isnotempty": (f"(NOT {_EMPTY})", (1,)),
    "notempty": (f"(NOT {_EMPTY})", (1,)),
    "unixtime_seconds_todatetime": ("make_timestamp(CAST(round(CAST({0} AS DOUBLE) * 1000000) AS BIGINT))", (1,)),
    "unixtime_milliseconds_todatetime": ("make_timestamp(CAST(round(CAST({0} AS DOUBLE) * 1000) AS BIGINT))", (1,)),
    "unixtime_microseconds_todatetime": ("make_timestamp(CAST({0} AS BIGINT))", (1,)),
    "unixtime_nanoseconds_todatetime": ("make_timestamp(CAST({0} AS BIGINT) // 1000)", (1,)),
    "datetime_utc_to_local": ("(({0}) AT TIME ZONE 'UTC' AT TIME ZONE {1})", (2,)),
    "datetime_local_to_utc": ("(({0}) AT TIME ZONE {1} AT TIME ZONE 'UTC')", (2,)),
    "row_number": ("row_number() OVER ()", (0,)),
    "prev": ("lag({0}) OVER ()", (1,)),
    "next": ("lead({0}) OVER ()", (1,)),
    "row_cumsum": ("sum({0}) OVER (ROWS UNBOUNDED PRECEDING)", (1,)),
    "bag_keys": (
        "CASE WHEN json_type(CAST({0} AS JSON)) = 'OBJECT' THEN to_json(json_keys(CAST({0} AS JSON))) END",
        (1,),
    ),
    "array_sort_asc": (_SORTED, (1,)),
    "array_sort_desc": (_SORTED_DOWN, (1,)),
    "range": (_SERIES.replace("{series}", "{0}, {1}, {2}"), (3,)),
    "switchboard_range_end": (END_TEMPLATE, (5,)),
    "array_shift_left": (
        _FILLED.replace("{list}", _LIST).replace("{place}", "CASE WHEN __sb_i + {1} > 0 THEN __sb_i + {1} END"),
        (2,),
    ),
    "array_shift_right": (
        _FILLED.replace("{list}", _LIST).replace("{place}", "CASE WHEN __sb_i - {1} > 0 THEN __sb_i - {1} END"),
        (2,),
    ),
    "array_rotate_left": (_ROTATED.replace("{by}", "{1}"), (2,)),
    "array_rotate_right": (_ROTATED.replace("{by}", "-({1})"), (2,)),
    "base64_decode_tostring": (_DECODED, (1,)),
    "base64_decodestring": (_DECODED, (1,)),
    "bin_at": ("(floor((({0}) - ({2})) / CAST({1} AS DOUBLE)) * ({1}) + ({2}))", (3,)),
    "switchboard_bin_at": ("time_bucket({1}, {0}, {2})", (3,)),
    "switchboard_split": ("to_json([str_split({0}, {1})[CAST({2} AS BIGINT) + 1]])", (3,)),
    # Kusto repeats 1,024 times at most.
    "strrep": ("repeat({0}, least({1}, 1024))", (2,)),
    "switchboard_strrep": ("array_to_string(list_transform(range(least({1}, 1024)), lambda __sb_i: {0}), {2})", (3,)),
    "switchboard_divide": ("to_microseconds(CAST(round(epoch_us({0}) / CAST({1} AS DOUBLE)) AS BIGINT))", (2,)),
    "switchboard_ratio": ("(epoch_us({0}) / CAST(NULLIF(epoch_us({1}), 0) AS DOUBLE))", (2,)),
    "switchboard_rest": (
        "to_microseconds(((epoch_us({0}) % epoch_us({1})) + abs(epoch_us({1}))) % abs(epoch_us({1})))",
        (2,),
    ),
    "parse_json": (_PARSED, (1,)),
    "todynamic": (_PARSED, (1,)),
    "switchboard_is_nan": (f"CASE WHEN {{0}} IS NOT NULL THEN {_LEFT_NAN} END", (1,)),
    "bag_has_key": (
        (
            "CASE WHEN starts_with({1}, '$') THEN json_exists(CAST({0} AS JSON), {1})"
            " ELSE list_contains(json_keys(CAST({0} AS JSON)), {1}) END"
        ),
        (2,),
    ),
    "set_union": (
        f"to_json({_UNIQUE.format(list='list_concat(' + _LIST + ', ' + _SECOND + ')')})",
        (2,),
    ),
    "set_intersect": (
        f"to_json(list_filter({_UNIQUE.format(list=_LIST)}, lambda __sb_e: list_contains({_SECOND}, __sb_e)))",
        (2,),
    ),
    "set_difference": (
        f"to_json(list_filter({_UNIQUE.format(list=_LIST)}, lambda __sb_e: NOT list_contains({_SECOND}, __sb_e)))",
        (2,),
    ),
    "url_decode": ("url_decode({0})", (1,)),
    "url_encode_component": ("url_encode({0})", (1,)),
    "string_size": ("strlen({0})", (1,)),
    "isascii": ("regexp_full_match({0}, '[\\x00-\\x7F]*')", (1,)),
    "isutf8": ("({0} IS NOT NULL)", (1,)),
    # The last character of a shorter replacement stands for all that follow.
    "translate": (
        (
            "CASE WHEN {1} = '' THEN translate({2}, {0}, '')"
            " ELSE translate({2}, {0}, rpad({1}, CAST(length({0}) AS INTEGER), right({1}, 1))) END"
        ),
        (3,),
    ),
    "tohex": ("lower(to_hex(CAST({0} AS BIGINT)))", (1,)),
    "ceiling": ("ceil({0})", (1,)),
    "around": ("(abs(({0}) - ({1})) <= ({2}))", (3,)),
    "todecimal": ("TRY_CAST({0} AS DOUBLE)", (1,)),
}
_AGGREGATES: dict[str, tuple[str, tuple[int, ...], str | None]] = {
    "minif": ("min({0}) FILTER (WHERE {1})", (2,), None),
    "maxif": ("max({0}) FILTER (WHERE {1})", (2,), None),
    "take_anyif": ("any_value({0}) FILTER (WHERE {1})", (2,), None),
    "make_list_if": ("coalesce(list({0}) FILTER (WHERE ({0}) IS NOT NULL AND ({1})), [])", (2,), "list"),
    "make_list_with_nulls": ("coalesce(list({0}), [])", (1,), "list"),
    "count_distinct": ("count(DISTINCT {0})", (1,), None),
    "count_distinctif": ("count(DISTINCT {0}) FILTER (WHERE {1})", (2,), None),
    "stdevp": ("coalesce(stddev_pop({0}), 0.0)", (1,), None),
    "variancep": ("coalesce(var_pop({0}), 0.0)", (1,), None),
    "switchboard_avg_timespan": ("to_microseconds(CAST(round(avg(epoch_us({0}))) AS BIGINT))", (1,), None),
    "switchboard_sum_timespan": ("to_microseconds(CAST(coalesce(sum(epoch_us({0})), 0) AS BIGINT))", (1,), None),
    "switchboard_avg_datetime": ("make_timestamp(CAST(round(avg(epoch_us({0}))) AS BIGINT))", (1,), None),
    "binary_all_and": ("bit_and({0})", (1,), None),
    "binary_all_or": ("bit_or({0})", (1,), None),
    "binary_all_xor": ("bit_xor({0})", (1,), None),
}


# To the engine NaN is greater than every number; to KQL it compares with none.
_OPERATORS = {
    ">": f"({{0}} > {{1}} AND NOT coalesce({_LEFT_NAN}, false))",
    ">=": f"({{0}} >= {{1}} AND NOT coalesce({_LEFT_NAN}, false))",
    "<": f"({{0}} < {{1}} AND NOT coalesce({_RIGHT_NAN}, false))",
    "<=": f"({{0}} <= {{1}} AND NOT coalesce({_RIGHT_NAN}, false))",
    # A real divided by zero is infinite or NaN, an integer null. The quoted numbers take the type of the division.
    "/": (
        "list_transform([struct_pack(l := {0}, r := {1})], lambda __sb_d: CASE"
        " WHEN typeof(__sb_d.l // __sb_d.r) = 'DOUBLE' AND __sb_d.r = 0 AND __sb_d.l > 0 THEN 'Infinity'"
        " WHEN typeof(__sb_d.l // __sb_d.r) = 'DOUBLE' AND __sb_d.r = 0 AND __sb_d.l < 0 THEN '-Infinity'"
        " WHEN typeof(__sb_d.l // __sb_d.r) = 'DOUBLE' AND __sb_d.r = 0 AND __sb_d.l = 0 THEN 'NaN'"
        " ELSE __sb_d.l // NULLIF(__sb_d.r, 0) END)[1]"
    ),
}


@cache
def install() -> None:
    """Add the rows to the translator's registry, once a process."""
    for name, (template, arities) in _SCALARS.items():
        SCALAR_FUNCTIONS[name] = FunctionSpec(name, "template", template, arities)
    for name, (template, arities, prefix) in _AGGREGATES.items():
        AGGREGATE_FUNCTIONS[name] = AggregateSpec(name, template, arities, name_prefix=prefix)
    for operator, template in _OPERATORS.items():
        rules = BINARY_OPERATORS[operator].rules
        BINARY_OPERATORS[operator] = BinarySpec(operator, template, rules)
    _install_sets()


def _install_sets() -> None:
    """Sets in the order in which their elements first stand, as Kusto gives them; very large ones sorted."""
    rules = AGGREGATE_FUNCTIONS["make_set"].rules
    for name, condition, arities in (
        ("make_set", "({0}) IS NOT NULL", (1, 2)),
        ("make_set_if", "({0}) IS NOT NULL AND ({1})", (2,)),
    ):
        template = _SET.replace("{filter}", condition)
        AGGREGATE_FUNCTIONS[name] = AggregateSpec(name, template, arities, name_prefix="set", rules=rules)
