using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ServerlessInference.S3.Tests;

/// <summary>The real S3 server that the test command starts, with a separate bucket for this run.</summary>
public sealed class S3Server : IAsyncLifetime
{
    private readonly string? _endpoint = Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_S3_ENDPOINT");

    private readonly Dictionary<string, Task> _put = [];

    public string Bucket { get; } = "models-" + Guid.NewGuid().ToString("N")[..12];

    public Uri Endpoint => new(_endpoint!);

    /// <summary>Gets the keys and the region of the server.</summary>
    public static string AccessKey => Variable("ACCESS_KEY");

    public static string SecretKey => Variable("SECRET_KEY");

    public static string Region => Variable("REGION");

    /// <summary>Gets the environment variables with which a function finds the server.</summary>
    public Dictionary<string, string?> Variables() => new()
    {
        ["AWS_ACCESS_KEY_ID"] = AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
        ["AWS_REGION"] = Region,
        ["ServerlessInference__S3__Endpoint"] = _endpoint,
        ["ServerlessInference__S3__ForcePathStyle"] = "true",
    };

    public static byte[] Bytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public void Require() => Assert.SkipWhen(
        string.IsNullOrEmpty(_endpoint), "SERVERLESS_INFERENCE_S3_ENDPOINT names no S3 server; eng/test.sh starts one");

    public AmazonS3Client Client(string? endpoint = null) => new(
        new BasicAWSCredentials(Variable("ACCESS_KEY"), Variable("SECRET_KEY")),
        new AmazonS3Config
        {
            ServiceURL = endpoint ?? _endpoint,
            ForcePathStyle = true,
            AuthenticationRegion = Variable("REGION"),
            MaxErrorRetry = 0,
        });

    public async Task PutAsync(string key, byte[] content, string? coding = null)
    {
        using AmazonS3Client client = Client();
        var request = new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = new MemoryStream(content) };
        if (coding is not null)
        {
            request.Headers.ContentEncoding = coding;
        }

        await client.PutObjectAsync(request);
    }

    /// <summary>Uploads an object that is the same in all tests of a class.</summary>
    public Task PutOnceAsync(string key, Func<byte[]> content)
    {
        lock (_put)
        {
            return _put.TryGetValue(key, out Task? put) ? put : _put[key] = PutAsync(key, content());
        }
    }

    public async Task PutFileAsync(string key, string path)
    {
        using AmazonS3Client client = Client();
        await client.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = key, FilePath = path });
    }

    public async ValueTask InitializeAsync()
    {
        if (!string.IsNullOrEmpty(_endpoint))
        {
            using AmazonS3Client client = Client();
            await client.PutBucketAsync(Bucket);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Variable(string name) => Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_S3_" + name) ?? string.Empty;
}
