using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Win32.SafeHandles;
using ServerlessInference.Models;
using ServerlessInference.Models.Http;
using ServerlessInference.Models.Transfer;
using ServerlessInference.S3;

namespace ServerlessInference.TransferBenchmark;

/// <summary>Contenders that take turns. Every time is that of one transfer in a process that is warm, curl's its own total.</summary>
internal sealed class Contest(string bucket, Uri archiveUri, string folder)
{
    private readonly AmazonS3Client _client = Objects.Client();
    private long _modelLength;

    public async Task RunAsync(string name, int rounds)
    {
        _modelLength = (await _client.GetObjectMetadataAsync(bucket, Objects.Model)).ContentLength;
        Directory.CreateDirectory(folder);
        string archive = Path.Combine(folder, "local", Objects.Archive);
        Directory.CreateDirectory(Path.GetDirectoryName(archive)!);
        using var http = new HttpClient();
        string sha256 = await KeepAsync(await http.GetStreamAsync(archiveUri), archive);
        using GetObjectResponse model = await _client.GetObjectAsync(bucket, Objects.Model);
        string modelSha256 = await KeepAsync(model.ResponseStream, Path.Combine(folder, "reference"));
        var contenders = new (string Name, Func<Task<double>> Run)[]
        {
            ("curl", CurlAsync),
            ("SDK, 1 plain read", () => SdkAsync(1)),
            ("SDK, 8 plain ranged reads", () => SdkAsync(8)),
            ("the library: download, SHA-256, publish", () => LibraryAsync(S3($"{Objects.Model}#sha256={modelSha256}"))),
            ("the archive: download, SHA-256, publish", () => LibraryAsync(Http(sha256, ArchiveKind.None))),
            (
                "the archive: extraction from the disk, SHA-256, publish",
                () => LibraryAsync(new RemoteModelSource(Local(archive, sha256), new RemoteModelOptions { Sha256 = sha256 }, Store()))),
            ("the archive: extraction while it arrives, SHA-256, publish", () => LibraryAsync(Http(sha256, ArchiveKind.ByName))),
        };
        var times = contenders.Select(_ => new List<double>()).ToArray();
        for (int round = 0; round <= rounds; round++)
        {
            for (int i = 0; i < contenders.Length; i++)
            {
                double seconds = await contenders[i].Run();
                if (round > 0)
                {
                    times[i].Add(seconds); // the first round warms up
                }
            }
        }

        double[] medians = [.. times.Select(Median)];
        Console.WriteLine($"\n{name}, {_modelLength / 1e6:0} MB, medians of {rounds} rounds in turns\n");
        Console.WriteLine("| what | seconds | MB/s |\n|---|---|---|");
        for (int i = 0; i < contenders.Length; i++)
        {
            long length = i < 4 ? _modelLength : new FileInfo(archive).Length;
            Console.WriteLine($"| {contenders[i].Name} | {medians[i]:0.00} | {length / 1e6 / medians[i]:0} |");
        }

        Console.WriteLine("\n| ratio (median of the rounds' own ratios) | |\n|---|---|");
        Console.WriteLine(
            $"| speed of the library to curl's | {RatioOf(times, rounds, round => times[0][round] / times[3][round]):0.00} |");
        Console.WriteLine(
            $"| speed of the library to the better of 1 and 8 reads by the SDK | " +
            $"{RatioOf(times, rounds, round => Math.Min(times[1][round], times[2][round]) / times[3][round]):0.00} |");
        Console.WriteLine(
            $"| time of extraction while it arrives to the slower of download and extraction alone | " +
            $"{RatioOf(times, rounds, round => times[6][round] / Math.Max(times[4][round], times[5][round])):0.00} |");
    }

    private static double RatioOf(List<double>[] times, int rounds, Func<int, double> ratio) =>
        Median([.. Enumerable.Range(0, rounds).Select(ratio)]);

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private S3ModelSource S3(string key) => new(_client, S3Uri.Parse($"s3://{bucket}/{key}"), null, Store());

    private RemoteModelSource Http(string sha256, ArchiveKind kind) =>
        new(new HttpModel(archiveUri), new RemoteModelOptions { Sha256 = sha256, Archive = kind }, Store());

    private ModelStoreOptions Store() => new() { Root = Path.Combine(folder, "store-" + Guid.NewGuid().ToString("N")) };

    private static FileModel Local(string archive, string sha256) =>
        new(archive, "file", new RemoteModelOptions { Sha256 = sha256, Archive = ArchiveKind.ByName });

    private async Task<double> LibraryAsync(IModelSource source)
    {
        long start = Stopwatch.GetTimestamp();
        using (await source.LoadAsync())
        {
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            foreach (string store in Directory.EnumerateDirectories(folder, "store-*"))
            {
                Directory.Delete(store, recursive: true);
            }

            return seconds;
        }
    }

    private async Task<double> SdkAsync(int ranges)
    {
        string path = Path.Combine(folder, "sdk");
        long start = Stopwatch.GetTimestamp();
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            long each = (_modelLength + ranges - 1) / ranges;
            await Task.WhenAll(
                Enumerable
                    .Range(0, ranges)
                    .Select(i => Task.Run(() => ReadAsync(file, i * each, Math.Min(_modelLength, (i + 1) * each) - 1))));
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        File.Delete(path);
        return seconds;
    }

    private async Task ReadAsync(SafeFileHandle file, long from, long to)
    {
        using GetObjectResponse response = await _client.GetObjectAsync(
            new GetObjectRequest { BucketName = bucket, Key = Objects.Model, ByteRange = new ByteRange(from, to) });
        byte[] buffer = new byte[256 * 1024];
        while (await response.ResponseStream.ReadAsync(buffer) is var read and > 0)
        {
            RandomAccess.Write(file, buffer.AsSpan(0, read), from);
            from += read;
        }
    }

    private async Task<double> CurlAsync()
    {
        string path = Path.Combine(folder, "curl");
        string address = await _client.GetPreSignedURLAsync(
            new GetPreSignedUrlRequest
            {
                BucketName = bucket,
                Key = Objects.Model,
                Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1),
                Protocol = Protocol.HTTP,
            });
        using Process curl = Process.Start(
            new ProcessStartInfo("curl", ["-sS", "--fail", "-o", path, "-w", "%{time_total}", address]) { RedirectStandardOutput = true })!;
        string seconds = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        if (curl.ExitCode != 0 || new FileInfo(path).Length != _modelLength)
        {
            throw new IOException(
                $"curl brought {(File.Exists(path) ? new FileInfo(path).Length : 0):N0} bytes and exit code {curl.ExitCode}.");
        }

        File.Delete(path);
        return double.Parse(seconds, CultureInfo.InvariantCulture);
    }

    private static async Task<string> KeepAsync(Stream content, string path)
    {
        await using (FileStream file = File.Create(path))
        {
            await content.CopyToAsync(file);
        }

        await using FileStream written = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(written));
    }
}
