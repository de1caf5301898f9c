"""A host of workflows that speaks the protocol of the Logic Apps request trigger."""
