namespace ServerlessInference.Models.Store;

/// <summary>What a half-finished download was of. The next process resumes it only where this agrees.</summary>
/// <param name="Location">The object.</param>
/// <param name="Version">Its version.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="BlockSize">How many bytes each mark of the progress file stands for.</param>
internal sealed record TransferPlan(string Location, string Version, long Length, int BlockSize);
