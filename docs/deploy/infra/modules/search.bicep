// Azure AI Search that knows no keys: the jobs may read the indexes, the operator may make and fill them.
param token string
param location string
param tags object
param sku string
param principalId string
param operatorId string
param operatorType string

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/ai-machine-learning
var searchIndexDataReader = '1407120a-92aa-4202-b7e9-c0e197c71c8f'
var searchIndexDataContributor = '8ebe5a00-799e-43f5-93ac-243d3dce84a7'
var searchServiceContributor = '7ca78c08-252a-4471-8644-bb5ff32d4ba0'

var fillRoles = [searchIndexDataContributor, searchServiceContributor]

resource search 'Microsoft.Search/searchServices@2025-05-01' = {
  name: 'srch-switchboard-${token}'
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    disableLocalAuth: true
    partitionCount: 1
    replicaCount: 1
    hostingMode: 'default'
    semanticSearch: 'free'
  }
}

resource mayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(search.id, principalId, searchIndexDataReader)
  scope: search
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', searchIndexDataReader)
  }
}

resource operatorMayFill 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in fillRoles: if (!empty(operatorId)) {
    name: guid(search.id, operatorId, role)
    scope: search
    properties: {
      principalId: operatorId
      principalType: operatorType
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

output name string = search.name
output endpoint string = 'https://${search.name}.search.windows.net'
