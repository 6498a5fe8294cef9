"""The machinery that drives projections: leases, folding in batches, fenced saves, freshness and lag."""
