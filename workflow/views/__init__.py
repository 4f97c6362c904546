"""Pages of the engine. Every view declares who may open it; the data it shows is scoped by policies."""
