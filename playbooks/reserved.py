"""Words that KQL keeps for itself: as a column's name they must stand in brackets, `['latest']`.

Source: the parser of the Kusto language service 12.4.1 (Microsoft, MIT), asked for each of its words whether it may
name a column. Words that also name an operator's argument, such as `kind`, are left out.
"""

_WORDS = """
    accumulate and anomalychart areachart as asc barchart between bin_legacy boolean by byte cachingpolicy cancel
    card char columnchart contains contains_cs containscs cycles dataexport datatable date datetime decimal desc
    double dynamic earliest encodingpolicy endswith endswith_cs extent_tags_retention external_data externaldata
    find first flags float force_remote harddelete hardretention has has_all has_any has_cs hasprefix hasprefix_cs
    hassuffix hassuffix_cs in int int16 int32 int64 int8 invoke journal ladderchart last latest like likecs
    linechart long materialize mdm missing notcontains notcontainscs notlike notlikecs of or others piechart
    pivotchart print project queries query_results real relaxed restricted_view_access row_level_security rowstore
    rowstore_references rowstore_sealinfo rowstorepolicy rowstores sample scatterchart seal seals search set
    shards simple softdelete softretention sql stackedareachart startswith startswith_cs statistics
    storedqueryresultcontainers string tablepurge time timechart timeline timepivot timespan to toscalar totable
    treemap uint uint16 uint32 uint64 uint8 ulong union uniqueid unrestrictedviewers verbose viewers views where
    writeaheadlog
    """

RESERVED = frozenset(_WORDS.split())
