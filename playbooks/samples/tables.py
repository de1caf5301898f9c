"""Columns of the tables that the generator writes, named and typed as in the Azure Monitor Logs reference."""

from collections.abc import Mapping
from dataclasses import dataclass

TIME = ("TimeGenerated:datetime", "_TimeReceived:datetime")
ROLE = (
    "AppRoleName:string",
    "AppRoleInstance:string",
    "AppVersion:string",
    "SDKVersion:string",
    "ClientType:string",
    "ClientIP:string",
    "IKey:string",
    "ItemCount:int",
    "_ResourceId:string",
)
COUNTED = tuple(column for column in ROLE if column != "ItemCount:int")  # counters are not sampled
TRACE = ("OperationId:string", "ParentId:string", "OperationName:string")
BAGS = ("Properties:dynamic", "Measurements:dynamic")
TIMING = ("Success:bool", "ResultCode:string", "DurationMs:real", "PerformanceBucket:string")
RESOURCE = (
    "ResourceId:string",
    "Resource:string",
    "ResourceGroup:string",
    "ResourceProvider:string",
    "SubscriptionId:string",
)
CLUSTER = ("ClusterName:string", "ClusterId:string", "_ResourceId:string")

_LAYOUT: Mapping[str, tuple[str, ...]] = {
    "AppRequests": (*TIME, "Id:string", *TRACE, "Name:string", "Url:string", "Source:string", *TIMING, *BAGS, *ROLE),
    "AppDependencies": (
        *TIME,
        "Id:string",
        *TRACE,
        "Name:string",
        "Target:string",
        "DependencyType:string",
        "Data:string",
        *TIMING,
        *BAGS,
        *ROLE,
    ),
    "AppExceptions": (
        *TIME,
        *TRACE,
        "ExceptionType:string",
        "OuterType:string",
        "OuterMessage:string",
        "InnermostType:string",
        "InnermostMessage:string",
        "ProblemId:string",
        "Method:string",
        "Assembly:string",
        "HandledAt:string",
        "SeverityLevel:int",
        "Details:dynamic",
        *BAGS,
        *ROLE,
    ),
    "AppTraces": (*TIME, *TRACE, "Message:string", "SeverityLevel:int", *BAGS, *ROLE),
    "AppEvents": (*TIME, *TRACE, "Name:string", *BAGS, *ROLE),
    "AppPerformanceCounters": (
        *TIME,
        "Category:string",
        "Counter:string",
        "Name:string",
        "Instance:string",
        "Value:real",
        "Properties:dynamic",
        *COUNTED,
    ),
    "AppAvailabilityResults": (
        *TIME,
        "Id:string",
        "OperationId:string",
        "Name:string",
        "Location:string",
        "Success:bool",
        "Message:string",
        "DurationMs:real",
        "PerformanceBucket:string",
        *BAGS,
        "ClientType:string",
        "IKey:string",
        "ItemCount:int",
        "_ResourceId:string",
    ),
    "ContainerLogV2": (
        *TIME,
        "Computer:string",
        "ContainerId:string",
        "ContainerName:string",
        "PodName:string",
        "PodNamespace:string",
        "LogMessage:dynamic",
        "LogSource:string",
        "LogLevel:string",
        "KubernetesMetadata:dynamic",
        "_ResourceId:string",
    ),
    "KubeEvents": (
        *TIME,
        "Computer:string",
        "ObjectKind:string",
        "Namespace:string",
        "Name:string",
        "Reason:string",
        "Message:string",
        "KubeEventType:string",
        "Count:real",
        "SourceComponent:string",
        "FirstSeen:datetime",
        "LastSeen:datetime",
        *CLUSTER,
    ),
    "KubePodInventory": (
        *TIME,
        "Computer:string",
        "Namespace:string",
        "Name:string",
        "PodUid:string",
        "PodStatus:string",
        "PodIp:string",
        "PodLabel:string",
        "PodRestartCount:int",
        "PodCreationTimeStamp:datetime",
        "PodStartTime:datetime",
        "ServiceName:string",
        "ControllerKind:string",
        "ControllerName:string",
        "ContainerName:string",
        "ContainerID:string",
        "ContainerStatus:string",
        "ContainerStatusReason:string",
        "ContainerRestartCount:int",
        "ContainerLastStatus:string",
        *CLUSTER,
    ),
    "KubeNodeInventory": (
        *TIME,
        "Computer:string",
        "Status:string",
        "Labels:string",
        "KubeletVersion:string",
        "OperatingSystem:string",
        "KubernetesProviderID:string",
        "CreationTimeStamp:datetime",
        "LastTransitionTimeReady:datetime",
        *CLUSTER,
    ),
    "Perf": (
        *TIME,
        "Computer:string",
        "ObjectName:string",
        "CounterName:string",
        "InstanceName:string",
        "CounterValue:real",
        "_ResourceId:string",
    ),
    "InsightsMetrics": (
        *TIME,
        "Computer:string",
        "Origin:string",
        "Namespace:string",
        "Name:string",
        "Val:real",
        "Tags:string",
        "_ResourceId:string",
    ),
    "AzureActivity": (
        *TIME,
        "OperationNameValue:string",
        "ActivityStatusValue:string",
        "ActivitySubstatusValue:string",
        "CategoryValue:string",
        "Level:string",
        "Caller:string",
        "CallerIpAddress:string",
        "CorrelationId:string",
        "EventDataId:string",
        "EventSubmissionTimestamp:datetime",
        "ResourceGroup:string",
        "ResourceProviderValue:string",
        "ResourceId:string",
        "SubscriptionId:string",
        "Properties:string",
        "Properties_d:dynamic",
        "_ResourceId:string",
    ),
    "AzureMetrics": (
        *TIME,
        "MetricName:string",
        "Total:real",
        "Count:real",
        "Average:real",
        "Maximum:real",
        "Minimum:real",
        "TimeGrain:string",
        "UnitName:string",
        *RESOURCE,
        "_ResourceId:string",
    ),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column and its Kusto type; dynamic columns are stored as JSON text, as exports have them."""

    name: str
    type: str


TABLES: Mapping[str, tuple[Field, ...]] = {
    table: tuple(Field(*column.split(":")) for column in columns) for table, columns in _LAYOUT.items()
}

_BUCKETS = (
    (250.0, "<250ms"),
    (500.0, "250ms-500ms"),
    (1_000.0, "500ms-1sec"),
    (3_000.0, "1sec-3sec"),
    (7_000.0, "3sec-7sec"),
    (15_000.0, "7sec-15sec"),
    (30_000.0, "15sec-30sec"),
    (60_000.0, "30sec-1min"),
    (120_000.0, "1min-2min"),
)


def performance_bucket(duration_ms: float) -> str:
    """Application Insights' bucket of a duration."""
    for limit_ms, name in _BUCKETS:
        if duration_ms < limit_ms:
            return name
    return "2min-5min"
