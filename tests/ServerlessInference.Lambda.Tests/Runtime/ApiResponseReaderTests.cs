using System.Text;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Lambda.Runtime;

namespace ServerlessInference.Lambda.Tests.Runtime;

public sealed class ApiResponseReaderTests
{
    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 200, "{}")]
    [InlineData(
        "HTTP/1.1 102 Processing\r\nX: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 202 Accepted\r\ntransfer-encoding: " +
        "Chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        202,
        "{}")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n\r\n", 204, "")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304, "")]
    [InlineData("HTTP/1.1 202 \r\nCONTENT-LENGTH:\t 1 \t\r\n\r\nx", 202, "x")]
    [InlineData("HTTP/1.1 202\r\nContent-Length: 0\r\n\r\n", 202, "")]
    public void Received_Answer_IsCompleteWithItsLastByte(string answer, int status, string body)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(answer);
        foreach (int piece in new[] { 1, 3, bytes.Length })
        {
            var reader = new ApiResponseReader(maxRetainedPayload: 0);
            reader.Begin();
            bool complete = false;
            for (int at = 0; at < bytes.Length;)
            {
                Assert.False(complete);
                int count = Math.Min(Math.Min(piece, bytes.Length - at), reader.Space.Length);
                bytes.AsSpan(at, count).CopyTo(reader.Space.Span);
                complete = reader.Received(count);
                at += count;
            }

            Assert.True(complete);
            Assert.Equal((status, body), (reader.Response.Status, Encoding.ASCII.GetString(reader.Body.Span)));
        }
    }

    [Theory]
    [InlineData("HTTP/2 200 OK\r\n\r\n", "status line")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "not a number")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 67108865\r\n\r\n", "longer than")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", "chunk of more than")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", "chunk without a size")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", "longer than its announced size")]
    public void Received_InvalidResponse_Throws(string answer, string expected)
    {
        var reader = new ApiResponseReader(maxRetainedPayload: 0);
        reader.Begin();

        var exception = Assert.Throws<RuntimeApiException>(() => Feed(reader, answer));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Received_LargeHeaders_AreReadUpToALimit()
    {
        var reader = new ApiResponseReader(maxRetainedPayload: 0);
        reader.Begin();
        Assert.True(
            Feed(
                reader,
                $"HTTP/1.1 200 OK\r\nX: {new string('x', 60_000)}\r\nLambda-Runtime-Aws-Request-Id: 1\r\nContent-Length: 1\r\n\r\n!"));
        Assert.Equal("1", reader.Response.RequestId);
        reader.Begin();

        Assert.Throws<RuntimeApiException>(() => Feed(reader, $"HTTP/1.1 200 OK\r\nX: {new string('x', 200_000)}"));
    }

    private static bool Feed(ApiResponseReader reader, string answer)
    {
        ReadOnlySpan<byte> left = Encoding.ASCII.GetBytes(answer);
        bool complete = false;
        while (!left.IsEmpty)
        {
            int count = Math.Min(left.Length, reader.Space.Length);
            left[..count].CopyTo(reader.Space.Span);
            complete = reader.Received(count);
            left = left[count..];
        }

        return complete;
    }
}
