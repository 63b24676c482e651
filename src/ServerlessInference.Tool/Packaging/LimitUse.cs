using System.Globalization;
using System.Text.Json;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Packaging;

/// <summary>How much of one of Lambda's limits is used.</summary>
/// <param name="Name">The limit: <c>direct-upload</c>, <c>unzipped</c>, <c>tmp</c>.</param>
/// <param name="Used">The used size in bytes.</param>
/// <param name="Limit">The limit in bytes.</param>
/// <param name="Remedy">What to do if more is used than the limit allows.</param>
internal sealed record LimitUse(string Name, long Used, long Limit, string Remedy)
{
    /// <summary>Gets a value indicating whether the limit is kept.</summary>
    public bool Fits => Used <= Limit;

    /// <summary>Writes the property <c>limits</c>.</summary>
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<LimitUse> limits)
    {
        writer.WriteStartArray("limits"u8);
        foreach (LimitUse limit in limits)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, limit.Name);
            writer.WriteNumber("used"u8, limit.Used);
            writer.WriteNumber("limit"u8, limit.Limit);
            writer.WriteNumber("percent"u8, Math.Round(100.0 * limit.Used / limit.Limit, 1));
            writer.WriteBoolean("fits"u8, limit.Fits);
            if (!limit.Fits)
            {
                writer.WriteString("remedy"u8, limit.Remedy);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Adds rows of three cells.</summary>
    public static void AddRows(Table table, IReadOnlyList<LimitUse> limits)
    {
        foreach (LimitUse limit in limits)
        {
            string share = string.Create(
                CultureInfo.InvariantCulture, $"{100.0 * limit.Used / limit.Limit:0} % of {Size.Text(limit.Limit)}");
            table.Add("limit " + limit.Name, Size.Text(limit.Used), limit.Fits ? share : $"{share}: too much. {limit.Remedy}");
        }
    }
}
