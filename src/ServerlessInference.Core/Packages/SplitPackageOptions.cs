namespace ServerlessInference.Packages;

/// <summary>Specifies the manifest of a split package, and how its archives are fetched.</summary>
/// <remarks>
/// Read from the configuration section <c>ServerlessInference:SplitPackage</c> first (environment:
/// <c>ServerlessInference__SplitPackage__Manifest</c>). Code that sets options runs afterwards and wins.
/// </remarks>
public sealed class SplitPackageOptions
{
    internal const string Section = "ServerlessInference:SplitPackage";

    /// <summary>Gets or sets the location of the manifest.</summary>
    /// <value>
    /// A path, or the URI of any model source, such as <c>s3://bucket/split-package.json#sha256=…</c>. <see langword="null"/>, the default,
    /// is <c>split-package.json</c> next to the program; if that file does not exist, there is no split package and everything is expected
    /// next to the program.
    /// </value>
    public string? Manifest { get; set; }

    /// <summary>Gets or sets the base of the relative URIs in the manifest.</summary>
    /// <value>
    /// A directory, or a URI such as <c>s3://bucket/prefix/</c>; <see langword="null"/>, the default, is the location of the manifest.
    /// </value>
    public string? BaseUri { get; set; }

    /// <summary>Gets or sets how many archives are fetched in parallel.</summary>
    /// <value>
    /// 1 to 16. The default is 2: one archive saturates the network by itself, so more archives only use more processors for decompression,
    /// with 24 MiB of buffers each.
    /// </value>
    public int Parallelism { get; set; } = 2;
}
