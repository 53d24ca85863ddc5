"""What Twilio's statuses of a message mean."""

from collections.abc import Mapping

from core.ports.incoming import MessageState

# Reports come in any order: only the states of `MessageState` have a weight, and what is still on its way is no news.
STATES: Mapping[str, MessageState] = {
    "sent": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "partially_delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.FAILED,
    "failed": MessageState.FAILED,
    "canceled": MessageState.FAILED,
}
ON_ITS_WAY = frozenset({"queued", "accepted", "scheduled", "sending", "receiving", "received"})
REASONS: Mapping[str, str] = {
    "30001": "the queue was full",
    "30003": "the telephone could not be reached",
    "30004": "the network blocked it",
    "30005": "the number is unknown",
    "30006": "the number is a landline or cannot be reached by this network",
    "30007": "the network took it for unwanted",
    "30008": "the network gave no reason",
}


def detail_of(status: str, error_code: str) -> str:
    """Why it was not delivered, or in what way it was."""
    if status == "partially_delivered":
        return "delivered to some of its readers"
    if STATES.get(status) is not MessageState.FAILED:
        return ""
    reason = REASONS.get(error_code, "it was not delivered" if status != "canceled" else "it was taken back")
    return f"{reason} (Twilio {error_code})" if error_code.isalnum() else reason
