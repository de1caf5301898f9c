"""The token endpoint that App Service and Container Apps give to a managed identity.

Source: Microsoft Learn, "How to use managed identities for App Service", REST endpoint reference.
"""

import time
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SECRET = "managed-identity-header"


class ManagedIdentity:
    """Gives a token for each audience that is asked, to whoever knows the header."""

    def __init__(self, token: str) -> None:
        self.asked: list[str] = []
        self._token = token
        self.app = Starlette(routes=[Route("/msi/token", self._give)])

    async def _give(self, request: Request) -> Response:
        if request.headers.get("x-identity-header") != SECRET:
            return JSONResponse({"statusCode": 401, "message": "who are you?"}, status_code=401)
        resource = request.query_params["resource"]
        self.asked.append(resource)
        document = {
            "access_token": self._token,
            "expires_on": str(int(time.time()) + 3600),
            "resource": resource,
            "token_type": "Bearer",
        }
        return JSONResponse(document)

    @staticmethod
    def environment(address: str) -> Mapping[str, str]:
        """What the platform sets in the process's environment."""
        return {"IDENTITY_ENDPOINT": f"{address}/msi/token", "IDENTITY_HEADER": SECRET}
