// The Logic Apps workflows of playbooks/workflows: those whose outside system is named.
param token string
param location string
param tags object
param callerId string
@secure()
@description('Where `notify` posts: the address holds its own right to post, so it is a secret.')
param channelUrl string
param ticketSystem string
param ticketAudience string
@description('The storage table that keeps the keys of changes; without it, no workflow that changes a service is made.')
param changesTable string
param cluster string
param clusterNamespace string
param imageRegistry string
param flagStore string
param vault string

var hasChannel = !empty(channelUrl)
var hasTickets = !empty(ticketSystem)
var hasChanges = !empty(changesTable)
var hasCluster = hasChanges && !empty(cluster)
var hasFlags = hasChanges && !empty(flagStore)
var hasVault = hasChanges && !empty(vault)
var ticketParameters = {
  ticket_system: { value: ticketSystem }
  ticket_audience: { value: ticketAudience }
}

var changeParameters = {
  changes_table: { value: changesTable }
}
var zoneParameters = {
  changes_table: { value: changesTable }
  cluster: { value: cluster }
}
var serviceParameters = {
  changes_table: { value: changesTable }
  cluster: { value: cluster }
  namespace: { value: clusterNamespace }
}
var imageParameters = {
  changes_table: { value: changesTable }
  cluster: { value: cluster }
  namespace: { value: clusterNamespace }
  registry: { value: imageRegistry }
}
var flagParameters = {
  changes_table: { value: changesTable }
  flag_store: { value: flagStore }
}
var vaultParameters = {
  changes_table: { value: changesTable }
  vault: { value: vault }
}

module notify 'workflow.bicep' = if (hasChannel) {
  name: 'workflow-notify'
  params: {
    name: 'logic-notify-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/notify/workflow.json')
    parameters: { channel_url: { value: channelUrl } }
  }
}

module openTicket 'workflow.bicep' = if (hasTickets) {
  name: 'workflow-open-ticket'
  params: {
    name: 'logic-open-ticket-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/open_ticket/workflow.json')
    parameters: ticketParameters
  }
}

module findTicket 'workflow.bicep' = if (hasTickets) {
  name: 'workflow-find-ticket'
  params: {
    name: 'logic-find-ticket-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/find_ticket/workflow.json')
    parameters: ticketParameters
  }
}

module readTicket 'workflow.bicep' = if (hasTickets) {
  name: 'workflow-read-ticket'
  params: {
    name: 'logic-read-ticket-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/read_ticket/workflow.json')
    parameters: ticketParameters
  }
}

module restartService 'workflow.bicep' = if (hasCluster) {
  name: 'workflow-restart-service'
  params: {
    name: 'logic-restart-service-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/restart_service/workflow.json')
    parameters: serviceParameters
  }
}

module scaleOut 'workflow.bicep' = if (hasCluster) {
  name: 'workflow-scale-out'
  params: {
    name: 'logic-scale-out-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/scale_out/workflow.json')
    parameters: serviceParameters
  }
}

module rollBackDeploy 'workflow.bicep' = if (hasCluster) {
  name: 'workflow-roll-back-deploy'
  params: {
    name: 'logic-roll-back-deploy-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/roll_back_deploy/workflow.json')
    parameters: imageParameters
  }
}

module deployVersion 'workflow.bicep' = if (hasCluster) {
  name: 'workflow-deploy-version'
  params: {
    name: 'logic-deploy-version-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/deploy_version/workflow.json')
    parameters: imageParameters
  }
}

module drainZone 'workflow.bicep' = if (hasCluster) {
  name: 'workflow-drain-zone'
  params: {
    name: 'logic-drain-zone-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/drain_zone/workflow.json')
    parameters: zoneParameters
  }
}

module uncordonZone 'workflow.bicep' = if (hasCluster) {
  name: 'workflow-uncordon-zone'
  params: {
    name: 'logic-uncordon-zone-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/uncordon_zone/workflow.json')
    parameters: zoneParameters
  }
}

module toggleFeatureFlag 'workflow.bicep' = if (hasFlags) {
  name: 'workflow-toggle-feature-flag'
  params: {
    name: 'logic-toggle-feature-flag-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/toggle_feature_flag/workflow.json')
    parameters: flagParameters
  }
}

module renewCertificate 'workflow.bicep' = if (hasVault) {
  name: 'workflow-renew-certificate'
  params: {
    name: 'logic-renew-certificate-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/renew_certificate/workflow.json')
    parameters: vaultParameters
  }
}

module findChange 'workflow.bicep' = if (hasChanges) {
  name: 'workflow-find-change'
  params: {
    name: 'logic-find-change-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/find_change/workflow.json')
    parameters: changeParameters
  }
}

// by the names that guides and settings use
output settings object = union(
  hasChannel ? { notify: notify!.outputs.setting } : {},
  hasTickets
    ? {
        open_ticket: openTicket!.outputs.setting
        find_ticket: findTicket!.outputs.setting
        read_ticket: readTicket!.outputs.setting
      }
    : {},
  hasChanges ? { find_change: findChange!.outputs.setting } : {},
  hasCluster
    ? {
        restart_service: restartService!.outputs.setting
        scale_out: scaleOut!.outputs.setting
        roll_back_deploy: rollBackDeploy!.outputs.setting
        deploy_version: deployVersion!.outputs.setting
        drain_zone: drainZone!.outputs.setting
        uncordon_zone: uncordonZone!.outputs.setting
      }
    : {},
  hasFlags ? { toggle_feature_flag: toggleFeatureFlag!.outputs.setting } : {},
  hasVault ? { renew_certificate: renewCertificate!.outputs.setting } : {}
)
