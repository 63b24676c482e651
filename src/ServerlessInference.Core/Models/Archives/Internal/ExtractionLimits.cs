namespace ServerlessInference.Models.Archives;

/// <summary>What may be extracted from an archive.</summary>
/// <param name="Entry">The only entry to extract; <see langword="null"/> to extract all.</param>
/// <param name="MaxBytes">The maximum size of the extracted files together, in bytes.</param>
/// <param name="MaxFiles">The maximum number of files.</param>
internal sealed record ExtractionLimits(string? Entry, long MaxBytes, int MaxFiles);
