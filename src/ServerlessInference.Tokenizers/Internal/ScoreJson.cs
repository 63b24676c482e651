using System.Text.Json;

namespace ServerlessInference.Tokenizers;

/// <summary>Reads scores as the original does: the digits as one integer, scaled by a power of ten.</summary>
/// <remarks>The result may differ from the nearest number in its last bit. That bit decides between splits whose sums of scores are the
/// same in decimal notation, so that it has to be the same.</remarks>
internal static class ScoreJson
{
    private const int MaxExponent = 308;

    /// <summary>Reads the number at the reader.</summary>
    /// <exception cref="JsonException">It is not a number, or one beyond all bounds.</exception>
    internal static double Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw new JsonException($"A score is a {reader.TokenType}, expected a number.");
        }

        ReadOnlySpan<byte> text = reader.ValueSpan;
        ulong digits = 0;
        int exponent = 0;
        bool isNegative = false;
        bool isFraction = false;
        bool isFull = false;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i];
            if (c is (byte)'e' or (byte)'E')
            {
                exponent += ReadExponent(text[(i + 1)..]);
                break;
            }

            isNegative |= c == (byte)'-';
            isFraction |= c == (byte)'.';
            if (c is < (byte)'0' or > (byte)'9')
            {
                continue;
            }

            uint digit = (uint)(c - '0');
            isFull |= digits > (ulong.MaxValue - digit) / 10;
            if (isFull)
            {
                // Further digits of a fraction are dropped; those of a whole number scale it.
                exponent += isFraction ? 0 : 1;
                continue;
            }

            digits = (digits * 10) + digit;
            exponent -= isFraction ? 1 : 0;
        }

        return isNegative ? -Scale(digits, exponent) : Scale(digits, exponent);
    }

    private static int ReadExponent(ReadOnlySpan<byte> text)
    {
        bool isNegative = text.StartsWith((byte)'-');
        int value = 0;
        foreach (byte c in text)
        {
            value = c is >= (byte)'0' and <= (byte)'9' ? Math.Min((value * 10) + c - '0', 100_000) : value;
        }

        return isNegative ? -value : value;
    }

    private static double Scale(ulong digits, int exponent)
    {
        double value = digits;
        while (exponent < -MaxExponent && value != 0)
        {
            value /= 1e308;
            exponent += MaxExponent;
        }

        if (value == 0)
        {
            return 0;
        }

        double scaled = exponent >= 0 ? value * PowerOfTen(Math.Min(exponent, 400)) : value / PowerOfTen(-exponent);
        return double.IsFinite(scaled) ? scaled : throw new JsonException("A score is beyond all bounds.");
    }

    private static double PowerOfTen(int exponent) =>
        exponent > MaxExponent ? double.PositiveInfinity : _powers[exponent];

    private static readonly double[] _powers = CreatePowers();

    private static double[] CreatePowers()
    {
        double[] powers = new double[MaxExponent + 1];
        for (int i = 0; i < powers.Length; i++)
        {
            powers[i] = double.Parse($"1e{i}", System.Globalization.CultureInfo.InvariantCulture);
        }

        return powers;
    }
}
