using System.Net;
using System.Net.Sockets;

namespace ServerlessInference.TransferBenchmark;

/// <summary>Passes connections on, so that a server on the loopback is reached through another interface.</summary>
internal static class Forwarder
{
    public static async Task RunAsync(string address, int port, int target)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), port);
        listener.Start();
        while (true)
        {
            Socket client = await listener.AcceptSocketAsync();
            _ = Task.Run(() => ServeAsync(client, target));
        }
    }

    private static async Task ServeAsync(Socket client, int target)
    {
        try
        {
            using var server = new TcpClient { NoDelay = true };
            await server.ConnectAsync(IPAddress.Loopback, target);
            client.NoDelay = true;
            await using var near = new NetworkStream(client, ownsSocket: true);
            await using NetworkStream far = server.GetStream();
            await Task.WhenAny(near.CopyToAsync(far, 256 * 1024), far.CopyToAsync(near, 256 * 1024));
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // One of the two is gone, and with it the connection.
        }
    }
}
