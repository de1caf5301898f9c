"""KQL functions that the translator lacks or gets wrong, as rows of its own registry.

Sources: Kusto documentation, one page a function. A template's `{0}`, `{1}` are the arguments' SQL.
"""

from functools import cache

from duckdb_kql.translate.functions import AGGREGATE_FUNCTIONS, SCALAR_FUNCTIONS, AggregateSpec, FunctionSpec

_LIST = "CAST(to_json({0}) AS JSON[])"
_SECOND = "CAST(to_json({1}) AS JSON[])"
# A JSON null is null to KQL, though not to SQL.
_JSON_NULL = "(typeof({0}) = 'JSON' AND CAST({0} AS VARCHAR) = 'null')"
_NULL = f"({{0}} IS NULL OR {_JSON_NULL})"
_EMPTY = f"({{0}} IS NULL OR CAST({{0}} AS VARCHAR) IN ('', '\"\"') AND typeof({{0}}) IN ('VARCHAR', 'JSON') OR {_JSON_NULL})"
_UNIQUE = "list_transform(list_filter(list_zip({list}, range(1, len({list}) + 1)), lambda e: list_position({list}, e[1]) = e[2]), lambda e: e[1])"

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
    "bag_keys": ("to_json(json_keys(CAST({0} AS JSON)))", (1,)),
    "bag_has_key": ("list_contains(json_keys(CAST({0} AS JSON)), {1})", (2,)),
    "set_union": (
        f"to_json({_UNIQUE.format(list='list_concat(' + _LIST + ', ' + _SECOND + ')')})",
        (2,),
    ),
    "set_intersect": (
        f"to_json(list_filter({_UNIQUE.format(list=_LIST)}, lambda e: list_contains({_SECOND}, e)))",
        (2,),
    ),
    "set_difference": (
        f"to_json(list_filter({_UNIQUE.format(list=_LIST)}, lambda e: NOT list_contains({_SECOND}, e)))",
        (2,),
    ),
    "url_decode": ("url_decode({0})", (1,)),
    "url_encode_component": ("url_encode({0})", (1,)),
    "string_size": ("strlen({0})", (1,)),
    "isascii": ("regexp_full_match({0}, '[\\x00-\\x7F]*')", (1,)),
    "isutf8": ("({0} IS NOT NULL)", (1,)),
    "translate": ("translate({2}, {0}, {1})", (3,)),
    "tohex": ("lower(to_hex(CAST({0} AS BIGINT)))", (1,)),
    "ceiling": ("ceil({0})", (1,)),
    "around": ("(abs(({0}) - ({1})) <= ({2}))", (3,)),
    "todecimal": ("TRY_CAST({0} AS DOUBLE)", (1,)),
    "format_bytes": ("", ()),
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
    "binary_all_and": ("bit_and({0})", (1,), None),
    "binary_all_or": ("bit_or({0})", (1,), None),
    "binary_all_xor": ("bit_xor({0})", (1,), None),
}
_NOT_YET = ("format_bytes",)


@cache
def install() -> None:
    """Add the rows to the translator's registry, once a process."""
    for name, (template, arities) in _SCALARS.items():
        if name not in _NOT_YET:
            SCALAR_FUNCTIONS[name] = FunctionSpec(name, "template", template, arities)
    for name, (template, arities, prefix) in _AGGREGATES.items():
        AGGREGATE_FUNCTIONS[name] = AggregateSpec(name, template, arities, name_prefix=prefix)
    # A set in an order that does not depend on hashing: KQL promises none, readers expect one.
    spec = AGGREGATE_FUNCTIONS["make_set"]
    elements = (
        "list(CASE WHEN json_type(TRY_CAST({0} AS JSON)) = 'ARRAY' THEN CAST(to_json({0}) AS JSON[])"
        " ELSE [to_json({0})] END) FILTER (WHERE {filter})"
    )
    for name, condition, arities in (
        ("make_set", "({0}) IS NOT NULL", (1, 2)),
        ("make_set_if", "({0}) IS NOT NULL AND ({1})", (2,)),
    ):
        collected = elements.replace("{filter}", condition)
        template = f"to_json(coalesce(list_reverse(list_distinct(flatten({collected}))), []))"
        AGGREGATE_FUNCTIONS[name] = AggregateSpec(name, template, arities, name_prefix="set", rules=spec.rules)
