using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ServerlessInference.Lambda.Events;
using ServerlessInference.Lambda.Events.Inputs;

namespace ServerlessInference.Lambda.Tests.Events.Inputs;

/// <summary>Addresses that a sender must not reach, in every spelling that some parser understands.</summary>
public sealed class ForgedAddressTests : IDisposable
{
    private static readonly string[] Forbidden =
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "169.254.170.2", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "192.0.0.170", "198.18.0.1", "203.0.113.7",
    ];

    // Names that consist of an address are resolved here as every system does; no other name exists.
    private readonly HttpsInputReader _reader = new(TimeProvider.System, new HttpsInputHooks
    {
        Resolve = (host, _) => IPAddress.TryParse(host.Trim('[', ']', '.'), out IPAddress? address)
            ? Task.FromResult(new[] { address })
            : Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)),
    });

    private readonly ReferenceOptions _limits = new() { Https = true, Timeout = TimeSpan.FromSeconds(5) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _reader.Dispose();

    [Fact]
    public async Task Read_ForbiddenAddressInAnySpelling_IsRefused()
    {
        int tried = 0;
        foreach (string host in Forbidden.SelectMany(Spell))
        {
            string body = JsonSerializer.Serialize(new Dictionary<string, string> { ["url"] = $"https://{host}/latest/meta-data" });
            Exception? thrown = await Record.ExceptionAsync(async () =>
            {
                RecordInput input = InputEnvelope.Read(Encoding.UTF8.GetBytes(body), _limits, allowsBareUri: false);
                await _reader.ReadAsync(input.Reference!.Url!, _limits, Token);
            });

            Assert.True(thrown is InvalidInputException, $"{host}: {thrown?.ToString() ?? "it was fetched"}");
            tried++;
        }

        Assert.Equal(Forbidden.Length * 13, tried);
    }

    private static IEnumerable<string> Spell(string address)
    {
        byte[] parts = IPAddress.Parse(address).GetAddressBytes();
        uint number = ((uint)parts[0] << 24) | ((uint)parts[1] << 16) | ((uint)parts[2] << 8) | parts[3];
        string hex = number.ToString("x8", CultureInfo.InvariantCulture);
        string halves = $"{hex[..4]}:{hex[4..]}";
        yield return address;
        yield return address + ".";
        yield return number.ToString(CultureInfo.InvariantCulture);
        yield return "0x" + hex;
        yield return string.Join('.', parts.Select(part => "0" + Convert.ToString(part, 8)));
        yield return string.Create(CultureInfo.InvariantCulture, $"{parts[0]}.{number & 0xFFFFFF}");
        yield return $"[::ffff:{address}]";
        yield return $"[::{halves}]";
        yield return $"[64:ff9b::{halves}]";
        yield return $"[2002:{halves}::1]";
        yield return string.Concat(address.Select(letter => letter == '.' ? "." : $"%3{letter}"));
        yield return string.Concat(address.Select(letter => letter == '.' ? '.' : (char)('\uFF10' + (letter - '0'))));
        yield return $"public.example.com@{address}";
    }
}
