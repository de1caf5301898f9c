// One Container Apps job that runs one `switchboard` command.
param name string
param location string
param tags object
param environmentId string
param identityId string
param registryServer string
@description('Empty until the first build: then a public image that does nothing stands in.')
param image string
param arguments array
@description('Cron, UTC; empty for a job that starts only when told to.')
param schedule string
param settings object

var given = filter(items(settings), setting => !empty(setting.value))

resource job 'Microsoft.App/jobs@2025-01-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      triggerType: empty(schedule) ? 'Manual' : 'Schedule'
      manualTriggerConfig: empty(schedule) ? { parallelism: 1, replicaCompletionCount: 1 } : null
      scheduleTriggerConfig: empty(schedule) ? null : { cronExpression: schedule, parallelism: 1, replicaCompletionCount: 1 }
      // a run that failed is looked at, not repeated
      replicaRetryLimit: 0
      replicaTimeout: 900
      registries: [{ server: registryServer, identity: identityId }]
    }
    template: {
      containers: [
        {
          name: 'switchboard'
          image: empty(image) ? 'mcr.microsoft.com/k8se/quickstart-jobs:latest' : image
          args: empty(image) ? [] : arguments
          env: [for setting in given: { name: setting.key, value: setting.value }]
          resources: { cpu: 1, memory: '2Gi' }
          volumeMounts: [{ volumeName: 'state', mountPath: '/state' }]
        }
      ]
      // gone with the run: its report and log lines stay in the workspace
      volumes: [{ name: 'state', storageType: 'EmptyDir' }]
    }
  }
}

output name string = job.name
