namespace ServerlessInference.Packages;

/// <summary>Where a split package is described, and how it is fetched.</summary>
/// <remarks>
/// Read from the configuration section <c>ServerlessInference:SplitPackage</c> (environment: <c>ServerlessInference__SplitPackage__Manifest</c>),
/// then set by code, which has the last word.
/// </remarks>
public sealed class SplitPackageOptions
{
    internal const string Section = "ServerlessInference:SplitPackage";

    /// <summary>Gets or sets where the manifest is.</summary>
    /// <value>
    /// A path, or the URI of any model source, such as <c>s3://bucket/split-package.json#sha256=…</c>. <see langword="null"/>, the default, is
    /// <c>split-package.json</c> beside the program; where there is none, nothing travels and everything is expected beside the program.
    /// </value>
    public string? Manifest { get; set; }

    /// <summary>Gets or sets what archives lie below whose URI in the manifest is relative.</summary>
    /// <value>A folder or a URI such as <c>s3://bucket/prefix/</c>; <see langword="null"/>, the default, is where the manifest lies.</value>
    public string? BaseUri { get; set; }

    /// <summary>Gets or sets how many archives are fetched at once.</summary>
    /// <value>1 to 16. The default is 2: one archive fills the link by itself, so more only use further processors for decompression, with 24 MiB of buffers each.</value>
    public int Parallelism { get; set; } = 2;
}
