// Everything that Switchboard uses on Azure, reached by one managed identity; no key is made, read or printed.
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('The azd environment: part of every name.')
param environmentName string

@minLength(1)
@description('The region of everything.')
param location string

@description('The object id of the person (or pipeline) who deploys: may fill the search indexes and ask the logs.')
param operatorId string = ''

@allowed(['User', 'ServicePrincipal'])
@description('What the operator is.')
param operatorType string = 'User'

@description('The image that the jobs run; empty until the first build.')
param image string = ''

@description('An existing Log Analytics workspace to ask, by its resource id; empty asks the one that is made here.')
param workspaceResourceId string = ''

@description('Whether the identity may read metrics and resources of the whole subscription (guides with metrics or resource_graph steps).')
param readSubscription bool = false

@description('Whether to make an Azure AI Search service; without it, search stays embedded.')
param deploySearch bool = true

@description('Whether to make an AI Foundry account, project and model; without them, the embedded planner answers.')
param deployModels bool = true

@secure()
@description('Where the workflow `notify` posts, such as the incoming webhook of a channel; empty makes no such workflow.')
param channelUrl string = ''

@description('The address of the ticket system that the ticket workflows speak to; empty makes none of them.')
param ticketSystem string = ''

@description('The audience of the tokens for the ticket system.')
param ticketAudience string = ''

@description('The address of the storage table that keeps the keys of changes; empty makes no workflow that changes a service.')
param changesTable string = ''

@description('The Azure resource id of the Kubernetes cluster whose services and zones the workflows change.')
param cluster string = ''

@description('The Kubernetes namespace of the services.')
param clusterNamespace string = 'default'

@description('The container registry of the services, such as contoso.azurecr.io.')
param imageRegistry string = ''

@description('The endpoint of the App Configuration store whose feature flags are switched.')
param flagStore string = ''

@description('The address of the Key Vault whose certificates are renewed.')
param certificateVault string = ''

@description('The resource id of a connection of the SQL Server connector to the shop\'s database, signed in with the managed identity; empty makes no workflow of orders or shipments.')
param sqlConnection string = ''

@description('The server of the shop\'s database, such as shop.database.windows.net.')
param sqlServer string = ''

@description('The shop\'s database, with the tables of docs/deploy/sql.')
param sqlDatabase string = ''

@description('The address of the carriers\' interface; empty makes no workflow of shipments.')
param carrierEndpoint string = ''

@secure()
@description('The value of the Authorization header for the carriers\' interface.')
param carrierAuthorization string = ''

@description('What the codes of the carriers\' events mean: code -> status.')
param carrierStatuses object = {}

@description('Whether to make a PostgreSQL server. This version keeps its state in SQLite and uses no server.')
param deployDatabase bool = false

@allowed(['basic', 'standard', 'standard2', 'standard3'])
@description('The tier of Azure AI Search.')
param searchSku string = 'basic'

@description('The chat model, as the model catalogue names it.')
param modelName string = 'gpt-4.1-mini'

@description('Its version.')
param modelVersion string = '2025-04-14'

@description('Thousands of tokens a minute that the model may answer.')
@minValue(1)
param modelCapacity int = 50

@description('A model for vectors in search, such as text-embedding-3-small; empty searches by words alone.')
param embeddingName string = ''

@description('Its version.')
param embeddingVersion string = '1'

@description('When the queries of every guide are checked against the live schema (cron, UTC).')
param checkSchedule string = '0 6 * * *'

@minValue(30)
@maxValue(730)
@description('Days that the logs of this deployment are kept.')
param retentionDays int = 30

@description('The most gigabytes a day that this deployment may log; -1 is no limit.')
param dailyQuotaGb int = 1

@description('Tags of every resource.')
param tags object = {}

var token = toLower(uniqueString(subscription().id, environmentName, location))
var allTags = union(tags, { 'azd-env-name': environmentName, application: 'switchboard' })

// an existing workspace may lie in another resource group or subscription
var ownWorkspace = empty(workspaceResourceId)
var noWorkspace = '${subscription().id}/resourceGroups/rg-${environmentName}/providers/none/none/none'
var workspaceParts = split(ownWorkspace ? noWorkspace : workspaceResourceId, '/')

// Monitoring Reader, see modules/roles.bicep
var monitoringReader = '43d0d8ad-25c7-4714-9337-8ba259a9fe05'

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: 'id-switchboard-${token}'
    location: location
    tags: allTags
  }
}

module monitor 'modules/monitor.bicep' = {
  name: 'monitor'
  scope: group
  params: {
    token: token
    location: location
    tags: allTags
    retentionDays: retentionDays
    dailyQuotaGb: dailyQuotaGb
    principalId: identity.outputs.principalId
    askOwnWorkspace: ownWorkspace
    operatorId: operatorId
    operatorType: operatorType
  }
}

