using System.Globalization;
using System.Text.Json;

namespace ServerlessInference.Tensors;

/// <summary>
/// Floating-point numbers in JSON. JSON has no infinities and no NaN, so these are strings, with the names that JavaScript gives them.
/// </summary>
internal static class JsonNumbers
{
    private const string NaN = "NaN";
    private const string PositiveInfinity = "Infinity";
    private const string NegativeInfinity = "-Infinity";

    public static float ReadSingle(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? (float)ReadName(ref reader) : reader.GetSingle();

    public static double ReadDouble(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? ReadName(ref reader) : reader.GetDouble();

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
