// A function as bare as can be: it creates a session, runs it once on zeros, and answers every event with the sum of the scores of
// another run, over a socket with the least HTTP that the Runtime API takes. args: the model.
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.ML.OnnxRuntime;

using var options = new SessionOptions();
options.IntraOpNumThreads = 1;
options.InterOpNumThreads = 1;
options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
using var session = new InferenceSession(args[0], options);
string input = session.InputNames[0];
long[] shape = [.. session.InputMetadata[input].Dimensions.Select(axis => axis < 0 ? 1L : axis)];
float[] zeros = new float[shape.Aggregate(1L, (product, axis) => product * axis)];
Run();

string api = Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API") ?? throw new InvalidOperationException(
    "AWS_LAMBDA_RUNTIME_API is not set.");
string[] address = api.Split(':');
using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
socket.Connect(address[0], int.Parse(address[1], CultureInfo.InvariantCulture));
byte[] buffer = new byte[8 * 1024 * 1024];
byte[] next = Encoding.ASCII.GetBytes($"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {api}\r\n\r\n");
while (true)
{
    socket.Send(next);
    string head = Receive();
    string body = Run().ToString(CultureInfo.InvariantCulture);
    socket.Send(Encoding.ASCII.GetBytes(
        $"POST /2018-06-01/runtime/invocation/{Header(head, "lambda-runtime-aws-request-id:")}/response HTTP/1.1\r\nHost: " +
        $"{api}\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
    Receive();
}

float Run()
{
    using var run = new RunOptions();
    using OrtValue value = OrtValue.CreateTensorValueFromMemory(zeros, shape);
    using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [input], [value], session.OutputNames);
    float sum = 0;
    foreach (float score in outputs[0].GetTensorDataAsSpan<float>())
    {
        sum += score;
    }

    return sum;
}

// Reads one answer whole and returns its head.
string Receive()
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

    return head;
}

static string Header(string head, string name)
{
    int start = head.IndexOf(name, StringComparison.OrdinalIgnoreCase) + name.Length;
    int end = head.IndexOf('\r', start);
    return head[start..(end < 0 ? head.Length : end)].Trim();
}
