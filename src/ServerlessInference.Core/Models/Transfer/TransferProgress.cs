namespace ServerlessInference.Models.Transfer;

/// <summary>How far the fetching of a model has come.</summary>
/// <param name="Location">The object that a piece came of.</param>
/// <param name="Bytes">How many bytes this piece has.</param>
/// <param name="Total">How many bytes all objects of the model have together. What an earlier process fetched does not come again.</param>
public readonly record struct TransferProgress(string Location, long Bytes, long Total);
