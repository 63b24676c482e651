using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using ServerlessInference.Benchmarks.ParameterStore;

// Reads the parameter args[0]; with a second argument asks S3 for the object that its value names, as a function does next. Prints the
// value, the milliseconds and bytes that reading it took, and those of all until S3 had answered.
long start = Stopwatch.GetTimestamp();
long before = GC.GetTotalAllocatedBytes(precise: true);
string value = await ParameterReader.ReadAsync(args[0]);
Report();
if (args.Length > 1)
{
    var config = new AmazonS3Config
    {
        ServiceURL = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_S3"),
        AuthenticationRegion = Environment.GetEnvironmentVariable("AWS_REGION"),
        ForcePathStyle = true,
    };
    using var s3 = new AmazonS3Client(new EnvironmentVariablesAWSCredentials(), config);
    var uri = new Uri(value);
    await s3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = uri.Host, Key = uri.AbsolutePath.TrimStart('/') });
    Report();
}

void Report() => Console.WriteLine(FormattableString.Invariant(
    $"{value} {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.000} {GC.GetTotalAllocatedBytes(precise: true) - before}"));
