namespace ServerlessInference.Models.Store;

/// <summary>The space that files still need.</summary>
/// <param name="Bytes">The bytes that will be written, which the disk must have space for.</param>
/// <param name="Growth">
/// By how much the files become longer. This is less than <paramref name="Bytes"/> for a download that is resumed: its file has holes,
/// which the size of the store includes already.
/// </param>
internal readonly record struct SpaceNeed(long Bytes, long Growth)
{
    public static SpaceNeed operator +(SpaceNeed left, SpaceNeed right) => new(left.Bytes + right.Bytes, left.Growth + right.Growth);

    /// <summary>Gets the space that files need which do not exist yet.</summary>
    public static SpaceNeed ForNewFiles(long bytes) => new(bytes, bytes);
}
