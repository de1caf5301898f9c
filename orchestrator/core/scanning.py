"""What a run's queries may scan, in words. Pure."""

GIGABYTE = 1_000_000_000


def over_limit(scanned_bytes: int, limit_bytes: int | None) -> str | None:
    """Why nothing more is asked, once the limit is reached; None where there is none."""
    if limit_bytes is None or scanned_bytes < limit_bytes:
        return None
    return (
        f"not asked: the queries of this run have scanned {scanned_bytes / GIGABYTE:,.3g} GB, and their limit is "
        f"{limit_bytes / GIGABYTE:,.3g} GB; ask about a shorter time, or raise SWITCHBOARD_LOGS_SCAN_LIMIT_GB"
    )
