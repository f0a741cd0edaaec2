"""model - an independent model of routing and custody, written from the design: the judge of the router."""
