"""Pools that worlds draw their names from; all made up."""

EDGES = ("storefront", "web-bff", "mobile-bff", "public-api", "portal", "partner-gateway", "graphql-edge")
CORES = (
    "accounts", "billing", "booking", "cart", "catalog", "checkout", "claims", "coupons", "devices", "documents",
    "entitlements", "fares", "fraud", "fulfilment", "identity", "inventory", "ledger", "loyalty", "media",
    "messaging", "meters", "offers", "orders", "payments", "policies", "pricing", "profiles", "quotes",
    "recommendations", "returns", "reviews", "routing", "scheduling", "search", "seats", "shipping", "statements",
    "subscriptions", "tariffs", "tax", "tickets", "users", "vouchers", "wallets",
)  # fmt: skip
WORKERS = (
    "order-processor", "mailer", "invoice-worker", "thumbnailer", "ledger-writer", "shipment-worker", "claims-worker",
    "export-worker", "settlement-worker", "feed-importer", "receipt-worker",
)  # fmt: skip
ORGS = ("contoso", "adatum", "fabrikam", "northwind", "tailspin", "wingtip", "litware", "proseware")
REGIONS = ("westeurope", "northeurope", "eastus2", "uksouth", "swedencentral", "centralus", "australiaeast")
REGION_TITLES = {
    "westeurope": "West Europe",
    "northeurope": "North Europe",
    "eastus2": "East US 2",
    "uksouth": "UK South",
    "swedencentral": "Sweden Central",
    "centralus": "Central US",
    "australiaeast": "Australia East",
}
PARTNERS = (
    "api.paybridge.example", "rates.fxfeed.example", "gw.cardvault.example", "api.addresscheck.example",
    "api.parcelhub.example", "risk.scorely.example", "tax.ratebook.example", "sms.pingway.example",
    "maps.routewise.example", "api.kyc-desk.example",
)  # fmt: skip
PARTNER_PATHS = ("/v1/quotes", "/v2/authorize", "/v1/validate", "/v3/lookup", "/v1/score", "/v2/rates")
FLAGS = (
    "new-price-engine", "async-confirmation", "fast-lane", "tiered-discounts", "one-click", "smart-retry",
    "inline-tax", "beta-search-ranking", "split-shipment", "prefetch-profile", "strict-address", "dynamic-bundles",
    "express-quote", "compact-response", "new-eligibility-rules",
)  # fmt: skip
PEOPLE = ("m.okafor", "j.lindqvist", "a.haddad", "t.novak", "s.iyer", "c.moreau", "r.castillo", "y.tanaka")
PIPELINES = ("sp-deploy-prod", "sp-github-prod", "sp-azdo-release", "sp-gitops")
LOCATIONS = ("West Europe", "North Europe", "UK South", "East US", "Southeast Asia")
VERBS = ("get", "list", "create", "update", "confirm", "quote", "validate", "submit")
STYLES = ("{}", "{}", "{}", "{}-api", "{}-svc", "svc-{}")


def pascal(name: str) -> str:
    """`order-processor` as `OrderProcessor`."""
    return "".join(part.capitalize() for part in name.replace(".", "-").split("-"))


def singular(name: str) -> str:
    """A path's noun as a type's name: `orders` -> `Order`."""
    word = pascal(name)
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
