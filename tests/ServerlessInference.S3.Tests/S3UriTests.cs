namespace ServerlessInference.S3.Tests;

public sealed class S3UriTests
{
    [Theory]
    [InlineData("s3://bucket/a/b.onnx", "bucket", "a/b.onnx", null, "", false)]
    [InlineData("s3://bucket/a%23b", "bucket", "a#b", null, "", false)]
    [InlineData("s3://bucket/a/", "bucket", "a/", null, "", true)]
    [InlineData("s3://bucket", "bucket", "", null, "", true)]
    [InlineData("s3://bucket/a?versionId=x%2Fy#sha256=00", "bucket", "a", "x/y", "sha256=00", false)]
    [InlineData(
        "s3://arn:aws:s3:eu-central-1:1:accesspoint/name/a/b", "arn:aws:s3:eu-central-1:1:accesspoint/name", "a/b", null, "", false)]
    public void Parse_Uri_HasItsParts(string uri, string bucket, string key, string? version, string fragment, bool folder)
    {
        S3Uri parsed = S3Uri.Parse(uri);

        Assert.Equal(
            (bucket, key, version, fragment, folder), (parsed.Bucket, parsed.Key, parsed.VersionId, parsed.Fragment, parsed.IsFolder));
    }

    [Theory]
    [InlineData("https://bucket/a", "is not an S3 URI")]
    [InlineData("s3:///a", "has no bucket")]
    [InlineData("s3://bucket/a?version=1", "only ?versionId=")]
    [InlineData("s3://bucket/a/?versionId=1", "a version of a folder")]
    public void Parse_InvalidUri_SaysWhy(string uri, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => S3Uri.Parse(uri)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("s3:/user:secret@bucket/a")]
    [InlineData("https://bucket.s3.amazonaws.com/a?X-Amz-Signature=secret")]
    [InlineData("s3://bucket/a?X-Amz-Signature=secret")]
    [InlineData("s3://bucket/a/?versionId=secret")]
    public void Parse_InvalidUri_DoesNotShowSecrets(string uri) =>
        Assert.DoesNotContain("secret", Assert.Throws<ArgumentException>(() => S3Uri.Parse(uri)).Message, StringComparison.Ordinal);
}
