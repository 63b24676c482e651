namespace ServerlessInference.S3.Tests;

/// <summary>What goes wrong on a connection.</summary>
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
