"""Which numeric addresses are public and which lie inside somebody's own network; it resolves and connects nothing."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Addresses of cloud machines' own services that are not private by number (Azure's wire server).
METADATA = frozenset({IPv4Address("168.63.129.16")})
NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last 32 bits


def find_inner(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that carries it in any notation; else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def is_private(address: Address) -> bool:
    """Whether an address (as `find_inner` gives it) is loopback, private, link-local, shared, reserved or metadata."""
    return not address.is_global or address.is_multicast or address.is_reserved or address in METADATA