module existingWorkspace 'modules/workspace_reader.bicep' = if (!ownWorkspace) {
  name: 'workspace-reader-${token}'
  scope: resourceGroup(workspaceParts[2], workspaceParts[4])
  params: {
    workspaceName: last(workspaceParts)
    principalId: identity.outputs.principalId
  }
}

resource subscriptionReader 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (readSubscription) {
  name: guid(subscription().id, token, monitoringReader)
  properties: {
    principalId: identity.outputs.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringReader)
  }
}

module search 'modules/search.bicep' = if (deploySearch) {
  name: 'search'
  scope: group
  params: {
    token: token
    location: location
    tags: allTags
    sku: searchSku
    principalId: identity.outputs.principalId
    operatorId: operatorId
    operatorType: operatorType
  }
}

module models 'modules/models.bicep' = if (deployModels) {
  name: 'models'
  scope: group
  params: {
    token: token
    location: location
    tags: allTags
    modelName: modelName
    modelVersion: modelVersion
    modelCapacity: modelCapacity
    embeddingName: embeddingName
    embeddingVersion: embeddingVersion
    principalId: identity.outputs.principalId
    operatorId: operatorId
    operatorType: operatorType
    searchName: deploySearch ? search!.outputs.name : ''
  }
}

module workflows 'modules/workflows.bicep' = {
  name: 'workflows'
  scope: group
  params: {
    token: token
    location: location
    tags: allTags
    callerId: identity.outputs.principalId
    channelUrl: channelUrl
    ticketSystem: ticketSystem
    ticketAudience: ticketAudience
    changesTable: changesTable
    cluster: cluster
    clusterNamespace: clusterNamespace
    imageRegistry: imageRegistry
    flagStore: flagStore
    vault: certificateVault
    sqlConnection: sqlConnection
    sqlServer: sqlServer
    sqlDatabase: sqlDatabase
    carrierEndpoint: carrierEndpoint
    carrierAuthorization: carrierAuthorization
    carrierStatuses: carrierStatuses
  }
}

module database 'modules/database.bicep' = if (deployDatabase) {
  name: 'database'
  scope: group
  params: {
    token: token
    location: location
    tags: allTags
    principalId: identity.outputs.principalId
    principalName: identity.outputs.name
  }
}

module registry 'modules/registry.bicep' = {
  name: 'registry'
  scope: group
  params: {
    token: token
    location: location
    tags: allTags
    principalId: identity.outputs.principalId
  }
}

module host 'modules/host.bicep' = {
  name: 'host'
  scope: group
  params: {
    token: token
    location: location
    tags: allTags
    image: image
    registryServer: registry.outputs.endpoint
    identityId: identity.outputs.id
    workspaceName: monitor.outputs.workspaceName
    checkSchedule: checkSchedule
    settings: {
      SWITCHBOARD_CREDENTIAL: 'managed'
      SWITCHBOARD_CLIENT_ID: identity.outputs.clientId
      SWITCHBOARD_WORKSPACE: ownWorkspace ? monitor.outputs.workspaceId : existingWorkspace!.outputs.workspaceId
      SWITCHBOARD_APPINSIGHTS_CONNECTION_STRING: monitor.outputs.connectionString
      SWITCHBOARD_APPINSIGHTS_IDENTITY: 'true'
      SWITCHBOARD_SEARCH_ENDPOINT: deploySearch ? search!.outputs.endpoint : ''
      SWITCHBOARD_PROJECT_ENDPOINT: deployModels ? models!.outputs.projectEndpoint : ''
      SWITCHBOARD_MODEL_NAME: deployModels ? models!.outputs.deploymentName : ''
      SWITCHBOARD_EMBEDDING_MODEL: deployModels ? embeddingName : ''
      SWITCHBOARD_WORKFLOWS: string(workflows.outputs.settings)
      SWITCHBOARD_STATE: '/state'
      SWITCHBOARD_LOG_TO: 'both'
      SWITCHBOARD_LOG_LEVEL: 'info'
    }
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CONTAINER_REGISTRY_NAME string = registry.outputs.name
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.endpoint
output AZURE_JOBS string = join(host.outputs.jobs, ' ')

// what `azd env get-values` gives a person who asks from their own machine
output SWITCHBOARD_WORKSPACE string = ownWorkspace ? monitor.outputs.workspaceId : existingWorkspace!.outputs.workspaceId
output SWITCHBOARD_SEARCH_ENDPOINT string = deploySearch ? search!.outputs.endpoint : ''
output SWITCHBOARD_PROJECT_ENDPOINT string = deployModels ? models!.outputs.projectEndpoint : ''
output SWITCHBOARD_MODEL_NAME string = deployModels ? models!.outputs.deploymentName : ''
output SWITCHBOARD_EMBEDDING_MODEL string = deployModels ? embeddingName : ''
