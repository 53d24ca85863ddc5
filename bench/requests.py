"""Writes the bytes of HTTP/1.1 requests on connections that stay open."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RequestWriter:
    """What all requests of one user have in common."""

    headers: bytes

    @classmethod
    def authorized(cls, authorization: str) -> "RequestWriter":
        """Of the user whom this value of the `Authorization` header names."""
        return cls(f"Host: localhost\r\nAccept: application/json\r\nAuthorization: {authorization}\r\n".encode())

    def get(self, target: str) -> bytes:
        """A request for this path and query."""
        return b"GET %b HTTP/1.1\r\n%b\r\n" % (target.encode(), self.headers)

    def post(self, target: str, body: str, headers: str = "") -> bytes:
        """A request that sends JSON; further headers each end with a line end."""
        content = body.encode()
        head = b"POST %b HTTP/1.1\r\n%b%bContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        return head % (target.encode(), self.headers, headers.encode(), len(content)) + content
