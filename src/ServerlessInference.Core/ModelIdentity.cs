namespace ServerlessInference;

/// <summary>Identifies the model that gave a result: its name, version and source. Every result carries it.</summary>
/// <param name="Name">The name under which the model is registered.</param>
/// <param name="Version">The version reported by the source: an ETag, a content hash, or a digest of file sizes and times.</param>
/// <param name="Source">The source that provided the model, such as <c>layer:/opt/resnet50</c>.</param>
public sealed record ModelIdentity(string Name, string Version, string Source)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Version} from {Source})";
}
