"""The running server and its users, as the rooms' tests have them."""

from tests.graph.conftest import ada, api, eve, pytest_collection_modifyitems

__all__ = ["ada", "api", "eve", "pytest_collection_modifyitems"]
