using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ServerlessInference.Lambda.Events.Inputs;

/// <summary>Distinguishes addresses of the public Internet from those that a sender must not reach through the function.</summary>
/// <remarks>Sources: IANA's registries of special-purpose addresses for IPv4 (RFC 6890 and its updates) and IPv6, as of 2026.</remarks>
internal static class AddressRules
{
    /// <summary>Private networks, which the function can allow.</summary>
    private static readonly (uint Network, int Bits)[] Private =
    [
        (0x0A000000, 8), // 10.0.0.0/8, RFC 1918
        (0xAC100000, 12), // 172.16.0.0/12, RFC 1918
        (0xC0A80000, 16), // 192.168.0.0/16, RFC 1918
        (0x64400000, 10), // 100.64.0.0/10, shared address space of carriers, RFC 6598
    ];

    /// <summary>
    /// Networks that are always refused: this host, link-local addresses (of metadata services), reserved addresses, multicast.
    /// </summary>
    private static readonly (uint Network, int Bits)[] Refused =
    [
        (0x00000000, 8), // 0.0.0.0/8, this network
        (0x7F000000, 8), // 127.0.0.0/8, loopback
        (0xA9FE0000, 16), // 169.254.0.0/16, link-local
        (0xC0000000, 24), // 192.0.0.0/24, protocol assignments
        (0xC0000200, 24), // 192.0.2.0/24, documentation
        (0xC0586300, 24), // 192.88.99.0/24, 6to4 relays
        (0xC6120000, 15), // 198.18.0.0/15, benchmarks
        (0xC6336400, 24), // 198.51.100.0/24, documentation
        (0xCB007100, 24), // 203.0.113.0/24, documentation
        (0xE0000000, 4), // 224.0.0.0/4, multicast
        (0xF0000000, 4), // 240.0.0.0/4, reserved, and broadcast
    ];

    /// <summary>Returns whether the function may connect to an address.</summary>
    public static bool Allows(IPAddress address, bool privateAddresses)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out _) && (address.AddressFamily == AddressFamily.InterNetwork
            ? Allows(BinaryPrimitives.ReadUInt32BigEndian(bytes), privateAddresses)
            : AllowsV6(bytes, privateAddresses));
    }

    private static bool Allows(uint address, bool privateAddresses) =>
        !IsIn(address, Refused) && (privateAddresses || !IsIn(address, Private));

    private static bool AllowsV6(ReadOnlySpan<byte> address, bool privateAddresses)
    {
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(address);
        ulong low = BinaryPrimitives.ReadUInt64BigEndian(address[8..]);

        // fc00::/7 is private. AWS's metadata service has an address in it, fd00:ec2::254, next to other local services.
        if (high >> 57 == 0xFC >> 1)
        {
            return privateAddresses && high >> 32 != 0xFD000EC2;
        }

        // 64:ff9b::/96 embeds an IPv4 address (NAT64), whose rules apply.
        if (high == 0x0064_FF9B_0000_0000 && low >> 32 == 0)
        {
            return Allows((uint)low, privateAddresses);
        }

        // Otherwise only global unicast, 2000::/3, is allowed, except for 6to4 and Teredo, which embed other addresses, and for the ranges
        // for documentation and benchmarks.
        return high >> 61 == 1
            && high >> 48 != 0x2002
            && high >> 41 != 0x20010000 >> 9 // 2001::/23, protocol assignments with Teredo
            && high >> 32 != 0x20010DB8
            && high >> 44 != 0x3FFF0; // 3fff::/20
    }

    private static bool IsIn(uint address, (uint Network, int Bits)[] networks)
    {
        foreach ((uint network, int bits) in networks)
        {
            if ((address ^ network) >> (32 - bits) == 0)
            {
                return true;
            }
        }

        return false;
    }
}
