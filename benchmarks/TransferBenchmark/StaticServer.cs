using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ServerlessInference.TransferBenchmark;

/// <summary>
/// Serves the files of a folder with ranges and ETags. A request costs less than one to the S3 server, whose own work would otherwise be
/// measured.
/// </summary>
internal static class StaticServer
{
    public static async Task RunAsync(string address, int port, string folder)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            files["/" + Path.GetFileName(path)] = await File.ReadAllBytesAsync(path);
        }

        using var listener = new TcpListener(IPAddress.Parse(address), port);
        listener.Start();
        while (true)
        {
            Socket client = await listener.AcceptSocketAsync();
            client.NoDelay = true;
            _ = Task.Run(() => ServeAsync(client, files));
        }
    }

    private static async Task ServeAsync(Socket client, Dictionary<string, byte[]> files)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            while (await reader.ReadLineAsync() is { Length: > 0 } request)
            {
                (int From, int To)? range = null;
                while (await reader.ReadLineAsync() is { Length: > 0 } header)
                {
                    if (header.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                    {
                        int[] ends =
                            [.. header["Range: bytes=".Length..].Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
                        range = (ends[0], ends[1]);
                    }
                }

                string[] words = request.Split(' ');
                byte[] content = files[words[1]];
                ReadOnlyMemory<byte> body = range is { } wanted ? content.AsMemory(wanted.From..(wanted.To + 1)) : content;
                string head =
                    $"HTTP/1.1 {(range is null ? "200 OK" : "206 Partial Content")}\r\nETag: \"1\"\r\nAccept-Ranges: " +
                    $"bytes\r\nContent-Length: {body.Length}\r\n" +
                    (range is { } part ? $"Content-Range: bytes {part.From}-{part.To}/{content.Length}\r\n\r\n" : "\r\n");
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
                if (words[0] == "GET")
                {
                    await stream.WriteAsync(body);
                }
            }
        }
        catch (IOException)
        {
            // The client has what it wants.
        }
    }
}
