using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Tensors;

/// <summary>
/// Numbers in JSON. JSON has no infinities and no NaN, so these are strings, with the names that JavaScript gives them; a missing value
/// (<c>null</c>) is NaN. Whole numbers may be written with a fraction of zeros (<c>1.0</c>), as Python writes columns with gaps.
/// </summary>
internal static class JsonNumbers
{
    private const string NaN = "NaN";
    private const string PositiveInfinity = "Infinity";
    private const string NegativeInfinity = "-Infinity";

    public static float ReadSingle(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => (float)ReadName(ref reader),
        JsonTokenType.Null => float.NaN,
        _ => reader.GetSingle(),
    };

    public static double ReadDouble(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => ReadName(ref reader),
        JsonTokenType.Null => double.NaN,
        _ => reader.GetDouble(),
    };

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="FormatException">The number has a fraction or is out of range.</exception>
    public static long ReadInt64(ref Utf8JsonReader reader) =>
        reader.TryGetInt64(out long whole) ? whole
        : reader.TryGetDecimal(out decimal number) && number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : throw new FormatException("A number is not a whole number of the input's type.");

    /// <summary>Reads a whole number that is not negative.</summary>
    /// <exception cref="FormatException">The number is negative, has a fraction or is out of range.</exception>
    public static ulong ReadUInt64(ref Utf8JsonReader reader) =>
        reader.TryGetUInt64(out ulong whole) ? whole
        : reader.TryGetDecimal(out decimal number) && number == decimal.Truncate(number) && number is >= 0 and <= ulong.MaxValue
            ? (ulong)number
            : throw new FormatException("A number is not a whole number of the input's type.");

    /// <summary>Reads <c>true</c>, <c>false</c>, 1 or 0.</summary>
    /// <exception cref="FormatException">The value is another number.</exception>
    public static bool ReadBoolean(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            return reader.GetBoolean();
        }

        double number = reader.GetDouble();
        return number is 0 or 1 ? number == 1 : throw new FormatException("A bool is neither true, false, 1 nor 0.");
    }

    public static void Write(Utf8JsonWriter writer, float value)
    {
        if (float.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    public static void Write(Utf8JsonWriter writer, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static double ReadName(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals(NaN) ? double.NaN :
        reader.ValueTextEquals(PositiveInfinity) ? double.PositiveInfinity :
        reader.ValueTextEquals(NegativeInfinity) ? double.NegativeInfinity :
        throw new FormatException($"A string is not a number, except \"{NaN}\", \"{PositiveInfinity}\" and \"{NegativeInfinity}\".");
}
