// A function as bare as can be: it answers every event with itself, over a socket with the least HTTP that the Runtime API takes.
using System.Globalization;
using System.Net.Sockets;
using System.Text;

string api = Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API") ?? throw new InvalidOperationException(
    "AWS_LAMBDA_RUNTIME_API is not set.");
string[] address = api.Split(':');
using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
socket.Connect(address[0], int.Parse(address[1], CultureInfo.InvariantCulture));
byte[] buffer = new byte[64 * 1024];
byte[] next = Encoding.ASCII.GetBytes($"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {api}\r\n\r\n");
while (true)
{
    socket.Send(next);
    (string head, string body) = Receive();
    socket.Send(Encoding.UTF8.GetBytes(
        $"POST /2018-06-01/runtime/invocation/{Header(head, "lambda-runtime-aws-request-id:")}/response HTTP/1.1\r\nHost: " +
        $"{api}\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    Receive();
}

// Reads one answer whole.
(string Head, string Body) Receive()
{
    int length = 0, end;
    do
    {
        length += socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
        end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
    }
    while (end < 0);
    string head = Encoding.ASCII.GetString(buffer, 0, end);
    int whole = end + 4 + int.Parse(Header(head, "content-length:"), CultureInfo.InvariantCulture);
    while (length < whole)
    {
        length += socket.Receive(buffer, length, buffer.Length - length, SocketFlags.None);
    }

    return (head, Encoding.ASCII.GetString(buffer, end + 4, whole - end - 4));
}

static string Header(string head, string name)
{
    int start = head.IndexOf(name, StringComparison.OrdinalIgnoreCase) + name.Length;
    int end = head.IndexOf('\r', start);
    return head[start..(end < 0 ? head.Length : end)].Trim();
}
