namespace ServerlessInference;

/// <summary>Which model gave a result: every result and every log record carries it.</summary>
/// <param name="Name">The name under which the model is registered.</param>
/// <param name="Version">The version that the source gives: an ETag, a content hash, or a digest of sizes and times.</param>
/// <param name="Source">The source that served it, such as <c>layer:/opt/resnet50</c>.</param>
public sealed record ModelIdentity(string Name, string Version, string Source)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Version} from {Source})";
}
