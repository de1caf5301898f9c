// A Container Apps environment and the jobs in it. `ask` starts when told to, with a question of its own; `check`
// asks every guide's queries against the live schema each day. A server is a third module here once there is one.
param token string
param location string
param tags object
param image string
param registryServer string
param identityId string
param workspaceName string
param checkSchedule string
@description('The settings of the program, by name; empty ones are left out.')
param settings object

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource apps 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: 'cae-switchboard-${token}'
  location: location
  tags: tags
  properties: {
    // by a diagnostic setting, since the other way needs the workspace's key
    appLogsConfiguration: { destination: 'azure-monitor' }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: apps
  properties: {
    workspaceId: workspace.id
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

module ask 'job.bicep' = {
  name: 'job-ask'
  params: {
    name: 'switchboard-ask'
    location: location
    tags: tags
    environmentId: apps.id
    identityId: identityId
    registryServer: registryServer
    image: image
    arguments: ['doctor', '--json']
    schedule: ''
    settings: settings
  }
}

module check 'job.bicep' = {
  name: 'job-check'
  params: {
    name: 'switchboard-check'
    location: location
    tags: tags
    environmentId: apps.id
    identityId: identityId
    registryServer: registryServer
    image: image
    arguments: ['guides', 'check', '--live', '--json']
    schedule: checkSchedule
    settings: settings
  }
}

output jobs array = [ask.outputs.name, check.outputs.name]
