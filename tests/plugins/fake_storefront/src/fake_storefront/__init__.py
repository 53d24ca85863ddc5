"""A storefront whose other side is a folder: what it sells, what it shows, and every call it got."""
