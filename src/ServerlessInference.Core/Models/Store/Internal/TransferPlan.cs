namespace ServerlessInference.Models.Store;

/// <summary>Identifies what is being downloaded. Another process resumes the download only if its own plan is equal.</summary>
/// <param name="Location">The object.</param>
/// <param name="Version">The version of the object.</param>
/// <param name="Length">The size of the object in bytes.</param>
/// <param name="BlockSize">The number of bytes per block in the progress file.</param>
internal sealed record TransferPlan(string Location, string Version, long Length, int BlockSize);
