"""When there is more of a product than will be needed."""

from decimal import Decimal

COVER_DAYS = 90
"""For how long stock may last beyond the time in which an order arrives."""
PROBABILITY = Decimal("0.95")
"""With which that long a demand stays below what is enough."""
USUAL_LEAD_DAYS = 14
"""Where nobody said or learnt how long a supplier takes."""
USUAL_REVIEW_DAYS = 7
STALE_DAYS = 21
"""After which a forecast speaks of another time."""
ENDS_BELOW = Decimal("0.9")
"""Too much ends at this share of what is enough: what sways about the edge is told once."""
