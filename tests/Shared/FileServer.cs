using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ServerlessInference.Tests.Shared;

/// <summary>
/// A web server for files in memory, with as much of RFC 9110 as a model needs: HEAD, GET, one range, ETag, If-Match. Compiled into every
/// test project.
/// </summary>
internal sealed class FileServer : IAsyncDisposable
{
    private readonly LoopbackListener _listener;

    public FileServer() => _listener = new LoopbackListener((socket, number, stop) =>
    {
        Serve(socket, number, stop);
        return Task.CompletedTask;
    });

    public ConcurrentDictionary<string, (byte[] Content, string? Tag)> Files { get; } = new();

    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Gets or sets the status of every answer; null answers as it should.</summary>
    public Func<int, int?> Status { get; set; } = _ => null;

    public bool OffersRanges { get; set; } = true;

    /// <summary>
    /// Gets or sets what happens before each piece of a body, of at most 64 KiB, is sent. It runs on the connection's thread and may
    /// keep it waiting.
    /// </summary>
    public Action<int, CancellationToken> Sending { get; set; } = (_, _) => { };

    public string ExtraHeaders { get; set; } = string.Empty;

    /// <summary>Gets how many connections were made.</summary>
    public int Connections => _listener.Accepted;

    public string Address(string name) => $"http://127.0.0.1:{_listener.Port}/{name}";

    /// <inheritdoc cref="LoopbackListener.Drop"/>
    public void Drop(bool reset) => _listener.Drop(reset);

    /// <inheritdoc cref="LoopbackListener.Deafen"/>
    public void Deafen() => _listener.Deafen();

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private void Serve(Socket socket, int number, CancellationToken stop)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            while (reader.ReadLine() is { Length: > 0 } request)
            {
                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                while (reader.ReadLine() is { Length: > 0 } line)
                {
                    headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] =
                        line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                }

                Requests.Enqueue($"{request} {headers.GetValueOrDefault("Range")}".Trim());
                _listener.WaitWhereDeaf(number);
                Answer(stream, request.Split(' '), headers, stop);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The client is gone: it was killed, or has what it wants; or the test is over.
        }
    }

    private void Answer(NetworkStream stream, string[] request, Dictionary<string, string> headers, CancellationToken stop)
    {
        bool found = Files.TryGetValue(request[1].Split('?')[0].TrimStart('/'), out (byte[] Content, string? Tag) file);
        int status = Status(Requests.Count) ?? (
            !found ? 404 : headers.TryGetValue("If-Match", out string? wanted) && wanted != file.Tag ? 412 : 200);
        ReadOnlyMemory<byte> body = status == 200 ? file.Content : default;
        string extra = string.Empty;
        if (status == 200 && OffersRanges && headers.TryGetValue("Range", out string? range))
        {
            int[] ends = [.. range["bytes=".Length..].Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
            body = body[ends[0]..(ends[1] + 1)];
            (status, extra) = (206, $"Content-Range: bytes {ends[0]}-{ends[1]}/{file.Content.Length}\r\n");
        }

        string head =
            $"HTTP/1.1 {status} X\r\nContent-Length: " +
            $"{body.Length}\r\n{extra}{(file.Tag is null ? string.Empty : $"ETag: {file.Tag}\r\n")}" +
            $"{(OffersRanges ? "Accept-Ranges: bytes\r\n" : string.Empty)}{ExtraHeaders}\r\n";
        stream.Write(Encoding.ASCII.GetBytes(head));
        const int Piece = 64 * 1024;
        for (int at = 0; request[0] == "GET" && at < body.Length && !stop.IsCancellationRequested; at += Piece)
        {
            int count = Math.Min(Piece, body.Length - at);
            Sending(count, stop);
            stream.Write(body.Span.Slice(at, count));
        }
    }
}
