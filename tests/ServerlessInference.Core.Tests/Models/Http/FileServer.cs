using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ServerlessInference.Tests.Models.Http;

/// <summary>A web server for files in memory, as much of RFC 9110 as a model needs: HEAD, GET, one range, ETag, If-Match.</summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Socket> _connections = new();
    private readonly Task _accepting;
    private int _deaf;

    public FileServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public ConcurrentDictionary<string, (byte[] Content, string? Tag)> Files { get; } = new();

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Gets or sets the status of every answer; null answers as it should.</summary>
    public Func<int, int?> Status { get; set; } = _ => null;

    public bool OffersRanges { get; set; } = true;

    /// <summary>Gets or sets the pause after every 64 KiB of a body.</summary>
    public TimeSpan Pause { get; set; }

    public string ExtraHeaders { get; set; } = string.Empty;

    public string Address(string name) => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/{name}";

    /// <summary>Gets how many connections were made.</summary>
    public int Connections => _connections.Count;

    /// <summary>Closes every connection there is.</summary>
    /// <param name="reset">Whether with a reset rather than as usual.</param>
    public void Drop(bool reset)
    {
        foreach (Socket connection in _connections.Where(connection => connection.Connected))
        {
            connection.LingerState = new LingerOption(reset, 0);
            connection.Close();
        }
    }

    /// <summary>Leaves every connection there is open, and answers nothing more over them, as if the network had forgotten them.</summary>
    public void Deafen() => _deaf = _connections.Count;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client = await _listener.AcceptSocketAsync(_stop.Token);
            _connections.Enqueue(client);
            int number = _connections.Count;
            _ = Task.Run(() => ServeAsync(client, number));
        }
    }

    private async Task ServeAsync(Socket socket, int number)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } request)
            {
                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
                {
                    headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                }

                Requests.Enqueue($"{request} {headers.GetValueOrDefault("Range")}".Trim());
                if (number <= _deaf)
                {
                    await Task.Delay(Timeout.Infinite, _stop.Token);
                }

                await AnswerAsync(stream, request.Split(' '), headers);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The client is gone: it was killed, or has what it wants.
        }
    }

    private async Task AnswerAsync(NetworkStream stream, string[] request, Dictionary<string, string> headers)
    {
        bool found = Files.TryGetValue(request[1].Split('?')[0].TrimStart('/'), out (byte[] Content, string? Tag) file);
        int status = Status(Requests.Count) ?? (!found ? 404 : headers.TryGetValue("If-Match", out string? wanted) && wanted != file.Tag ? 412 : 200);
        ReadOnlyMemory<byte> body = status == 200 ? file.Content : default;
        string extra = string.Empty;
        if (status == 200 && OffersRanges && headers.TryGetValue("Range", out string? range))
        {
            int[] ends = [.. range["bytes=".Length..].Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
            body = body[ends[0]..(ends[1] + 1)];
            (status, extra) = (206, $"Content-Range: bytes {ends[0]}-{ends[1]}/{file.Content.Length}\r\n");
        }

        string head = $"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\n{extra}{(file.Tag is null ? string.Empty : $"ETag: {file.Tag}\r\n")}" +
            $"{(OffersRanges ? "Accept-Ranges: bytes\r\n" : string.Empty)}{ExtraHeaders}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), _stop.Token);
        const int Piece = 64 * 1024;
        for (int at = 0; request[0] == "GET" && at < body.Length; at += Piece)
        {
            await stream.WriteAsync(body.Slice(at, Math.Min(Piece, body.Length - at)), _stop.Token);
            if (Pause > TimeSpan.Zero)
            {
                await Task.Delay(Pause, _stop.Token);
            }
        }
    }
}
