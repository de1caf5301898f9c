"""The words of operations as data: what carries no subject, and what means the same."""

STOP_WORDS = frozenset(
    """
    a about after all also an and any anything are as at be because been but by can could did do does doing
    don everyone everything for from get gets had has have he her his how i if in into is it its just many may
    me more most much my no not nothing of on or our out over please should show so some something such tell
    than that the their them then there these they this those to too up us was we were what when where which
    while who why will with would you your
    """.split()  # noqa: SIM905  # a block of words reads better than a list of 80 strings
)

# File names that say nothing about the subject of a document.
GENERIC_NAMES = frozenset({"doc", "docs", "guide", "guides", "index", "md", "readme", "runbook", "runbooks"})

# One word for another: either is found by the other.
ALIASES = {
    "authn": "authentication",
    "auth": "authentication",
    "cert": "certificate",
    "certs": "certificate",
    "conf": "configuration",
    "config": "configuration",
    "configs": "configuration",
    "conn": "connection",
    "conns": "connection",
    "crashlooping": "crashloop",
    "crashloopbackoff": "crashloop",
    "db": "database",
    "dbs": "database",
    "deploy": "deployment",
    "deploys": "deployment",
    "deps": "dependency",
    "env": "environment",
    "fs": "filesystem",
    "k8s": "kubernetes",
    "kube": "kubernetes",
    "kept": "keep",
    "lb": "loadbalancer",
    "mem": "memory",
    "msg": "message",
    "msgs": "message",
    "ns": "namespace",
    "oomkill": "oom",
    "oomkilled": "oom",
    "perf": "performance",
    "pg": "postgres",
    "postgresql": "postgres",
    "release": "deployment",
    "released": "deployment",
    "releases": "deployment",
    "repl": "replication",
    "rollout": "deployment",
    "sev": "severity",
    "svc": "service",
    "tls": "ssl",
}

# Several words for one: the word is added after the phrase, so that each way of saying it finds the other.
PHRASES = {
    ("ran", "out", "of", "memory"): "oom",
    ("running", "out", "of", "memory"): "oom",
    ("runs", "out", "of", "memory"): "oom",
    ("out", "of", "memory"): "oom",
    ("oom", "killed"): "oom",
    ("server", "error"): "5xx",
    ("server", "errors"): "5xx",
    ("internal", "server", "error"): "5xx",
    ("bad", "gateway"): "5xx",
    ("service", "unavailable"): "5xx",
    ("gateway", "timeout"): "5xx",
    ("client", "error"): "4xx",
    ("client", "errors"): "4xx",
    ("too", "many", "requests"): "429",
    ("load", "balancer"): "loadbalancer",
    ("file", "system"): "filesystem",
    ("fail", "over"): "failover",
    ("failing", "over"): "failover",
    ("fails", "over"): "failover",
    ("roll", "back"): "rollback",
    ("rolled", "back"): "rollback",
    ("rolling", "back"): "rollback",
    ("crash", "loop"): "crashloop",
    ("crash", "looping"): "crashloop",
    ("back", "up"): "backup",
    ("time", "out"): "timeout",
    ("timed", "out"): "timeout",
    ("times", "out"): "timeout",
    ("feature", "toggle"): "flag",
}

# HTTP status codes and the class that people call them by.
STATUS_CLASSES = {
    "400": "4xx",
    "401": "4xx",
    "403": "4xx",
    "404": "4xx",
    "408": "4xx",
    "409": "4xx",
    "429": "4xx",
    "500": "5xx",
    "502": "5xx",
    "503": "5xx",
    "504": "5xx",
}
