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

var hasChannel = !empty(channelUrl)
var hasTickets = !empty(ticketSystem)
var ticketParameters = {
  ticket_system: { value: ticketSystem }
  ticket_audience: { value: ticketAudience }
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

// by the names that guides and settings use
output settings object = union(
  hasChannel ? { notify: notify!.outputs.setting } : {},
  hasTickets
    ? {
        open_ticket: openTicket!.outputs.setting
        find_ticket: findTicket!.outputs.setting
        read_ticket: readTicket!.outputs.setting
      }
    : {}
)
