"""Signed addresses of the host: what is signed, and how a signature is checked."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import quote

VERSION = "1.0"
API_VERSION = "2016-10-01"
TRIGGER = "manual"
RUN = f"/triggers/{TRIGGER}/run"
_ID = 32


def workflow_id(name: str) -> str:
    """The id that a workflow has in addresses: as long as the service's, the same in every process."""
    return hashlib.sha256(f"workflow {name}".encode()).hexdigest()[:_ID]


def sign(key: str, *, base: str, permission: str, version: str = VERSION) -> str:
    """The signature (HMAC-SHA-256) over the workflow's path and the properties `sp` and `sv`."""
    signed = hmac.new(key.encode(), f"{base}\n{permission}\n{version}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def signed_query(key: str, *, base: str, permission: str) -> str:
    """The query of a signed address."""
    signature = sign(key, base=base, permission=permission)
    return f"api-version={API_VERSION}&sp={quote(permission, safe='')}&sv={VERSION}&sig={signature}"


def trigger_url(origin: str, name: str, *, key: str) -> str:
    """The signed address of a workflow's trigger."""
    base = f"/workflows/{workflow_id(name)}"
    query = signed_query(key, base=base, permission=RUN)
    return f"{origin}{base}/triggers/{TRIGGER}/paths/invoke?{query}"


def operation_path(name: str, run_id: str) -> str:
    """Where the answer of a run is asked for, which is also what the signature permits, without `/read`."""
    return f"/workflows/{workflow_id(name)}/runs/{run_id}/operations/{run_id}"


def operation_url(origin: str, name: str, run_id: str, *, key: str) -> str:
    """The `Location` of a run that has not answered yet."""
    base = f"/workflows/{workflow_id(name)}"
    query = signed_query(key, base=base, permission=f"/runs/{run_id}/operations/{run_id}/read")
    return f"{origin}{operation_path(name, run_id)}?{query}"


def is_signed(query: Mapping[str, str], *, keys: Iterable[str], base: str, permission: str) -> bool:
    """Whether one of the workflow's keys signed exactly this permission; every key is tried, in constant time."""
    given = query.get("sig", "")
    right = query.get("sp") == permission and query.get("sv") == VERSION
    matches = [
        hmac.compare_digest(given.encode(), sign(key, base=base, permission=permission).encode()) for key in keys
    ]
    return right and any(matches)
