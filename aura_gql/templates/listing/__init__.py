"""Finding templates: words, filters, orders, pages and facets."""
