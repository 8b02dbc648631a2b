"""`aura-gql dev`, with one address more that tells what the process holds: for the soak alone."""

import asyncio
import gc
import inspect
import sys
from typing import cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from aura_gql.__main__ import main
from aura_gql.app import create_app
from aura_gql.commands import dev
from aura_gql.graph.view import GraphView
from aura_gql.server import Surroundings
from aura_gql.settings import Settings

HELD = "/held"


def create_telling_app(settings: Settings, surroundings: Surroundings) -> Starlette:
    """The application of production and the address."""
    app = create_app(settings, surroundings)
    endpoints = [route.endpoint for route in app.routes if isinstance(route, Route) and route.path == "/graphql"]
    live = cast(GraphView, endpoints[0]).live

    async def held(request: Request) -> JSONResponse:
        counts = {"sockets": live.sockets.total, "subscriptions": live.subscriptions.total}
        if "all" in request.query_params:
            gc.collect()
            counts["generators"] = sum(inspect.isasyncgen(found) for found in gc.get_objects())
            counts["tasks"] = len(asyncio.all_tasks())
        return JSONResponse(counts)

    app.router.routes.append(Route(HELD, held))
    return app


if __name__ == "__main__":
    # The command has the name from its module; nothing else of it is another.
    vars(dev)["create_app"] = create_telling_app
    sys.exit(main())
