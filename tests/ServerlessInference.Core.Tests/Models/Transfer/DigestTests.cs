using ServerlessInference.Models.Transfer;

namespace ServerlessInference.Tests.Models.Transfer;

public sealed class DigestTests
{
    // Sources: the check values in the "Catalogue of parametrised CRC algorithms", and the output of sha256sum and md5sum.
    [Theory]
    [InlineData(DigestAlgorithm.Crc32, "crc32:cbf43926")]
    [InlineData(DigestAlgorithm.Crc32C, "crc32c:e3069283")]
    [InlineData(DigestAlgorithm.Crc64Nvme, "crc64nvme:ae8b14860a799888")]
    [InlineData(DigestAlgorithm.Md5, "md5:25f9e794323b453885f5181f1b624d0b")]
    [InlineData(DigestAlgorithm.Sha256, "sha256:15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225")]
    public void Finish_DigitsOneToNine_EqualsCheckValue(DigestAlgorithm algorithm, string expected)
    {
        using var digest = new IncrementalDigest(algorithm);
        digest.Append("1234"u8);
        digest.Append("56789"u8);

        Assert.Equal(expected, digest.Finish().ToString());
    }

    [Theory]
    [InlineData(DigestAlgorithm.Crc32)]
    [InlineData(DigestAlgorithm.Crc64Nvme)]
    public void Append_InPieces_EqualsAppendAtOnce(DigestAlgorithm algorithm)
    {
        byte[] bytes = TemporaryStore.Bytes(1001);
        using var whole = new IncrementalDigest(algorithm);
        using var pieces = new IncrementalDigest(algorithm);
        whole.Append(bytes);
        for (int i = 0; i < bytes.Length; i += 7)
        {
            pieces.Append(bytes.AsSpan(i, Math.Min(7, bytes.Length - i)));
        }

        Assert.Equal(whole.Finish(), pieces.Finish());
    }

    [Theory]
    [InlineData("y/Q5Jg==", true)]
    [InlineData("y/Q5Jg==-3", false)]
    [InlineData("y/Q5", false)]
    [InlineData(null, false)]
    public void TryFromBase64_Crc32_AcceptsOnlyFullObjectChecksums(string? base64, bool expected)
    {
        Assert.Equal(expected, ContentDigest.TryFromBase64(DigestAlgorithm.Crc32, base64, out ContentDigest? digest));
        Assert.Equal(expected ? "cbf43926" : null, digest?.Hex);
    }
}
