using System.Formats.Tar;
using System.IO.Compression;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ServerlessInference.TransferBenchmark;

/// <summary>What is transferred: a model of random bytes, and the same in an archive of compressed numbers, as weights are.</summary>
internal static class Objects
{
    public const string Model = "model.onnx", Archive = "model.tar.gz";

    public static AmazonS3Client Client() => new(
        new BasicAWSCredentials(Variable("ACCESS_KEY"), Variable("SECRET_KEY")),
        new AmazonS3Config
        {
            ServiceURL = Variable("ENDPOINT"),
            ForcePathStyle = true,
            AuthenticationRegion = Variable("REGION"),
            UseHttp = true,
        });

    public static async Task PrepareAsync(string bucket, int megabytes, string folder)
    {
        using AmazonS3Client client = Client();
        await client.PutBucketAsync(bucket);
        byte[] model = new byte[megabytes * 1_000_000];
        new Random(1).NextBytes(model);
        await client.PutObjectAsync(new PutObjectRequest { BucketName = bucket, Key = Model, InputStream = new MemoryStream(model) });

        // The high bytes of weights are alike: of four bytes one compresses.
        for (int i = 3; i < model.Length; i += 4)
        {
            model[i] = 0x3C;
        }

        Directory.CreateDirectory(folder);
        await using FileStream file = File.Create(Path.Combine(folder, Archive));
        await using (var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
        await using (var tar = new TarWriter(gzip))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, Model) { DataStream = new MemoryStream(model) });
        }

        Console.WriteLine($"The archive has {file.Length / 1e6:0} MB.");
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable("SERVERLESS_INFERENCE_S3_" + name)
        ?? throw new InvalidOperationException($"SERVERLESS_INFERENCE_S3_{name} is not set; run benchmarks/transfer.sh.");
}
