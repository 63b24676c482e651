namespace ServerlessInference.Models.Transfer;

/// <summary>Reports that some bytes of a model have been downloaded.</summary>
/// <param name="Location">The object that the bytes belong to.</param>
/// <param name="Bytes">The number of bytes.</param>
/// <param name="Total">
/// The size of all objects of the model in bytes. A resumed download reports fewer bytes than this, because it skips what an earlier
/// process has downloaded.
/// </param>
public readonly record struct TransferProgress(string Location, long Bytes, long Total);
