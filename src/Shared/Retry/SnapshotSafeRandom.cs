using System.Security.Cryptography;

namespace ServerlessInference.Shared;

/// <summary>Random numbers that differ between copies of one memory snapshot.</summary>
/// <remarks>
/// AWS Lambda SnapStart resumes many environments from one snapshot. Copies of a seeded generator such as <see cref="Random.Shared"/> would
/// give all of them the same numbers, so jitter would not spread anything. The operating system's generator is reseeded after a restore.
/// </remarks>
internal static class SnapshotSafeRandom
{
    /// <summary>Gets a random number from 0 to 1.</summary>
    public static double NextFraction() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;
}
