"""model - routing and custody, written from the design and not from the C: the router's judge."""
