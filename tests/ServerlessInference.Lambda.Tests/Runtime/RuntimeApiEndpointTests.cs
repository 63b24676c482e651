using ServerlessInference.Lambda.Runtime;

namespace ServerlessInference.Lambda.Tests.Runtime;

public sealed class RuntimeApiEndpointTests
{
    [Theory]
    [InlineData("127.0.0.1:9001", 0x7F000001u, 9001)]
    [InlineData("169.254.100.1:9001", 0xA9FE6401u, 9001)]
    [InlineData("10.0.0.255", 0x0A0000FFu, 80)]
    public void Constructor_AddressOfIPv4_IsRead(string value, uint address, int port)
    {
        var endpoint = new RuntimeApiEndpoint(value);

        Assert.True(endpoint.IsIPv4);
        Assert.Equal(address, endpoint.IPv4);
        Assert.Equal(port, endpoint.Port);
    }

    [Theory]
    [InlineData("localhost:9001")]
    [InlineData("[::1]:9001")]
    [InlineData("127.0.0.256:9001")]
    [InlineData("127.0.1:9001")]
    [InlineData("127.0.0.01:9001")]
    [InlineData("127..0.1:9001")]
    [InlineData("1.2.3.4.5:9001")]
    public void Constructor_OtherHosts_AreLeftToTheSystem(string value) => Assert.False(new RuntimeApiEndpoint(value).IsIPv4);
}
