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
@description('The resource id of the connection of the SQL Server connector, signed in with the managed identity; without it, no workflow of orders and shipments is made.')
param sqlConnection string
param sqlServer string
param sqlDatabase string
@description('The address of the carriers\' interface; without it, no workflow of shipments is made.')
param carrierEndpoint string
@secure()
@description('The value of the Authorization header for it.')
param carrierAuthorization string
@description('What the codes of the carriers\' events mean: code -> status.')
param carrierStatuses object

var hasChannel = !empty(channelUrl)
var hasTickets = !empty(ticketSystem)
var hasChanges = !empty(changesTable)
var hasCluster = hasChanges && !empty(cluster)
var hasFlags = hasChanges && !empty(flagStore)
var hasVault = hasChanges && !empty(vault)
var hasShop = !empty(sqlConnection)
var hasCarrier = hasShop && !empty(carrierEndpoint)
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
var connections = {
  sql: {
    connectionId: sqlConnection
    connectionName: 'sql'
    connectionProperties: { authentication: { type: 'ManagedServiceIdentity' } }
    id: subscriptionResourceId('Microsoft.Web/locations/managedApis', location, 'sql')
  }
}
var shopParameters = {
  '$connections': { value: connections }
  sql_server: { value: sqlServer }
  sql_database: { value: sqlDatabase }
}
var quoteParameters = {
  carrier_endpoint: { value: carrierEndpoint }
  carrier_authorization: { value: carrierAuthorization }
}
var trackParameters = {
  carrier_endpoint: { value: carrierEndpoint }
  carrier_authorization: { value: carrierAuthorization }
  statuses: { value: carrierStatuses }
}
var shipmentParameters = {
  '$connections': { value: connections }
  sql_server: { value: sqlServer }
  sql_database: { value: sqlDatabase }
  carrier_endpoint: { value: carrierEndpoint }
  carrier_authorization: { value: carrierAuthorization }
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

module findCustomer 'workflow.bicep' = if (hasShop) {
  name: 'workflow-find-customer'
  params: {
    name: 'logic-find-customer-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/find_customer/workflow.json')
    parameters: shopParameters
  }
}

module analyseOrder 'workflow.bicep' = if (hasShop) {
  name: 'workflow-analyse-order'
  params: {
    name: 'logic-analyse-order-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/analyse_order/workflow.json')
    parameters: shopParameters
  }
}

module readProduct 'workflow.bicep' = if (hasShop) {
  name: 'workflow-read-product'
  params: {
    name: 'logic-read-product-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/read_product/workflow.json')
    parameters: shopParameters
  }
}

module updateOrder 'workflow.bicep' = if (hasShop) {
  name: 'workflow-update-order'
  params: {
    name: 'logic-update-order-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/update_order/workflow.json')
    parameters: shopParameters
  }
}

module updateCustomer 'workflow.bicep' = if (hasShop) {
  name: 'workflow-update-customer'
  params: {
    name: 'logic-update-customer-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/update_customer/workflow.json')
    parameters: shopParameters
  }
}

module findOrderChange 'workflow.bicep' = if (hasShop) {
  name: 'workflow-find-order-change'
  params: {
    name: 'logic-find-order-change-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/find_order_change/workflow.json')
    parameters: shopParameters
  }
}

module findShipment 'workflow.bicep' = if (hasShop) {
  name: 'workflow-find-shipment'
  params: {
    name: 'logic-find-shipment-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/find_shipment/workflow.json')
    parameters: shopParameters
  }
}

module storeInsights 'workflow.bicep' = if (hasShop) {
  name: 'workflow-store-insights'
  params: {
    name: 'logic-store-insights-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/store_insights/workflow.json')
    parameters: shopParameters
  }
}

module readInsights 'workflow.bicep' = if (hasShop) {
  name: 'workflow-read-insights'
  params: {
    name: 'logic-read-insights-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/read_insights/workflow.json')
    parameters: shopParameters
  }
}

module quoteShipment 'workflow.bicep' = if (hasCarrier) {
  name: 'workflow-quote-shipment'
  params: {
    name: 'logic-quote-shipment-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/quote_shipment/workflow.json')
    parameters: quoteParameters
  }
}

module trackShipment 'workflow.bicep' = if (hasCarrier) {
  name: 'workflow-track-shipment'
  params: {
    name: 'logic-track-shipment-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/track_shipment/workflow.json')
    parameters: trackParameters
  }
}

module createShipment 'workflow.bicep' = if (hasCarrier) {
  name: 'workflow-create-shipment'
  params: {
    name: 'logic-create-shipment-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/create_shipment/workflow.json')
    parameters: shipmentParameters
  }
}

module voidShipment 'workflow.bicep' = if (hasCarrier) {
  name: 'workflow-void-shipment'
  params: {
    name: 'logic-void-shipment-${token}'
    location: location
    tags: tags
    callerId: callerId
    definition: loadJsonContent('../../../../playbooks/workflows/void_shipment/workflow.json')
    parameters: shipmentParameters
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
  hasVault ? { renew_certificate: renewCertificate!.outputs.setting } : {},
  hasShop
    ? {
        find_customer: findCustomer!.outputs.setting
        analyse_order: analyseOrder!.outputs.setting
        read_product: readProduct!.outputs.setting
        update_order: updateOrder!.outputs.setting
        update_customer: updateCustomer!.outputs.setting
        find_order_change: findOrderChange!.outputs.setting
        find_shipment: findShipment!.outputs.setting
        store_insights: storeInsights!.outputs.setting
        read_insights: readInsights!.outputs.setting
      }
    : {},
  hasCarrier
    ? {
        quote_shipment: quoteShipment!.outputs.setting
        track_shipment: trackShipment!.outputs.setting
        create_shipment: createShipment!.outputs.setting
        void_shipment: voidShipment!.outputs.setting
      }
    : {}
)
