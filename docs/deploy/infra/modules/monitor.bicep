// A Log Analytics workspace and an Application Insights resource on it.
param token string
param location string
param tags object
param retentionDays int
param dailyQuotaGb int
param principalId string
param askOwnWorkspace bool
param operatorId string
param operatorType string

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor
var logAnalyticsReader = '73c42c96-874c-492b-b04d-ab87d138a893'
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-switchboard-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyQuotaGb }
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-switchboard-${token}'
  location: location
  tags: tags
  kind: 'other'
  properties: {
    Application_Type: 'other'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    // the connection string then names a place and grants nothing
    DisableLocalAuth: true
  }
}

resource mayAsk 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (askOwnWorkspace) {
  name: guid(workspace.id, principalId, logAnalyticsReader)
  scope: workspace
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', logAnalyticsReader)
  }
}

resource operatorMayAsk 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorId)) {
  name: guid(workspace.id, operatorId, logAnalyticsReader)
  scope: workspace
  properties: {
    principalId: operatorId
    principalType: operatorType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', logAnalyticsReader)
  }
}

resource mayTrace 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
}

output workspaceName string = workspace.name
output workspaceId string = workspace.properties.customerId
output connectionString string = insights.properties.ConnectionString
