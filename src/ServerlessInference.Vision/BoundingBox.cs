using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServerlessInference.Vision;

/// <summary>An axis-aligned rectangle in an image. In JSON it is an array <c>[left, top, right, bottom]</c>.</summary>
/// <remarks>
/// Coordinates are pixels of the original image as it is displayed. They are not rounded; (0, 0) is the top left corner of the first pixel.
/// </remarks>
/// <param name="Left">The left edge in pixels, 0 to the width of the image.</param>
/// <param name="Top">The top edge in pixels, 0 to the height of the image.</param>
/// <param name="Right">The right edge in pixels, <paramref name="Left"/> to the width of the image.</param>
/// <param name="Bottom">The bottom edge in pixels, <paramref name="Top"/> to the height of the image.</param>
[JsonConverter(typeof(BoundingBoxJsonConverter))]
public readonly record struct BoundingBox(float Left, float Top, float Right, float Bottom)
{
    /// <summary>Gets the width in pixels.</summary>
    public float Width => Right - Left;

    /// <summary>Gets the height in pixels.</summary>
    public float Height => Bottom - Top;

    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(Left);
        writer.WriteNumberValue(Top);
        writer.WriteNumberValue(Right);
        writer.WriteNumberValue(Bottom);
        writer.WriteEndArray();
    }
}
