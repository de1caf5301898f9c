// One Logic Apps workflow with a request trigger that takes Entra tokens of one caller, and no signed address.
param name string
param location string
param tags object
@description('The workflow definition, as playbooks/workflows/NAME/workflow.json has it.')
param definition object
@secure()
@description('What the definition asks for, each as { value: ... }.')
param parameters object
@description('The object id of the identity that may call it.')
param callerId string

// what the caller asks its token for; the claim must be equal to it, letter by letter
var audience = 'https://management.azure.com'

resource workflow 'Microsoft.Logic/workflows@2019-05-01' = {
  name: name
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    state: 'Enabled'
    definition: definition
    parameters: parameters
    // any(): sasAuthenticationPolicy is documented, but newer than the types published for this API version
    accessControl: any({
      triggers: {
        sasAuthenticationPolicy: { state: 'Disabled' }
        openAuthenticationPolicies: {
          policies: {
            switchboard: {
              type: 'AAD'
              claims: [
                { name: 'iss', value: 'https://sts.windows.net/${tenant().tenantId}/' }
                { name: 'aud', value: audience }
                { name: 'oid', value: callerId }
              ]
            }
          }
        }
      }
    })
  }
}

// without sp, sv and sig: a request has either a token or a signature, never both
output setting object = {
  url: '${workflow.properties.accessEndpoint}/triggers/manual/paths/invoke?api-version=2016-10-01'
  audience: audience
}
