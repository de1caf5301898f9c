// An AI Foundry account with one project and one chat model; keys are switched off.
param token string
param location string
param tags object
param modelName string
param modelVersion string
param modelCapacity int
@description('A model for the vectors of the search indexes; empty for search by words alone.')
param embeddingName string
param embeddingVersion string
param principalId string
param operatorId string
param operatorType string
@description('A search service to be found in the project by name; empty for none.')
param searchName string

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/ai-machine-learning
var azureAiUser = '53ca6127-db72-4b80-b1b0-d745d6d5456d'
var cognitiveServicesOpenAiUser = '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: 'aif-switchboard-${token}'
  location: location
  tags: tags
  kind: 'AIServices'
  sku: { name: 'S0' }
  identity: { type: 'SystemAssigned' }
  properties: {
    allowProjectManagement: true
    customSubDomainName: 'aif-switchboard-${token}'
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
  }
}

resource model 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = {
  parent: account
  name: modelName
  sku: { name: 'GlobalStandard', capacity: modelCapacity }
  properties: {
    model: { format: 'OpenAI', name: modelName, version: modelVersion }
    // a new version answers differently: it is taken by a deployment, not by itself
    versionUpgradeOption: 'OnceCurrentVersionExpired'
  }
}

resource embedding 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = if (!empty(embeddingName)) {
  parent: account
  name: empty(embeddingName) ? 'none' : embeddingName
  sku: { name: 'GlobalStandard', capacity: modelCapacity }
  properties: {
    model: { format: 'OpenAI', name: embeddingName, version: embeddingVersion }
    versionUpgradeOption: 'NoAutoUpgrade'
  }
  // the account takes one change at a time
  dependsOn: [model]
}

resource project 'Microsoft.CognitiveServices/accounts/projects@2025-06-01' = {
  parent: account
  name: 'switchboard'
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: { displayName: 'Switchboard' }
  dependsOn: [model, embedding]
}

resource search 'Microsoft.Search/searchServices@2025-05-01' existing = if (!empty(searchName)) {
  name: searchName
}

// lets SWITCHBOARD_SEARCH_CONNECTION=search stand in place of an address
resource connection 'Microsoft.CognitiveServices/accounts/projects/connections@2025-06-01' = if (!empty(searchName)) {
  parent: project
  name: 'search'
  properties: {
    category: 'CognitiveSearch'
    authType: 'AAD'
    target: 'https://${searchName}.search.windows.net'
    isSharedToAll: true
    metadata: { ApiType: 'Azure', ResourceId: search.id }
  }
}

// the project's own data: connections, deployments
resource mayUseProject 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(project.id, principalId, azureAiUser)
  scope: project
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', azureAiUser)
  }
}

// asking the model
resource mayAskModel 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, cognitiveServicesOpenAiUser)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', cognitiveServicesOpenAiUser)
  }
}

resource operatorMayUseProject 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorId)) {
  name: guid(project.id, operatorId, azureAiUser)
  scope: project
  properties: {
    principalId: operatorId
    principalType: operatorType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', azureAiUser)
  }
}

// embedding what is written to the indexes
resource operatorMayAskModel 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(operatorId)) {
  name: guid(account.id, operatorId, cognitiveServicesOpenAiUser)
  scope: account
  properties: {
    principalId: operatorId
    principalType: operatorType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', cognitiveServicesOpenAiUser)
  }
}

output projectEndpoint string = 'https://${account.properties.customSubDomainName}.services.ai.azure.com/api/projects/${project.name}'
output deploymentName string = model.name
