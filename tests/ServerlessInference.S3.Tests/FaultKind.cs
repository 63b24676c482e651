namespace ServerlessInference.S3.Tests;

/// <summary>The fault of a connection.</summary>
internal enum FaultKind
{
    None,
    Unavailable,
    Reset,
    Truncate,
    Stall,
    FlipBit,
    FlipBits,
}
