namespace ServerlessInference.Models.Store;

/// <summary>What is still to be written.</summary>
/// <param name="Bytes">How many bytes the disk must have room for.</param>
/// <param name="Growth">How much longer the files become: less, where a half-finished download has holes, which the store's size counts already.</param>
internal readonly record struct SpaceNeed(long Bytes, long Growth)
{
    public static SpaceNeed operator +(SpaceNeed left, SpaceNeed right) => new(left.Bytes + right.Bytes, left.Growth + right.Growth);

    /// <summary>Files that are not there yet.</summary>
    public static SpaceNeed Of(long bytes) => new(bytes, bytes);
}
