using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Tests.Runtime;

/// <summary>Lambda's side of the Runtime API on a real socket, with the correct and incorrect behaviour that a test needs.</summary>
internal sealed class FakeRuntimeApi : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Event> _events = Channel.CreateUnbounded<Event>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Post>> _posts = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;
    private int _count;

    public FakeRuntimeApi()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public int Connections => _connections.Count;

    /// <summary>Gets the request to init/error.</summary>
    public TaskCompletionSource<Post> InitError { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the request to restore/error.</summary>
    public TaskCompletionSource<Post> RestoreError { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets a task that ends with GET restore/next.</summary>
    public TaskCompletionSource SnapshotTaken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets the source that a test completes to restore the snapshot.</summary>
    public TaskCompletionSource Restored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets or sets a value indicating whether the connection that waited for the restore is closed after it.</summary>
    public bool DropsConnectionsAfterRestore { get; set; }

    /// <summary>Gets a task that ends with the first GET invocation/next.</summary>
    public TaskCompletionSource FirstNext { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets or sets the function that returns the status for a response, by the length of its body.</summary>
    public Func<int, int> StatusOfResponse { get; set; } = _ => 202;

    public LambdaEnvironment Environment(int concurrency = 1, string type = "on-demand") => new()
    {
        RuntimeApi = Address, FunctionName = "test", MemorySize = 1769, MaxConcurrency = concurrency, InitializationType = type,
    };

    /// <summary>Queues an event, and returns the request that the function posts for it.</summary>
    public Task<Post> SendAsync(string payload, Action<Event>? configure = null)
    {
        var @event = new Event(
            string.Create(CultureInfo.InvariantCulture, $"request-{Interlocked.Increment(ref _count)}"), Encoding.UTF8.GetBytes(payload));
        configure?.Invoke(@event);
        var posted = new TaskCompletionSource<Post>(TaskCreationOptions.RunContinuationsAsynchronously);
        _posts[@event.Id] = posted;
        _events.Writer.TryWrite(@event);
        return posted.Task.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _connections.Add(Task.Run(() => ServeAsync(client)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // The test has ended.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                using NetworkStream stream = client.GetStream();
                while (await ServeOneAsync(stream))
                {
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // The function or the test has ended.
            }
        }
    }

    private async Task<bool> ServeOneAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return false;
            }

            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n");
        string path = lines[0].Split(' ')[1];
        if (lines[0].StartsWith("GET", StringComparison.Ordinal))
        {
            if (path.EndsWith("/restore/next", StringComparison.Ordinal))
            {
                SnapshotTaken.TrySetResult();
                await Restored.Task.WaitAsync(_stop.Token);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _stop.Token);
                return !DropsConnectionsAfterRestore;
            }

            FirstNext.TrySetResult();
            Event @event = await _events.Reader.ReadAsync(_stop.Token);
            return await @event.WriteAsync(stream, retry => _events.Writer.TryWrite(retry));
        }

        byte[] body = new byte[int.Parse(Header(lines, "Content-Length")!, CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stop.Token);
        int status = path.EndsWith("/response", StringComparison.Ordinal) ? StatusOfResponse(body.Length) : 202;
        var post = new Post(
            path, Encoding.UTF8.GetString(body), Header(lines, "Lambda-Runtime-Function-Error-Type"), Header(lines, "Content-Type"));
        if (path.EndsWith("/init/error", StringComparison.Ordinal))
        {
            InitError.TrySetResult(post);
        }
        else if (path.EndsWith("/restore/error", StringComparison.Ordinal))
        {
            RestoreError.TrySetResult(post);
        }
        else if (status == 202)
        {
            _posts[path.Split('/')[^2]].TrySetResult(post);
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{{\"status\":\"OK\"}}"), _stop.Token);
        return true;
    }

    private static string? Header(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    /// <summary>A request that a function posted.</summary>
    public sealed record Post(string Path, string Body, string? ErrorType, string? ContentType)
    {
        public bool IsResponse => Path.EndsWith("/response", StringComparison.Ordinal);
    }

    /// <summary>An event and how it is delivered.</summary>
    public sealed class Event(string id, byte[] payload)
    {
        private bool _dropped;

        public string Id => id;

        public long DeadlineMs { get; set; } = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

        public Dictionary<string, string> Headers { get; } = [];

        /// <summary>Gets or sets how many times the request for the event is answered with an error of the server first.</summary>
        public int ServerErrors { get; set; }

        /// <summary>Gets or sets the length of chunks; 0 for a Content-Length.</summary>
        public int ChunkSize { get; set; }

        /// <summary>Gets or sets a value indicating whether the bytes are sent one by one.</summary>
        public bool Trickle { get; set; }

        /// <summary>Gets or sets a value indicating whether the server closes the connection after the event.</summary>
        public bool Close { get; set; }

        /// <summary>
        /// Gets or sets the number of bytes of the first delivery after which the connection is closed; -1 if it is not closed.
        /// </summary>
        public int DropAfter { get; set; } = -1;

        public async Task<bool> WriteAsync(NetworkStream stream, Action<Event> retry)
        {
            if (ServerErrors-- > 0)
            {
                retry(this);
                await stream.WriteAsync("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                return true;
            }

            var head = new StringBuilder("HTTP/1.1 200 OK\r\n")
                .Append(
                    CultureInfo.InvariantCulture, $"lambda-runtime-aws-request-id: {id}\r\nLambda-Runtime-Deadline-Ms: {DeadlineMs}\r\n")
                .Append("Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:test\r\n");
            foreach ((string name, string value) in Headers)
            {
                head.Append(name).Append(": ").Append(value).Append("\r\n");
            }

            if (Close)
            {
                head.Append("Connection: close\r\n");
            }

            var bytes = new List<byte>();
            if (ChunkSize > 0)
            {
                bytes.AddRange(Encoding.ASCII.GetBytes(head.Append("Transfer-Encoding: chunked\r\n\r\n").ToString()));
                foreach (byte[] chunk in payload.Chunk(ChunkSize))
                {
                    bytes.AddRange(Encoding.ASCII.GetBytes($"{chunk.Length:x};extension=1\r\n"));
                    bytes.AddRange(chunk);
                    bytes.AddRange("\r\n"u8);
                }

                bytes.AddRange("0\r\nTrailer: 1\r\n\r\n"u8);
            }
            else
            {
                bytes.AddRange(
                    Encoding.ASCII.GetBytes(
                        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {payload.Length}\r\n\r\n").ToString()));
                bytes.AddRange(payload);
            }

            if (DropAfter >= 0 && !_dropped)
            {
                _dropped = true;
                await stream.WriteAsync(bytes.ToArray().AsMemory(0, Math.Min(DropAfter, bytes.Count - 5)));
                retry(this);
                return false;
            }

            foreach (byte[] piece in bytes.Chunk(Trickle ? 1 : 1 << 20))
            {
                await stream.WriteAsync(piece);
            }

            return !Close;
        }
    }
}
